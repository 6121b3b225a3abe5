#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html/document.h"

namespace newsmill::rules {

// Selectors that name the element alone, the ones that are likely to last
// first: itemprop, id, class, tag. Names with a hash in them stand by their
// steady part ([class*="title__"]), numbers do not stand at all.
std::vector<std::string> SimpleSelectors(const Document& document, NodeId node);

// The best selector that finds exactly this element on the page, below an
// ancestor where that is needed; empty where there is none but by counting.
std::optional<std::string> SelectorFor(const Document& document, NodeId node);

}  // namespace newsmill::rules
