#pragma once

#include "newsmill/v1/article.pb.h"
#include "parser/extract/metadata.h"
#include "parser/html/document.h"

namespace newsmill {

// The article of a page without a rule: FillFromMetadata and
// FillFromParagraphs, in this order, field by field.
void ExtractGeneric(const Document& document, const PageContext& context,
                    v1::Article* article);

}  // namespace newsmill
