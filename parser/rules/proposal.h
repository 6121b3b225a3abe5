#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "parser/config.h"

namespace newsmill::rules {

// One line of what was found on a page.
struct ProposedField {
  std::string field;   // of Article
  std::string value;   // what the extraction without a rule decided
  std::string source;  // TOML; empty: no place on the page gives this value
};

// A first rule, written from one page.
struct Proposal {
  std::string site;
  std::string rule;  // the text of rule.toml
  std::vector<ProposedField> fields;
  v1::Article article;  // what the rule makes of the page
};

// Lets the extraction decide what the page says, looks for the elements that
// say it, and writes a rule of selectors for them. Each selector is tried: what
// stands in the rule gives on this page the value that was decided; of the
// body, at least four of five lines. kInvalidArgument says why no rule can be
// written: the page is no article, or no element holds its text.
Result<Proposal> ProposeRule(const ParserConfig& config,
                             const v1::FetchedPage& page,
                             const std::string& site);

}  // namespace newsmill::rules
