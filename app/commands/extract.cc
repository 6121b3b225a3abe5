#include <algorithm>
#include <chrono>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/article_view.h"
#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/extract/explain_view.h"
#include "app/extract/prediction.h"
#include "app/extract/runner.h"
#include "app/one_page.h"
#include "app/one_shot.h"
#include "app/open.h"
#include "parser/open_page.h"
#include "parser/outlinks.h"

namespace newsmill {
namespace {

constexpr int kBarWidth = 20;
constexpr std::chrono::milliseconds kRedrawEvery{100};

// What a run over a list has come to.
class Tally {
 public:
  explicit Tally(size_t all) : all_(all) {}

  void Add(const ExtractedPage& page) {
    cpu_.push_back(std::chrono::duration<double, std::milli>(page.cpu).count());
    verdicts_ += page.extraction.verdict ? 1 : 0;
  }

  void Draw(Output& err) {
    const auto now = std::chrono::steady_clock::now();
    if (!err.terminal() || (now < next_ && cpu_.size() < all_)) return;
    next_ = now + kRedrawEvery;
    const size_t filled = cpu_.size() * kBarWidth / std::max<size_t>(all_, 1);
    err.Progress(fmt::format("[{:<{}}] {}/{} pages", std::string(filled, '='),
                             kBarWidth, cpu_.size(), all_));
  }

  std::string Summary() {
    if (cpu_.empty()) return "0 pages";
    std::sort(cpu_.begin(), cpu_.end());
    double sum = 0;
    for (const double one : cpu_) sum += one;
    return fmt::format(
        "{} pages, {} of them no article; CPU per page: mean {:.2f} ms, "
        "p50 {:.2f}, p99 {:.2f}, max {:.2f}",
        cpu_.size(), verdicts_, sum / static_cast<double>(cpu_.size()),
        cpu_[cpu_.size() / 2], cpu_[cpu_.size() * 99 / 100], cpu_.back());
  }

 private:
  const size_t all_;
  std::vector<double> cpu_;  // milliseconds
  int64_t verdicts_ = 0;
  std::chrono::steady_clock::time_point next_;
};

class Extract : public Command {
 public:
  std::string name() const override { return "extract"; }
  std::string summary() const override {
    return "Extract the article of a saved page, a URL, or a list of pages";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("FILE|URL|-", &source_, false,
                         "a saved page (also gzip), a page to fetch, or - "
                         "for standard input");
    arguments.Option("--url", "URL", &url_,
                     "where the saved page comes from: links count from it, "
                     "and its site's rule is used");
    arguments.Option("--pages", "FILE", &lists_,
                     "a list of saved pages, one JSON object a line: id, "
                     "file, and where known set, url, charset");
    arguments.Option("--out", "FILE", &out_,
                     "where the list's results go, one JSON object a line "
                     "[standard output]");
    arguments.Option("--threads", "N", &threads_,
                     "pages that are parsed at once [one per core]");
    arguments.Option("--fetched-at", "TIME", &fetched_at_,
                     "when the pages were saved; dates such as \"yesterday\" "
                     "count from there [now]");
    arguments.Flag("--no-rules", &no_rules_,
                   "as if no site had a rule of its own");
    arguments.Flag("--json", &json_, "the article as a JSON object");
    arguments.Flag("--links", &links_,
                   "instead of the article: where the page links to, each "
                   "address with its kind (article, list, feed, other) and "
                   "text");
    arguments.Flag("--explain", &explain_,
                   "instead of the article: what a saved page offers for each "
                   "field, and why one won");
  }

  // 1: the page is no article, and the verdict says why.
  Result<ExitCode> Run(Context& context) override {
    if (source_.empty() == lists_.empty()) {
      return Error{Code::kInvalidArgument,
                   "expected either a page (FILE, URL or -) or --pages"};
    }
    const bool fetches =
        source_.starts_with("http://") || source_.starts_with("https://");
    if (explain_ && (fetches || !lists_.empty())) {
      return Error{Code::kInvalidArgument,
                   "--explain: expected a saved page (FILE or -)"};
    }
    if (links_ && (explain_ || !lists_.empty())) {
      return Error{Code::kInvalidArgument,
                   "--links: expected a page (FILE, URL or -), and no other "
                   "way to look at it"};
    }
    if (lists_.empty() && (threads_ || !out_.empty())) {
      return Error{Code::kInvalidArgument,
                   "--out and --threads belong to --pages"};
    }
    if (!lists_.empty() && (json_ || !url_.empty())) {
      return Error{Code::kInvalidArgument,
                   "--json and --url belong to a single page; a list's results "
                   "are JSON, and its lines name the URLs"};
    }
    if (threads_ && *threads_ < 1) {
      return Error{Code::kInvalidArgument, "--threads: expected at least 1"};
    }
    const Result<SiteCatalogue> sites =
        no_rules_ ? SiteCatalogue::Load({}) : LoadSites(context.settings);
    if (!sites) return sites.error();
    if (links_) return RunLinks(context, *sites);
    if (fetches) return RunUrl(context, *sites);
    const auto at = ResolveInstant(context, "--fetched-at", fetched_at_);
    if (!at) return at.error();
    const auto parser = PageParser::Load(
        context.settings.parser,
        no_rules_ ? std::vector<std::string>() : context.settings.SitePaths(),
        *sites);
    if (!parser) return parser.error();
    const ExtractJob job{**parser, *sites, at->value_or(context.clock.Now()),
                         context.settings.parser.max_inflated_bytes};
    if (explain_) return RunExplain(context, job);
    return lists_.empty() ? RunFile(context, job) : RunLists(context, job);
  }

 private:
  Result<ExitCode> RunUrl(Context& context, const SiteCatalogue& sites) const {
    const Result<Target> target = sites.Resolve(source_);
    if (!target) return target.error();
    const Result<OneShot> result =
        CrawlOnce(context.settings, sites, *target, source_);
    if (!result) return result.error();
    if (const auto* article = std::get_if<v1::Article>(&*result)) {
      PrintResult(context, *article);
      return Finished(context);
    }
    const auto& none = std::get<NoArticle>(*result);
    PrintVerdict(context, none.reason, none.detail);
    return Finished(context, kExitCheckFailed);
  }

  Result<ExitCode> RunLinks(Context& context,
                            const SiteCatalogue& sites) const {
    const auto page =
        OnePage(context.settings, sites, context.clock, source_, url_);
    if (!page) return page.error();
    const Result<Url> url = Url::Parse(page->final_url());
    if (!url) return url.error();
    const Result<Document> document = OpenPage(context.settings.parser, *page);
    if (!document) return document.error();
    Table table({{"KIND"}, {"URL", Table::Align::kLeft, 100}, {"TEXT"}});
    for (const Outlink& link : FindOutlinks(*document, *url, sites)) {
      if (json_) {
        context.out.Line(JsonLine({{"kind", NameOf(link.kind)},
                                   {"url", link.url},
                                   {"text", link.text}}));
      }
      table.Add({NameOf(link.kind), link.url, link.text});
    }
    if (!json_ && !table.empty()) table.Print(context.out);
    return Finished(context);
  }

  ListedPage SavedFile() const {
    return {
        .id = source_, .set = {}, .path = source_, .url = url_, .charset = {}};
  }

  Result<ExitCode> RunExplain(Context& context, const ExtractJob& job) const {
    const Result<Explanation> explanation = ExplainFile(job, SavedFile());
    if (!explanation) return explanation.error();
    if (json_) {
      context.out.Line(JsonText(ExplanationJson(*explanation)));
    } else {
      PrintExplanation(*explanation, context.out);
    }
    return Finished(context);
  }

  Result<ExitCode> RunFile(Context& context, const ExtractJob& job) const {
    const Result<ExtractedPage> page = ExtractFile(job, SavedFile());
    if (!page) return page.error();
    if (const auto& verdict = page->extraction.verdict) {
      PrintVerdict(context, verdict->reason, verdict->detail);
      return Finished(context, kExitCheckFailed);
    }
    PrintResult(context, page->extraction.article);
    return Finished(context);
  }

  void PrintResult(Context& context, const v1::Article& article) const {
    if (json_) {
      context.out.Line(JsonText(MessageToJson(article)));
    } else {
      PrintArticle(article, context.out);
    }
  }

  void PrintVerdict(Context& context, v1::Reason reason,
                    const std::string& detail) const {
    if (json_) {
      context.out.Line(JsonText({{"verdict", ReasonName(reason)},
                                 {"reason", ReasonSentence(reason)},
                                 {"detail", detail}}));
      return;
    }
    context.err.Line(context.err.Styled(Style::kYellow, "No article: ") +
                     ReasonName(reason) + ". " + ReasonSentence(reason));
    if (!detail.empty()) context.err.Line(detail);
  }

  Result<ExitCode> RunLists(Context& context, const ExtractJob& job) const {
    std::vector<ListedPage> pages;
    for (const std::string& list : lists_) {
      Result<std::vector<ListedPage>> more = ReadPageList(list);
      if (!more) return more.error();
      std::move(more->begin(), more->end(), std::back_inserter(pages));
    }
    std::ofstream file;
    if (!out_.empty()) {
      file.open(out_, std::ios::binary);
      if (!file) {
        return Error{Code::kInvalidArgument,
                     "--out: '" + out_ + "' cannot be written"};
      }
    }
    Tally tally(pages.size());
    const Result<void> done = ExtractAll(
        job, pages, threads_.value_or(0),
        [&](size_t index, const ExtractedPage& page) {
          const std::string line = JsonLine(PredictionJson(pages[index], page));
          if (out_.empty()) {
            context.out.Line(line);
          } else {
            file << line << '\n';
          }
          tally.Add(page);
          tally.Draw(context.err);
        });
    context.err.EndProgress();
    if (!done) return done.error();
    context.err.Line(tally.Summary());
    if (out_.empty()) return Finished(context);
    file.close();
    if (file) return Finished(context);
    return Error{Code::kNoSpace, "'" + out_ + "' could not be written whole"};
  }

  std::string source_, url_, out_, fetched_at_;
  std::vector<std::string> lists_;
  std::optional<int64_t> threads_;
  bool no_rules_ = false, json_ = false, explain_ = false, links_ = false;
};

}  // namespace

CommandPtr MakeExtract() { return std::make_unique<Extract>(); }

}  // namespace newsmill
