#pragma once

#include "newsmill/v1/article.pb.h"
#include "parser/extract/body/page_kind.h"
#include "parser/extract/metadata.h"
#include "parser/html/document.h"

namespace newsmill {

// The body of a page that nobody wrote a rule for, as blocks of their kinds. A
// body that JSON-LD gave stands where the page's own text is much less. Says
// what the page is; the body is filled also where it is no article.
body::PageKind FillFromBody(const Document& document,
                            const PageContext& context, v1::Article* article);

}  // namespace newsmill
