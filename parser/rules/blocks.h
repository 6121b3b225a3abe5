#pragma once

#include "core/base/result.h"
#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"
#include "parser/rules/rule.h"
#include "parser/rules/sources.h"

namespace newsmill::rules {

// Fills blocks and article_body from the first source of the layout's body that
// yields any text or medium, with images, videos, the original title and the
// dateline that are found on the way, and provenance. HTML inside JSON that
// runs into the limits is an error, as it would be for the page. `trace` is
// told the source.
Result<void> FillBody(const Layout& layout, const Scope& scope,
                      const ParseLimits& limits, v1::Article* article,
                      RuleTrace* trace = nullptr);

// Paragraphs, subheadings, quotes and list items, joined by LF.
std::string JoinBody(const v1::Article& article);

}  // namespace newsmill::rules
