#pragma once

#include <string_view>
#include <vector>

#include "parser/extract/body/body_blocks.h"
#include "parser/extract/body/page_facts.h"
#include "parser/html/document.h"

namespace newsmill::body {

// The standfirst that stands before `root`, apart from the body, below the
// article's heading: by its name, or because the page describes itself with the
// same words. Nothing where the page has none.
std::vector<TextBlock> FindLead(const Document& document,
                                const std::vector<Facts>& facts, NodeId root,
                                std::string_view description);

}  // namespace newsmill::body
