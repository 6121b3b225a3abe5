#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// What a rule is applied to.
struct RulePage {
  const Document& document;
  const Url& url;  // the page's own
  const Url& base;
  Timestamp fetched_at;
  std::string article_id;  // from the URLs; empty: they show none
  ParseLimits limits;      // of HTML inside JSON
  RuleTrace* trace = nullptr;
};

struct RuleResult {
  const VerdictRule* verdict = nullptr;  // the page is no article
  const Layout* layout = nullptr;        // the one that answered, if any
};

// Judges the page and, where it is an article of one of the rule's layouts,
// fills `article` from it. The result points into `rule`. An error is a limit
// that HTML inside the page's JSON ran into.
Result<RuleResult> ApplyRule(const Rule& rule, const RulePage& page,
                             v1::Article* article);

}  // namespace newsmill::rules
