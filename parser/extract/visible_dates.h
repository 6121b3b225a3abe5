#pragma once

#include "parser/extract/candidates.h"
#include "parser/extract/dates.h"
#include "parser/html/document.h"

namespace newsmill {

// Adds the dates that stand in the page's text to the candidates: in elements
// that are made for one, in short lines near `heading`, and, where neither has
// any, in the first short line of the page that has one. The words in front of
// a date tell published from modified.
void AddVisibleDates(const Document& document, NodeId heading,
                     const DateContext& context, Candidates* found);

}  // namespace newsmill
