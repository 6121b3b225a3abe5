#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// The rules of all sites, by name. Immutable; thread-safe.
class RuleSet {
 public:
  // Reads <directory>/*/rule.toml; a site of an earlier directory hides one of
  // the same name. kBadConfiguration holds every finding, one a line.
  static Result<RuleSet> Load(const std::vector<std::string>& directories);

  using Rules = std::map<std::string, std::shared_ptr<const Rule>, std::less<>>;
  RuleSet() = default;
  explicit RuleSet(Rules rules) : rules_(std::move(rules)) {}

  // nullptr: no rule for this site.
  const Rule* Find(std::string_view site) const;

 private:
  Rules rules_;
};

// The rule.toml files of these directories, sorted within each.
Result<std::vector<std::string>> RuleFiles(
    const std::vector<std::string>& directories);

}  // namespace newsmill::rules
