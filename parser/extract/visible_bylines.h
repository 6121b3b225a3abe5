#pragma once

#include "parser/extract/candidates.h"
#include "parser/html/document.h"

namespace newsmill {

// Adds the bylines that stand as short lines near `heading` and say so ("By Ada
// Byron", "Text: …", "作者：…"), for pages whose markup does not.
void AddVisibleBylines(const Document& document, NodeId heading,
                       Candidates* found);

}  // namespace newsmill
