#include <nlohmann/json.hpp>

#include "app/article_changes.h"
#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "sink/rows.h"

namespace newsmill {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kShown = 300;  // bytes of a long text, for people

std::string Shortened(const std::string& text) {
  if (text.size() <= kShown) return text;
  size_t end = kShown;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;  // whole characters
  return text.substr(0, end) + " …";
}

class ArticlesHistory : public Command {
 public:
  std::string name() const override { return "articles history"; }
  std::string summary() const override {
    return "List what an article said before, where store.history keeps it";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("KEY", &key_, true, "article key, URL or article ID");
    arguments.Flag("--diff", &diff_, "what changed from each to the next");
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const Result<v1::Article> article = (*reader)->FindArticle(key_);
    if (!article) return article.error();
    std::vector<v1::Article> versions;
    const auto visited = (*reader)->VisitVersions(
        article->article_key(), [&](const v1::Article& version) {
          versions.push_back(version);
          return true;
        });
    if (!visited) return visited.error();
    versions.push_back(*article);
    if (json_) {
      PrintLines(versions, context.out);
    } else if (diff_) {
      PrintChanges(versions, context.out);
    } else {
      PrintTable(versions, context.out);
    }
    return Finished(context);
  }

 private:
  static std::string FetchedAt(const v1::Article& version) {
    return FormatTime(FromProto(version.fetched_at()));
  }

  void PrintLines(const std::vector<v1::Article>& versions, Output& out) const {
    for (size_t i = 0; i < versions.size(); ++i) {
      if (!diff_) {
        out.Line(JsonLine(MessageToJson(versions[i])));
        continue;
      }
      if (i == 0) continue;
      Json json = {
          {"fetched_at", FormatRfc3339(FromProto(versions[i].fetched_at()))},
          {"changes", Json::array()}};
      for (const FieldChange& change :
           ContentChanges(versions[i - 1], versions[i])) {
        json["changes"].push_back({{"field", change.field},
                                   {"before", change.before},
                                   {"after", change.after}});
      }
      out.Line(JsonLine(json));
    }
  }

  static void PrintChanges(const std::vector<v1::Article>& versions,
                           Output& out) {
    out.Line(out.Styled(Style::kBold, FetchedAt(versions.front())) + "  " +
             versions.front().headline());
    for (size_t i = 1; i < versions.size(); ++i) {
      out.Line(out.Styled(Style::kBold, FetchedAt(versions[i])));
      for (const FieldChange& change :
           ContentChanges(versions[i - 1], versions[i])) {
        out.Line("  " + out.Styled(Style::kDim, change.field));
        if (!change.before.empty()) {
          out.Line(out.Styled(Style::kRed, "  - " + Shortened(change.before)));
        }
        if (!change.after.empty()) {
          out.Line(out.Styled(Style::kGreen, "  + " + Shortened(change.after)));
        }
      }
    }
  }

  static void PrintTable(const std::vector<v1::Article>& versions,
                         Output& out) {
    Table table({{"FETCHED"},
                 {"GENERATION", Table::Align::kRight},
                 {"LENGTH", Table::Align::kRight},
                 {"HEADLINE", Table::Align::kLeft, 200}});
    for (const v1::Article& version : versions) {
      table.Add({{FetchedAt(version)},
                 {FormatCount(version.parse_generation())},
                 {FormatCount(sql::BodyLength(version).number)},
                 {version.headline(), Style::kBold}});
    }
    table.Print(out);
  }

  std::string key_;
  bool diff_ = false, json_ = false;
};

}  // namespace

CommandPtr MakeArticlesHistory() { return std::make_unique<ArticlesHistory>(); }

}  // namespace newsmill
