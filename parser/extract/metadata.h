#pragma once

#include "core/base/time.h"
#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "parser/extract/explanation.h"
#include "parser/extract/usage.h"
#include "parser/html/document.h"

namespace newsmill {

// What extraction knows of a page besides its tree.
struct PageContext {
  Url final_url;  // relative references count from it
  Timestamp fetched_at;
  // Of dates that name no zone; the site's where a rule says so. 0 where nobody
  // does: dates of pages in Chinese are then of +08:00, all others of UTC.
  int default_utc_offset_minutes = 0;
  UsageHeaders usage = {};
  // Where given, what was found for each field, and why it won or lost.
  Explanation* explanation = nullptr;
};

// Each function fills only fields that are unset in `article`, and adds a
// provenance entry for each that it fills; what a rule has set stands. A body
// (blocks and article_body) and the images are one field each.

// All that a page says of itself, except the body in its text: candidates are
// gathered from JSON-LD, microdata and RDFa, OpenGraph, Twitter cards, Dublin
// Core and other <meta> names, <title>, headings, <time>, bylines, visible
// dates and the URL; for headline, authors and dates their agreement decides,
// for the rest the most trusted place. Also fills the body, from a whole
// JSON-LD articleBody.
void FillFromMetadata(const Document& document, const PageContext& context,
                      v1::Article* article);

}  // namespace newsmill
