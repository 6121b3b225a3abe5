#include "parser/rules/check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/sites/rule_file.h"
#include "parser/rules/loader.h"

namespace newsmill::rules {
namespace {

namespace fs = std::filesystem;

struct Revision {
  int64_t number = 0;
  std::string sha256;
};

bool IsSha256(const std::string& text) {
  return text.size() == 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The lines of revisions.txt; a missing file has none.
std::vector<Revision> ReadRevisions(const std::string& file,
                                    Findings* findings) {
  std::vector<Revision> revisions;
  std::ifstream in(file);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    Revision revision;
    std::string rest;
    if (!(words >> revision.number >> revision.sha256) || words >> rest ||
        !IsSha256(revision.sha256)) {
      findings->push_back({file, number,
                           "expected a number and a SHA-256 of 64 lower-case "
                           "hexadecimal digits"});
    } else if (!revisions.empty() &&
               revision.number <= revisions.back().number) {
      findings->push_back({file, number, "numbers must ascend"});
    } else {
      revisions.push_back(std::move(revision));
    }
  }
  return revisions;
}

void AppendRevision(const std::string& file, const Rule& rule,
                    CheckReport* report) {
  const bool is_new = !fs::exists(file);
  std::ofstream out(file, std::ios::app);
  if (is_new) {
    out << "# Revisions of the rule beside this file, each with the SHA-256 "
           "of its normal form.\n# Written by `newsmill rules check "
           "--accept`.\n";
  }
  out << rule.revision << ' ' << rule.sha256 << '\n';
  out.close();
  if (!out) {
    report->findings.push_back({file, 0, "cannot be written"});
    return;
  }
  report->accepted.push_back(file + ": revision " +
                             std::to_string(rule.revision) + " is " +
                             rule.sha256);
}

void CheckRevision(const Rule& rule, bool accept, CheckReport* report) {
  const std::string file =
      (fs::path(rule.file).parent_path() / "revisions.txt").string();
  const size_t before = report->findings.size();
  const auto revisions = ReadRevisions(file, &report->findings);
  if (report->findings.size() > before) return;
  const int64_t last = revisions.empty() ? 0 : revisions.back().number;
  const std::string number = std::to_string(rule.revision);
  if (rule.revision < last) {
    report->findings.push_back(
        {rule.file, 0,
         "revision " + number + " is older than " + std::to_string(last) +
             ", the last in revisions.txt; a rollback is published as the "
             "next revision"});
  } else if (rule.revision > last) {
    if (accept) return AppendRevision(file, rule, report);
    report->findings.push_back({rule.file, 0,
                                "revision " + number +
                                    " is not in revisions.txt; `newsmill rules "
                                    "check --accept` adds it"});
  } else if (revisions.back().sha256 != rule.sha256) {
    report->findings.push_back(
        {rule.file, 0,
         "the rule has changed since revision " + number +
             " was published; set revision = " + std::to_string(last + 1)});
  }
}

// An error of core/sites says "file:line: message" or "file: message".
Finding FindingOf(const std::string& file, const std::string& message) {
  Finding finding{file, 0, message};
  if (message.compare(0, file.size() + 1, file + ":") != 0) return finding;
  std::istringstream rest(message.substr(file.size() + 1));
  char colon = 0;
  if (rest >> finding.line >> colon && colon == ':') {
    std::getline(rest >> std::ws, finding.message);
  } else {
    finding.line = 0;
    finding.message = message.substr(file.size() + 2);
  }
  return finding;
}

void CheckFile(const std::string& file, bool accept, CheckReport* report) {
  const auto rule = LoadRule(file, &report->findings);
  const std::string folder =
      fs::absolute(file).parent_path().filename().string();
  const Result<Site> site = ReadSite(folder, file);
  if (!site && rule != nullptr) {
    report->findings.push_back(FindingOf(file, site.error().message));
  }
  if (site && rule != nullptr) CheckRevision(*rule, accept, report);
}

}  // namespace

CheckReport CheckRules(const std::vector<std::string>& files, bool accept) {
  CheckReport report;
  report.files = files;
  for (const std::string& file : files) CheckFile(file, accept, &report);
  return report;
}

}  // namespace newsmill::rules
