#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

// Runs the saved pages of a rule. Beside rule.toml, in the folder `pages`, a
// page NAME.html has its expectation in NAME.expect.json:
//
//   page         file name, beside the expectation
//   page_url     the URL it was saved from
//   content_type optional: the header it came with
//   fetched_at   optional: RFC 3339, for relative dates
//   expect       some fields of Article by their names in the proto files, with
//                values as protobuf's JSON mapping writes them, compared
//                exactly; null: the field is not set. For a page without an
//                article: {"verdict": "GONE", "reason": "REASON_REMOVED"}
//   not_in_body  texts that article_body must not contain

namespace newsmill::rules {

struct FieldResult {
  std::string field;
  std::string want;  // JSON; for not_in_body the text
  std::string got;
  bool right = false;
};

struct PageResult {
  std::string expectation;  // file
  std::vector<FieldResult> fields;
  // Why the page could not be tried; empty where it could.
  std::string error;

  bool right() const;
};

struct TestReport {
  std::string rule;
  std::vector<PageResult> pages;

  bool right() const;  // there are pages, and all of them are
};

// Runs every *.expect.json in `directory` (empty: `pages` beside the rule), by
// name. kBadConfiguration: the rule cannot be loaded; kNotFound: no such
// folder, or no expectation in it.
Result<TestReport> TestRule(const std::string& rule_file,
                            const std::string& directory = "");

}  // namespace newsmill::rules
