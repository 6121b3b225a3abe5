#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "parser/config.h"
#include "parser/extract/explanation.h"
#include "parser/rules/explain.h"
#include "parser/rules/rule_set.h"

namespace newsmill {

// Raised with every change of the parser that can change what is extracted.
inline constexpr int64_t kParserRevision = 3;

// Orders what several parsers made of one page: the binary's revision first,
// then the rule's.
constexpr int64_t ParseGeneration(int64_t rule_revision) {
  return kParserRevision * 1'000'000 + rule_revision;
}

// A page without an article, and how its task ends.
struct Verdict {
  v1::OutcomeKind kind = v1::OUTCOME_KIND_UNSPECIFIED;  // GONE, SKIPPED, DEAD
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;
  int64_t parse_generation = 0;
};

// What a page gave.
struct Extraction {
  v1::Article article;             // as far as it could be filled
  std::optional<Verdict> verdict;  // why the page is no article
};

// The same, with all that led to it. Points into the parser's rules: lives no
// longer than they do.
struct PageReport {
  Extraction extraction;
  // What answered of the site's rule; nullptr, where nothing did.
  rules::RuleResult result;
  rules::RuleTrace trace;
  rules::RuleExplanation rule;
  Explanation candidates;  // of what was read without it
};

// Turns a page into an article. A pure function of page and rules: no clock, no
// network; the same page gives the same bytes. Thread-safe.
class PageParser {
 public:
  // Loads the rules of every directory. kBadConfiguration names file, line and
  // what was expected.
  static Result<std::unique_ptr<PageParser>> Load(
      const ParserConfig& config, const std::vector<std::string>& directories,
      const SiteCatalogue& sites);  // which outlives the parser

  // With rules that are loaded already.
  static std::unique_ptr<PageParser> Make(
      const ParserConfig& config, rules::RuleSet rules,
      const SiteCatalogue& sites);  // which outlives the parser

  virtual ~PageParser() = default;

  virtual Extraction Extract(const v1::FetchedPage& page) const = 0;

  // How the fields of the page were decided; empty for a parser that does not
  // say.
  virtual Explanation Explain(const v1::FetchedPage& page) const;

  // Rule and candidates of the page; no more than Extract's result for a parser
  // that does not say.
  virtual PageReport Report(const v1::FetchedPage& page) const;

  // Takes up what has changed on disk, where the parser does that; called by
  // one thread, now and then, beside others that parse.
  virtual void Refresh(Instant now) { static_cast<void>(now); }

  // One or the other: nothing is kept of a page that is no article.
  std::variant<v1::Article, Verdict> Parse(const v1::FetchedPage& page) const;
};

}  // namespace newsmill
