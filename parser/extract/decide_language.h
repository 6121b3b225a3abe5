#pragma once

#include <string>
#include <string_view>

#include "parser/extract/candidates.h"
#include "parser/extract/decision.h"

namespace newsmill {

// The language that the page declares, the most trusted place first, unless its
// text is for certain in another one; then, and where nothing is declared, the
// text's. A winner behind the last candidate is the text. The value is a BCP 47
// tag; Bokmål is "no", as most pages call it.
Decision DecideLanguage(const Candidates& found);

// "zh_cn" is "zh-CN", "ZH-hans-cn" is "zh-Hans-CN"; empty for no tag.
std::string NormaliseLanguage(std::string_view tag);

}  // namespace newsmill
