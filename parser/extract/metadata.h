#pragma once

#include "core/base/time.h"
#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"

namespace newsmill {

// What extraction knows of a page besides its tree.
struct PageContext {
  Url final_url;  // relative references count from it
  Timestamp fetched_at;
  // Of dates that name no zone; the site's where a rule says so.
  int default_utc_offset_minutes = 0;
};

// Each function fills only fields that are unset in `article`, and adds a
// provenance entry for each that it fills; what a rule has set stands. A body
// (blocks and article_body) and the images are one field each.

// From what the page says of itself to machines: JSON-LD, then OpenGraph,
// article:* and Twitter cards. Also fills the body, from a whole JSON-LD
// articleBody.
void FillFromMetadata(const Document& document, const PageContext& context,
                      v1::Article* article);

// From what remains: common <meta> names, rel=canonical, <html lang>, <title>,
// h1, <time datetime>.
void FillFromMarkup(const Document& document, const PageContext& context,
                    v1::Article* article);

// The body: the <p> texts of the element whose own paragraphs carry most text,
// outside nav, aside, footer, header and form. A plain heuristic for pages that
// nobody wrote a rule for.
void FillFromParagraphs(const Document& document, const PageContext& context,
                        v1::Article* article);

}  // namespace newsmill
