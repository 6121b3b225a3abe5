#pragma once

#include <cstdint>

#include "newsmill/v1/article.pb.h"
#include "tests/support/pages/made_site.h"

namespace newsmill::pages {

// The article `id` of a site with every field that any layout prints; a layout
// clears what it does not print. A pure function of its arguments.
v1::Article MakeArticle(const MadeSite& site, uint64_t id, uint64_t seed);

// The blocks' text as Article.article_body has it.
std::string BodyOf(const v1::Article& article);

}  // namespace newsmill::pages
