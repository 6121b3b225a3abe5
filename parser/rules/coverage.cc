#include "parser/rules/coverage.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/base/file.h"
#include "core/sites/site_catalogue.h"
#include "parser/html/json_value.h"
#include "parser/page_parser.h"
#include "parser/rules/rule_set.h"
#include "parser/rules/saved_pages.h"

namespace newsmill::rules {
namespace {

namespace fs = std::filesystem;

// Counts what each page reached.
class Coverage {
 public:
  explicit Coverage(const Rule& rule) : rule_(rule) {}

  void Add(const PageReport& report) {
    ++pages_;
    if (report.result.verdict != nullptr) {
      const std::string& name = report.result.verdict->name;
      ++answers_["verdict " + name];
      reached_.insert(report.result.verdict);
      return;
    }
    if (report.result.layout == nullptr) {
      ++answers_["no layout"];
    } else {
      ++answers_["layout " + report.result.layout->name];
      reached_.insert(report.result.layout);
    }
    reached_.insert(report.trace.sources.begin(), report.trace.sources.end());
    if (report.trace.body != nullptr) reached_.insert(report.trace.body);
    if (report.extraction.verdict) return;
    ++articles_;
    for (const v1::Provenance& entry : report.extraction.article.provenance()) {
      const bool by_rule = entry.source() == v1::Provenance::RULE ||
                           entry.source() == v1::Provenance::SITE;
      ++(by_rule ? fields_[entry.field()].by_rule
                 : fields_[entry.field()].by_others);
    }
  }

  void WriteTo(CoverageReport* report) {
    report->pages = pages_;
    report->articles = articles_;
    report->answers.assign(answers_.begin(), answers_.end());
    for (auto& [name, counts] : fields_) {
      counts.field = name;
      counts.missing = articles_ - counts.by_rule - counts.by_others;
      report->fields.push_back(counts);
    }
    FindUnused(&report->unused);
  }

 private:
  void FindUnused(std::vector<std::string>* unused) const {
    for (const VerdictRule& verdict : rule_.verdicts) {
      if (reached_.contains(&verdict)) continue;
      std::string conditions;
      for (const Condition& one : verdict.when) {
        conditions += (conditions.empty() ? "" : ", ") + one.Describe();
      }
      unused->push_back("verdict " + verdict.name + ": " + conditions);
    }
    for (const Layout& layout : rule_.layouts) {
      if (!reached_.contains(&layout)) {
        unused->push_back("layout " + layout.name);
        continue;
      }
      const std::string where = "layout " + layout.name + ", ";
      for (const FieldRule& field : layout.fields) {
        for (const Source& source : field.sources) {
          if (reached_.contains(&source)) continue;
          unused->push_back(where + std::string(field.field->name) + ": " +
                            source.Describe());
        }
      }
      for (const BodySource& source : layout.body) {
        if (reached_.contains(&source)) continue;
        unused->push_back(where + "body: " + source.Describe());
      }
    }
  }

  const Rule& rule_;
  int pages_ = 0;
  int articles_ = 0;
  std::map<std::string, FieldCoverage> fields_;
  std::map<std::string, int> answers_;
  std::set<const void*> reached_;  // parts of the rule
};

Result<v1::FetchedPage> PageOf(const fs::path& expectation) {
  const Result<std::string> text = ReadFile(expectation.string());
  if (!text) return text.error();
  const Result<JsonValue> json = JsonValue::Parse(*text);
  if (!json) return json.error();
  return ReadSavedPage(*json, expectation.parent_path());
}

// A page that nothing was written about: its URL is what it names itself.
Result<v1::FetchedPage> PageOfHtml(const fs::path& file,
                                   const PageParser& parser) {
  Result<std::string> bytes = ReadFile(file.string());
  if (!bytes) return bytes.error();
  v1::FetchedPage page;
  page.set_status(200);
  page.set_final_url("https://unknown.invalid/");
  page.set_body(*std::move(bytes));
  const Extraction extraction = parser.Extract(page);
  if (extraction.article.canonical_url().empty()) {
    return Error{Code::kInvalidArgument,
                 "it names no canonical URL; expected NAME.expect.json with "
                 "\"page_url\" beside it"};
  }
  page.set_final_url(extraction.article.canonical_url());
  return page;
}

struct SavedFile {
  fs::path path;
  bool is_expectation;
};

Result<std::vector<SavedFile>> FilesIn(const fs::path& directory) {
  constexpr std::string_view kExpectation = ".expect.json";
  std::vector<SavedFile> files;
  std::set<std::string> expected;
  std::vector<fs::path> pages;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(kExpectation)) {
      files.push_back({it->path(), true});
      expected.insert(name.substr(0, name.size() - kExpectation.size()));
    } else if (name.ends_with(".html") || name.ends_with(".htm")) {
      pages.push_back(it->path());
    }
  }
  if (error) {
    return Error{Code::kNotFound, directory.string() + ": " + error.message()};
  }
  for (const fs::path& page : pages) {
    if (!expected.contains(page.stem().string())) {
      files.push_back({page, false});
    }
  }
  if (files.empty()) {
    return Error{Code::kNotFound, directory.string() + ": no page in it"};
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace

Result<CoverageReport> CoverRule(const std::string& rule_file,
                                 const std::string& directory) {
  const fs::path folder = fs::absolute(rule_file).parent_path();
  const std::string site = folder.filename().string();
  const std::vector<std::string> sites_path = {folder.parent_path().string()};
  const Result<SiteCatalogue> sites = SiteCatalogue::Load(sites_path);
  if (!sites) return sites.error();
  const Result<RuleSet> rules = RuleSet::Load(sites_path);
  if (!rules) return rules.error();
  const Rule* const rule = rules->Find(site);
  if (rule == nullptr) {
    return Error{Code::kNotFound, rule_file + ": no rule of " + site};
  }
  const auto files =
      FilesIn(directory.empty() ? folder / "pages" : fs::path(directory));
  if (!files) return files.error();
  const auto parser = PageParser::Make(ParserConfig{}, *rules, *sites);
  CoverageReport report;
  report.rule = rule_file;
  Coverage coverage(*rule);
  for (const SavedFile& file : *files) {
    const Result<v1::FetchedPage> page = file.is_expectation
                                             ? PageOf(file.path)
                                             : PageOfHtml(file.path, *parser);
    if (!page) {
      report.skipped.emplace_back(file.path.string(), page.error().message);
      continue;
    }
    const PageReport one = parser->Report(*page);
    if (one.rule.file != rule->file) {
      report.skipped.emplace_back(
          file.path.string(),
          one.rule.file.empty() && one.extraction.verdict
              ? v1::Reason_Name(one.extraction.verdict->reason)
              : page->final_url() + " is no page of " + site);
      continue;
    }
    coverage.Add(one);
  }
  coverage.WriteTo(&report);
  return report;
}

}  // namespace newsmill::rules
