#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/extract/explain_view.h"
#include "app/one_page.h"
#include "app/open.h"
#include "parser/html/text.h"
#include "parser/page_parser.h"

namespace newsmill {
namespace {

using rules::RuleExplanation;
using rules::TriedField;
using rules::TriedPart;
using rules::TriedSource;

std::string Short(const std::string& text) {
  constexpr size_t kMost = 160;
  const std::string line = CollapseBlanks(text);
  if (line.size() <= kMost) return line;
  size_t end = kMost;
  while (end > 0 && (line[end] & 0xC0) == 0x80) --end;
  return line.substr(0, end) + "…";
}

void PrintTried(const char* kind, const std::vector<TriedPart>& parts,
                Output& out) {
  for (const TriedPart& part : parts) {
    out.Line(std::string(part.holds() ? "* " : "  ") + kind + " " +
             out.Styled(Style::kBold, part.name));
    for (const auto& [condition, holds] : part.conditions) {
      out.Line(std::string("      ") + (holds ? "yes " : "no  ") +
               Short(condition));
    }
  }
}

void PrintField(const TriedField& field, Output& out) {
  out.Line(out.Styled(Style::kBold, field.field));
  for (const TriedSource& source : field.sources) {
    out.Line(std::string(source.won ? "* " : "  ") + "  " + source.place +
             (source.values.empty() ? "  (nothing)" : ""));
    constexpr size_t kShown = 5;
    for (size_t i = 0; i < source.values.size() && i < kShown; ++i) {
      out.Line("        " + Short(source.values[i]));
    }
    if (source.values.size() > kShown) {
      out.Line("        and " + std::to_string(source.values.size() - kShown) +
               " more");
    }
  }
}

nlohmann::ordered_json TriedJson(const std::vector<TriedPart>& parts) {
  auto list = nlohmann::ordered_json::array();
  for (const TriedPart& part : parts) {
    auto conditions = nlohmann::ordered_json::array();
    for (const auto& [condition, holds] : part.conditions) {
      conditions.push_back({{"condition", condition}, {"holds", holds}});
    }
    list.push_back({{"name", part.name},
                    {"holds", part.holds()},
                    {"when", std::move(conditions)}});
  }
  return list;
}

class RulesExplain : public Command {
 public:
  std::string name() const override { return "rules explain"; }
  std::string summary() const override {
    return "Say which rule, layout and selector gave each field of a page";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("URL|FILE|-", &source_, true,
                         "a page: to fetch, or saved");
    arguments.Option("--url", "URL", &url_,
                     "where the saved page comes from [what it names as "
                     "canonical]");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  // 1: the page is no article, and why is said.
  Result<ExitCode> Run(Context& context) override {
    const Result<SiteCatalogue> sites = LoadSites(context.settings);
    if (!sites) return sites.error();
    const auto parser = PageParser::Load(context.settings.parser,
                                         context.settings.SitePaths(), *sites);
    if (!parser) return parser.error();
    const auto page =
        OnePage(context.settings, *sites, context.clock, source_, url_);
    if (!page) return page.error();
    const PageReport report = (*parser)->Report(*page);
    json_ ? PrintJson(context.out, *page, report)
          : PrintPeople(context.out, *page, report);
    return Finished(context,
                    report.extraction.verdict ? kExitCheckFailed : kExitDone);
  }

 private:
  static void PrintPeople(Output& out, const v1::FetchedPage& page,
                          const PageReport& report) {
    const RuleExplanation& rule = report.rule;
    out.Line("page    " + page.final_url());
    out.Line("rule    " +
             (rule.file.empty()
                  ? std::string("none answers for this host")
                  : rule.file + ", revision " + std::to_string(rule.revision)));
    PrintTried("verdict", rule.verdicts, out);
    PrintTried("layout", rule.layouts, out);
    if (const auto& verdict = report.extraction.verdict) {
      out.Line(out.Styled(Style::kYellow, "No article: ") +
               ReasonName(verdict->reason) + ". " +
               ReasonSentence(verdict->reason) +
               (verdict->detail.empty() ? "" : " " + verdict->detail));
    }
    PrintSources(out, report);
    if (!rule.fields.empty()) {
      out.Line("");
      out.Line("Sources of the layout, and what they give here:");
      for (const TriedField& field : rule.fields) PrintField(field, out);
    }
    if (report.candidates.empty()) return;
    out.Line("");
    out.Line("Read without the rule, for what it leaves out:");
    PrintExplanation(report.candidates, out);
  }

  // Where each field of the article came from.
  static void PrintSources(Output& out, const PageReport& report) {
    if (report.extraction.article.provenance().empty()) return;
    out.Line("");
    out.Line("Fields, and what gave them:");
    for (const v1::Provenance& one : report.extraction.article.provenance()) {
      out.Line("  " + out.Styled(Style::kBold, one.field()) + "  " +
               v1::Provenance::Source_Name(one.source()) + "  " +
               Short(one.detail()));
    }
  }

  static void PrintJson(Output& out, const v1::FetchedPage& page,
                        const PageReport& report) {
    const RuleExplanation& rule = report.rule;
    nlohmann::ordered_json json = {{"url", page.final_url()}};
    if (!rule.file.empty()) {
      json["rule"] = {{"file", rule.file}, {"revision", rule.revision}};
    }
    json["verdicts"] = TriedJson(rule.verdicts);
    json["layouts"] = TriedJson(rule.layouts);
    if (const auto& verdict = report.extraction.verdict) {
      json["verdict"] = ReasonName(verdict->reason);
    }
    json["fields"] = nlohmann::ordered_json::object();
    for (const v1::Provenance& one : report.extraction.article.provenance()) {
      json["fields"][one.field()] = {
          {"source", v1::Provenance::Source_Name(one.source())},
          {"detail", one.detail()}};
    }
    json["sources"] = nlohmann::ordered_json::object();
    for (const TriedField& field : rule.fields) {
      auto sources = nlohmann::ordered_json::array();
      for (const TriedSource& source : field.sources) {
        sources.push_back({{"place", source.place},
                           {"won", source.won},
                           {"values", source.values}});
      }
      json["sources"][field.field] = std::move(sources);
    }
    json["without_rule"] = ExplanationJson(report.candidates);
    out.Line(JsonText(json));
  }

  std::string source_, url_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeRulesExplain() { return std::make_unique<RulesExplain>(); }

}  // namespace newsmill
