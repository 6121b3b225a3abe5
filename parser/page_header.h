#pragma once

#include <string>

#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

// All values of a header of the answer, its name in any case, joined as RFC
// 9110, section 5.3 has it; empty without one.
std::string HeaderOf(const v1::FetchedPage& page, const char* name);

}  // namespace newsmill
