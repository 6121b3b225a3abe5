#pragma once

#include "parser/extract/candidates.h"
#include "parser/html/document.h"

namespace newsmill {

// What the elements of a page offer: <title>, headings, <time>, microdata and
// RDFa, rel=author, bylines by their classes, <html lang>, and the places where
// a date may stand. One pass over the tree.
void GatherFromMarkup(const Document& document, Candidates* found);

}  // namespace newsmill
