#pragma once

#include "newsmill/v1/article.pb.h"
#include "parser/extract/body/page_kind.h"
#include "parser/extract/metadata.h"
#include "parser/html/document.h"

namespace newsmill {

// The article of a page without a rule: FillFromMetadata and FillFromBody, in
// this order, field by field. Says what the page is.
body::PageKind ExtractGeneric(const Document& document,
                              const PageContext& context, v1::Article* article);

}  // namespace newsmill
