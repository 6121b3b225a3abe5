#pragma once

#include "parser/extract/article_filler.h"
#include "parser/extract/candidates.h"
#include "parser/html/document.h"

namespace newsmill {

// schema.org in JSON-LD: the article among the page's nodes (the one that names
// the page's URL where there are several), what the page says of itself, its
// breadcrumbs, and Baidu's own form with pubDate. What several places may claim
// becomes candidates, the rest goes into the article.
void GatherFromJsonLd(const Document& document, const PageContext& context,
                      Candidates* found, ArticleFiller* fill);

}  // namespace newsmill
