#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace newsmill::rules {

// Of the articles among the pages: who gave the field.
struct FieldCoverage {
  std::string field;  // as provenance names it
  int by_rule = 0;    // the rule, or a constant of the site
  int by_others = 0;  // JSON-LD, metadata, the page itself
  int missing = 0;
};

// How much of a site's pages its rule reads.
struct CoverageReport {
  std::string rule;  // file
  int pages = 0;     // that were tried
  int articles = 0;
  std::vector<FieldCoverage> fields;                 // by name
  std::vector<std::pair<std::string, int>> answers;  // pages by layout, verdict
  // Verdicts, layouts and sources that no page reached: untested guesses.
  std::vector<std::string> unused;
  // Pages that could not be tried: file and why.
  std::vector<std::pair<std::string, std::string>> skipped;
};

// Runs the rule over every saved page of `directory` (empty: `pages` beside the
// rule): those with an expectation (test_runner.h), which names their URL, and
// other *.html, whose URL is what they name as canonical. kNotFound: no such
// folder, or no page in it; kBadConfiguration: the rule does not load.
Result<CoverageReport> CoverRule(const std::string& rule_file,
                                 const std::string& directory = "");

}  // namespace newsmill::rules
