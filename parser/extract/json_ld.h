#pragma once

#include "parser/extract/article_filler.h"
#include "parser/html/document.h"

namespace newsmill {

// schema.org in JSON-LD: the article among the page's nodes (the one that names
// the page's URL where there are several), its breadcrumbs, and Baidu's own
// form with pubDate.
void FillFromJsonLd(const Document& document, const PageContext& context,
                    ArticleFiller* fill);

}  // namespace newsmill
