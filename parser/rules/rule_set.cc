#include "parser/rules/rule_set.h"

#include <algorithm>
#include <filesystem>

#include "parser/rules/loader.h"

namespace newsmill::rules {

namespace fs = std::filesystem;

Result<std::vector<std::string>> RuleFiles(
    const std::vector<std::string>& directories) {
  std::vector<std::string> files;
  for (const std::string& directory : directories) {
    std::error_code error;
    std::vector<std::string> found;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      const fs::path file = it->path() / "rule.toml";
      std::error_code ignored;  // no rule there, or not a folder
      if (fs::is_regular_file(file, ignored)) found.push_back(file.string());
    }
    if (error) {
      return Error{Code::kBadConfiguration,
                   "folder of sites " + directory + ": " + error.message()};
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

Result<RuleSet> RuleSet::Load(const std::vector<std::string>& directories) {
  Result<std::vector<std::string>> files = RuleFiles(directories);
  if (!files) return files.error();
  RuleSet set;
  Findings findings;
  for (const std::string& file : *files) {
    const std::string site = fs::path(file).parent_path().filename().string();
    if (set.Find(site) != nullptr) continue;
    if (auto rule = LoadRule(file, &findings)) {
      set.rules_.emplace(site, std::move(rule));
    }
  }
  if (findings.empty()) return set;
  std::string message;
  for (const Finding& finding : findings) {
    message += (message.empty() ? "" : "\n") + finding.text();
  }
  return Error{Code::kBadConfiguration, message};
}

const Rule* RuleSet::Find(std::string_view site) const {
  const auto found = rules_.find(site);
  return found == rules_.end() ? nullptr : found->second.get();
}

}  // namespace newsmill::rules
