#pragma once

#include <string>
#include <vector>

#include "parser/rules/finding.h"

namespace newsmill::rules {

struct CheckReport {
  std::vector<std::string> files;  // that were looked at
  // What is wrong, in the order of files and lines; empty: nothing.
  Findings findings;
  // What was added to a revisions.txt, one sentence each.
  std::vector<std::string> accepted;
};

// Checks rules: syntax, keys, selectors, expressions, fields, the [url] and
// [fetch] parts, and that revisions.txt beside the rule knows its revision with
// exactly this content: lines of a number and the SHA-256 of the rule's normal
// form, numbers ascending, the last one the rule's. A changed rule must carry a
// new number, because rows remember the revision they were parsed with; going
// back to an older text is a new revision, too.
//
// `accept` adds the line of a new revision instead of reporting that it is
// missing.
CheckReport CheckRules(const std::vector<std::string>& files, bool accept);

}  // namespace newsmill::rules
