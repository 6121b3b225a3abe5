#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "parser/rules/apply.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// A verdict or layout that was tried, and which of its conditions hold.
struct TriedPart {
  std::string name;
  std::vector<std::pair<std::string, bool>> conditions;

  bool holds() const;
};

struct TriedSource {
  std::string place;                // "css h1.news_title"
  std::vector<std::string> values;  // all that it gives here, after its steps
  bool won = false;
};

struct TriedField {
  std::string field;
  std::vector<TriedSource> sources;  // in the order of the rule
};

// What a rule made of a page, step by step.
struct RuleExplanation {
  std::string file;  // empty: no rule was applied
  int64_t revision = 0;
  // Up to the one that held, if any; layouts only where no verdict held.
  std::vector<TriedPart> verdicts;
  std::vector<TriedPart> layouts;
  std::vector<TriedField> fields;  // of the layout that answered; body last
};

// `trace`: of the application that is explained.
RuleExplanation ExplainRule(const Rule& rule, const RulePage& page,
                            const RuleResult& result, const RuleTrace& trace);

}  // namespace newsmill::rules
