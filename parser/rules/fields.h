#pragma once

#include "newsmill/v1/article.pb.h"
#include "parser/extract/dates.h"
#include "parser/rules/rule.h"
#include "parser/rules/sources.h"

namespace newsmill::rules {

// Fills the fields of `layout`, each from the first of its sources that has a
// value, with provenance. Fields that hold a value already (images that the
// body showed) are added to, never replaced. `trace` is told the sources.
void FillFields(const Layout& layout, const Scope& scope,
                const DateContext& dates, v1::Article* article,
                RuleTrace* trace = nullptr);

}  // namespace newsmill::rules
