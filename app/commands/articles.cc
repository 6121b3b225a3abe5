#include <nlohmann/json.hpp>

#include "app/article_view.h"
#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/csv.h"
#include "app/open.h"
#include "core/base/simhash.h"
#include "sink/registry.h"
#include "sink/rows.h"

namespace newsmill {
namespace {

constexpr int64_t kPeoplesLimit = 50;

// The columns of CSV where none are named: one line of text or a number each,
// the body last.
constexpr char kCsvFields[] =
    "article_key,site,article_id,url,headline,alternative_headline,description,"
    "byline,authors,editors,source_organization.name,publisher.name,"
    "date_published.time,date_published.raw,date_modified.time,in_language,"
    "article_section.name,keywords,comment_count,like_count,view_count,"
    "share_count,images,batch,task_id,fetched_at,parse_generation,article_body";

// Which articles, as `list` and `export` ask it.
struct Selection {
  std::string site, batch, since, fields;
  std::optional<int64_t> limit;

  void Declare(Arguments& arguments) {
    arguments.Option("--site", "NAME", &site, "of this site only");
    arguments.Option("--batch", "NAME", &batch, "of this batch only");
    arguments.Option("--since", "TIME", &since,
                     "fetched since then: RFC 3339, 7d, yesterday");
    arguments.Option("--limit", "N", &limit, "at most so many");
    arguments.Option("--fields", "A,B", &fields,
                     "only these fields, such as headline,date_published.time");
  }

  Result<ArticleFilter> Filter(Context& context) const {
    const auto instant = ResolveInstant(context, "--since", since);
    if (!instant) return instant.error();
    return ArticleFilter{site, batch, *instant, limit};
  }
};

// One JSON object a line, as they come from the store, until nobody reads.
Result<ExitCode> PrintLines(Context& context, const Selection& selection) {
  const Result<FieldSelection> fields = FieldSelection::Parse(selection.fields);
  if (!fields) return fields.error();
  const Result<ArticleFilter> filter = selection.Filter(context);
  if (!filter) return filter.error();
  const auto reader = OpenReader(context.settings);
  if (!reader) return reader.error();
  const auto visited =
      (*reader)->VisitArticles(*filter, [&](const v1::Article& article) {
        return context.out.Line(JsonLine(fields->Apply(article)));
      });
  if (!visited) return visited.error();
  return Finished(context);
}

// A header line, then one line an article.
Result<ExitCode> PrintCsv(Context& context, const Selection& selection) {
  const Result<FieldSelection> fields = FieldSelection::Parse(
      selection.fields.empty() ? kCsvFields : selection.fields);
  if (!fields) return fields.error();
  const Result<ArticleFilter> filter = selection.Filter(context);
  if (!filter) return filter.error();
  const auto reader = OpenReader(context.settings);
  if (!reader) return reader.error();
  context.out.Write(CsvLine(fields->fields()));
  const auto visited =
      (*reader)->VisitArticles(*filter, [&](const v1::Article& article) {
        std::vector<std::string> cells;
        for (const auto& value : fields->Apply(article)) {
          cells.push_back(CsvCell(value));
        }
        return context.out.Write(CsvLine(cells));
      });
  if (!visited) return visited.error();
  return Finished(context);
}

class ArticlesList : public Command {
 public:
  std::string name() const override { return "articles list"; }
  std::string summary() const override {
    return "List the articles that were stored, oldest fetch first";
  }
  void Declare(Arguments& arguments) override {
    selection_.Declare(arguments);
    arguments.Flag("--shrunk", &shrunk_,
                   "newer bodies below half of the stored one, which were "
                   "kept back; `articles accept` takes one");
    arguments.Flag("--json", &json_, "one object a line, all fields");
  }

  Result<ExitCode> Run(Context& context) override {
    if (shrunk_) return PrintShrunk(context);
    if (json_ || !selection_.fields.empty()) {
      return PrintLines(context, selection_);
    }
    return PrintTable(context);
  }

 private:
  Result<ExitCode> PrintShrunk(Context& context) {
    const Result<ArticleFilter> filter = selection_.Filter(context);
    if (!filter) return filter.error();
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    Table table({{"KEY"},
                 {"FETCHED"},
                 {"LENGTH", Table::Align::kRight},
                 {"STORED", Table::Align::kRight},
                 {"HEADLINE", Table::Align::kLeft, 200}});
    const auto visited = (*reader)->VisitShrunk(
        *filter, [&](const v1::Article& article, int64_t former) {
          const int64_t length = sql::BodyLength(article).number;
          const Timestamp fetched = FromProto(article.fetched_at());
          if (json_) {
            return context.out.Line(
                JsonLine({{"article_key", article.article_key()},
                          {"fetched_at", FormatRfc3339(fetched)},
                          {"body_length", length},
                          {"stored_length", former},
                          {"headline", article.headline()},
                          {"url", article.url()}}));
          }
          table.Add({{article.article_key(), Style::kCyan},
                     {FormatTime(fetched)},
                     {FormatCount(length)},
                     {FormatCount(former)},
                     {article.headline(), Style::kBold}});
          return true;
        });
    if (!visited) return visited.error();
    if (!json_ && table.empty()) context.err.Line("No body has shrunk.");
    if (!table.empty()) table.Print(context.out);
    return Finished(context);
  }

  Result<ExitCode> PrintTable(Context& context) {
    Result<ArticleFilter> filter = selection_.Filter(context);
    if (!filter) return filter.error();
    const int64_t limit = filter->limit.value_or(kPeoplesLimit);
    filter->limit = limit + 1;  // one more tells whether there are more
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    Table table({{"KEY"},
                 {"PUBLISHED"},
                 {"SECTION", Table::Align::kLeft, 14},
                 {"HEADLINE", Table::Align::kLeft, 200}});
    int64_t count = 0;
    const auto visited =
        (*reader)->VisitArticles(*filter, [&](const v1::Article& article) {
          if (++count <= limit) AddRow(article, &table);
          return true;
        });
    if (!visited) return visited.error();
    if (count > 0) table.Print(context.out);
    context.out.Flush();
    if (count == 0) context.err.Line("No articles.");
    if (count > limit && !selection_.limit) {
      context.err.Line("There are more; --limit N shows them.");
    }
    return Finished(context);
  }

  static void AddRow(const v1::Article& article, Table* table) {
    table->Add({{article.article_key(), Style::kCyan},
                {DateText(article.date_published())},
                {article.article_section().name()},
                {article.headline(), Style::kBold}});
  }

  Selection selection_;
  bool json_ = false, shrunk_ = false;
};

class ArticlesAccept : public Command {
 public:
  std::string name() const override { return "articles accept"; }
  std::string summary() const override {
    return "Take a newer body that was kept back because it had shrunk";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("KEY", &key_, true,
                         "as `articles list --shrunk` says");
  }

  Result<ExitCode> Run(Context& context) override {
    if (auto there = CheckStoreIsThere(context.settings); !there) {
      return there.error();
    }
    const auto keeper =
        OpenStoreKeeper(context.settings.sink, context.settings.data_dir());
    if (!keeper) return keeper.error();
    if (auto done = (*keeper)->AcceptShrunk(key_); !done) return done.error();
    context.err.Line("Taken.");
    return Finished(context);
  }

 private:
  std::string key_;
};

class ArticlesShow : public Command {
 public:
  std::string name() const override { return "articles show"; }
  std::string summary() const override { return "Show one article"; }
  void Declare(Arguments& arguments) override {
    arguments.Positional("KEY", &key_, true, "article key, URL or article ID");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const Result<v1::Article> article = (*reader)->FindArticle(key_);
    if (!article) return article.error();
    if (json_) {
      context.out.Line(JsonText(MessageToJson(*article)));
    } else {
      PrintArticle(*article, context.out);
    }
    return Finished(context);
  }

 private:
  std::string key_;
  bool json_ = false;
};

class ArticlesSimilar : public Command {
 public:
  std::string name() const override { return "articles similar"; }
  std::string summary() const override {
    return "List articles whose text says nearly the same";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("KEY", &key_, true, "article key, URL or article ID");
    arguments.Option("--within", "N", &within_,
                     "bits of the SimHash that may differ, 0 to " +
                         std::to_string(kSimilarBits) + " [" +
                         std::to_string(kSimilarBits) + "]");
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const int64_t within = within_.value_or(kSimilarBits);
    if (within < 0 || within > kSimilarBits) {
      return Error{Code::kInvalidArgument,
                   "--within: expected 0 to " + std::to_string(kSimilarBits)};
    }
    const auto reader = OpenReader(context.settings);
    if (!reader) return reader.error();
    const auto similar = (*reader)->FindSimilar(key_, static_cast<int>(within));
    if (!similar) return similar.error();
    Table table({{"BITS", Table::Align::kRight},
                 {"KEY"},
                 {"PUBLISHED"},
                 {"HEADLINE", Table::Align::kLeft, 200}});
    for (const auto& [article, bits] : *similar) {
      if (json_) {
        context.out.Line(JsonLine({{"article_key", article.article_key()},
                                   {"bits", bits},
                                   {"headline", article.headline()},
                                   {"url", article.url()}}));
      }
      table.Add({FormatCount(bits),
                 {article.article_key(), Style::kCyan},
                 {DateText(article.date_published())},
                 {article.headline(), Style::kBold}});
    }
    if (!json_ && !table.empty()) table.Print(context.out);
    context.out.Flush();
    if (similar->empty()) context.err.Line("None.");
    return Finished(context);
  }

 private:
  std::string key_;
  std::optional<int64_t> within_;
  bool json_ = false;
};

class ArticlesExport : public Command {
 public:
  std::string name() const override { return "articles export"; }
  std::string summary() const override {
    return "Write articles as JSON lines or as CSV, in a stable order";
  }
  void Declare(Arguments& arguments) override {
    selection_.Declare(arguments);
    arguments.Option("--format", "FORMAT", &format_,
                     "jsonl, one object a line, or csv, with a header line "
                     "[jsonl]");
    arguments.Flag("--json", &json_, "one object a line, as it always is");
  }
  Result<ExitCode> Run(Context& context) override {
    if (format_ != "jsonl" && format_ != "csv") {
      return Error{Code::kInvalidArgument,
                   "--format: '" + format_ + "'; expected jsonl or csv"};
    }
    if (format_ == "csv" && json_) {
      return Error{Code::kInvalidArgument,
                   "--json and --format csv exclude each other"};
    }
    return format_ == "csv" ? PrintCsv(context, selection_)
                            : PrintLines(context, selection_);
  }

 private:
  Selection selection_;
  std::string format_ = "jsonl";
  bool json_ = false;
};

}  // namespace

CommandPtr MakeArticlesAccept() { return std::make_unique<ArticlesAccept>(); }
CommandPtr MakeArticlesList() { return std::make_unique<ArticlesList>(); }
CommandPtr MakeArticlesShow() { return std::make_unique<ArticlesShow>(); }
CommandPtr MakeArticlesSimilar() { return std::make_unique<ArticlesSimilar>(); }
CommandPtr MakeArticlesExport() { return std::make_unique<ArticlesExport>(); }

}  // namespace newsmill
