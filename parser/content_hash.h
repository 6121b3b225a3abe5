#pragma once

#include <string>

#include "newsmill/v1/article.pb.h"

namespace newsmill {

// XXH3-128 over the fields that were extracted: without identity, task,
// circumstances of fetch and parse, and counts. Two fetches of a page that says
// the same give the same hash; so a relative date counts as there, not as what
// it was counted to.
std::string ContentHash(const v1::Article& article);

}  // namespace newsmill
