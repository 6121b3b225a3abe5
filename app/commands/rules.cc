#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "parser/rules/check.h"
#include "parser/rules/coverage.h"
#include "parser/rules/rule_set.h"
#include "parser/rules/test_runner.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

// Rule files from what was given: files, folders of one site, or names of
// sites; all of sites.path where nothing was.
Result<std::vector<std::string>> FilesOf(
    const Settings& settings, const std::vector<std::string>& given) {
  const Result<std::vector<std::string>> all =
      rules::RuleFiles(settings.SitePaths());
  if (!all) return all;
  if (given.empty() && all->empty()) {
    return Error{Code::kNotFound,
                 "sites.path holds no rule; expected <folder>/<site>/rule.toml "
                 "in one of its folders"};
  }
  if (given.empty()) return all;
  std::vector<std::string> files;
  for (const std::string& text : given) {
    std::error_code absent;
    if (fs::is_regular_file(text, absent)) {
      files.push_back(text);
      continue;
    }
    if (fs::is_regular_file(fs::path(text) / "rule.toml", absent)) {
      files.push_back((fs::path(text) / "rule.toml").string());
      continue;
    }
    const auto by_name =
        std::find_if(all->begin(), all->end(), [&](const std::string& file) {
          return fs::path(file).parent_path().filename() == text;
        });
    if (by_name == all->end()) {
      return Error{Code::kInvalidArgument,
                   "'" + text +
                       "' is neither a rule file, nor a folder with "
                       "one, nor a site of sites.path"};
    }
    files.push_back(*by_name);
  }
  return files;
}

// The closing line.
void PrintSum(Output& out, bool sound, const std::string& counts) {
  out.Line(
      out.Styled(sound ? Style::kGreen : Style::kRed, sound ? "OK" : "FAILED") +
      "  " + counts);
}

constexpr char kRulesHelp[] = "rule file, its folder, or name of the site";

class RulesCheck : public Command {
 public:
  std::string name() const override { return "rules check"; }
  std::string summary() const override {
    return "Check site rules: keys, selectors, expressions, revisions";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("RULE", &given_, kRulesHelp);
    arguments.Flag("--accept", &accept_,
                   "note new revisions in revisions.txt instead of reporting "
                   "them");
    arguments.Flag("--json", &json_, "one finding a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto files = FilesOf(context.settings, given_);
    if (!files) return files.error();
    const rules::CheckReport report = rules::CheckRules(*files, accept_);
    for (const rules::Finding& finding : report.findings) {
      context.out.Line(json_ ? JsonLine({{"file", finding.file},
                                         {"line", finding.line},
                                         {"message", finding.message}})
                             : finding.text());
    }
    for (const std::string& accepted : report.accepted) {
      context.err.Line(accepted);
    }
    const bool sound = report.findings.empty();
    if (!json_) {
      PrintSum(context.out, sound,
               Counted(std::ssize(report.files), "rule") + ", " +
                   Counted(std::ssize(report.findings), "finding"));
    }
    return Finished(context, sound ? kExitDone : kExitCheckFailed);
  }

 private:
  std::vector<std::string> given_;
  bool accept_ = false, json_ = false;
};

class RulesTest : public Command {
 public:
  std::string name() const override { return "rules test"; }
  std::string summary() const override {
    return "Run site rules over their saved pages";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("RULE", &given_, kRulesHelp);
    arguments.Option("--pages", "DIR", &pages_,
                     "saved pages and expectations [`pages` beside the rule]");
    arguments.Flag("--json", &json_, "one page a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto files = FilesOf(context.settings, given_);
    if (!files) return files.error();
    std::error_code absent;
    if (!pages_.empty() && !fs::is_directory(pages_, absent)) {
      return Error{Code::kInvalidArgument,
                   "--pages: '" + pages_ + "' is no folder"};
    }
    bool sound = true;
    int64_t pages = 0, wrong = 0;
    for (const std::string& file : *files) {
      const Result<rules::TestReport> report = rules::TestRule(file, pages_);
      if (!report) return report.error();
      for (const rules::PageResult& page : report->pages) {
        json_ ? PrintJson(context.out, page) : PrintPeople(context.out, page);
        ++pages;
        wrong += page.right() ? 0 : 1;
      }
      sound = sound && report->right();
    }
    if (!json_) {
      PrintSum(context.out, sound,
               Counted(std::ssize(*files), "rule") + ", " +
                   Counted(pages, "page") + ", " + FormatCount(wrong) +
                   " wrong");
    }
    return Finished(context, sound ? kExitDone : kExitCheckFailed);
  }

 private:
  static int64_t RightOf(const rules::PageResult& page) {
    return std::count_if(page.fields.begin(), page.fields.end(),
                         [](const auto& field) { return field.right; });
  }

  static void PrintPeople(Output& out, const rules::PageResult& page) {
    out.Line(out.Styled(page.right() ? Style::kGreen : Style::kRed,
                        page.right() ? "ok    " : "WRONG ") +
             " " + page.expectation + "  " + std::to_string(RightOf(page)) +
             "/" + std::to_string(page.fields.size()));
    if (!page.error.empty()) out.Line("       " + page.error);
    for (const rules::FieldResult& field : page.fields) {
      if (field.right) continue;
      out.Line("       " + out.Styled(Style::kBold, field.field));
      out.Line("         want " + field.want);
      out.Line("         got  " + field.got);
    }
  }

  static void PrintJson(Output& out, const rules::PageResult& page) {
    nlohmann::ordered_json json = {{"expectation", page.expectation},
                                   {"right", page.right()},
                                   {"fields_right", RightOf(page)},
                                   {"fields", page.fields.size()}};
    if (!page.error.empty()) json["error"] = page.error;
    for (const rules::FieldResult& field : page.fields) {
      if (field.right) continue;
      json["wrong"].push_back(
          {{"field", field.field}, {"want", field.want}, {"got", field.got}});
    }
    out.Line(JsonLine(json));
  }

  std::vector<std::string> given_;
  std::string pages_;
  bool json_ = false;
};

class RulesCoverage : public Command {
 public:
  std::string name() const override { return "rules coverage"; }
  std::string summary() const override {
    return "Count what rules give over saved pages, and what no page uses";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("RULE", &given_, kRulesHelp);
    arguments.Option("--pages", "DIR", &pages_,
                     "saved pages; one without an expectation must name its "
                     "canonical URL [`pages` beside the rule]");
    arguments.Flag("--json", &json_, "one rule a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto files = FilesOf(context.settings, given_);
    if (!files) return files.error();
    for (const std::string& file : *files) {
      const auto report = rules::CoverRule(file, pages_);
      if (!report) return report.error();
      json_ ? PrintJson(context.out, *report) : PrintPeople(context, *report);
    }
    return Finished(context);
  }

 private:
  static void PrintPeople(Context& context,
                          const rules::CoverageReport& report) {
    Output& out = context.out;
    out.Line(out.Styled(Style::kBold, report.rule) + "  " +
             Counted(report.pages, "page") + ", " +
             Counted(report.articles, "article"));
    for (const auto& [answer, pages] : report.answers) {
      out.Line("  " + answer + ": " + Counted(pages, "page"));
    }
    Table table({{"FIELD"},
                 {"RULE", Table::Align::kRight},
                 {"OTHERS", Table::Align::kRight},
                 {"NONE", Table::Align::kRight}});
    for (const rules::FieldCoverage& field : report.fields) {
      table.Add({field.field, FormatCount(field.by_rule),
                 FormatCount(field.by_others), FormatCount(field.missing)});
    }
    if (!table.empty()) table.Print(out);
    for (const std::string& part : report.unused) {
      out.Line(out.Styled(Style::kYellow, "unused ") + part);
    }
    for (const auto& [file, why] : report.skipped) {
      context.err.Line("skipped " + file + ": " + why);
    }
  }

  static void PrintJson(Output& out, const rules::CoverageReport& report) {
    nlohmann::ordered_json json = {{"rule", report.rule},
                                   {"pages", report.pages},
                                   {"articles", report.articles},
                                   {"unused", report.unused}};
    json["answers"] = nlohmann::ordered_json::object();
    for (const auto& [answer, pages] : report.answers) {
      json["answers"][answer] = pages;
    }
    json["fields"] = nlohmann::ordered_json::object();
    for (const rules::FieldCoverage& field : report.fields) {
      json["fields"][field.field] = {{"rule", field.by_rule},
                                     {"others", field.by_others},
                                     {"none", field.missing}};
    }
    json["skipped"] = nlohmann::ordered_json::array();
    for (const auto& [file, why] : report.skipped) {
      json["skipped"].push_back({{"file", file}, {"why", why}});
    }
    out.Line(JsonLine(json));
  }

  std::vector<std::string> given_;
  std::string pages_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeRulesCoverage() { return std::make_unique<RulesCoverage>(); }
CommandPtr MakeRulesCheck() { return std::make_unique<RulesCheck>(); }
CommandPtr MakeRulesTest() { return std::make_unique<RulesTest>(); }

}  // namespace newsmill
