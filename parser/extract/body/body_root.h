#pragma once

#include <vector>

#include "parser/extract/body/page_facts.h"
#include "parser/html/document.h"

namespace newsmill::body {

// The element that holds the article's text and as little else as possible:
// from the top down, into whichever child holds nearly all of the prose, sooner
// into one that is named for a body. kNoNode for a page without prose.
NodeId FindRoot(const Document& document, const std::vector<Facts>& facts);

}  // namespace newsmill::body
