#include <nlohmann/json.hpp>

#include "app/article_view.h"
#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/one_shot.h"
#include "app/open.h"
#include "core/base/file.h"

namespace newsmill {
namespace {

class Crawl : public Command {
 public:
  std::string name() const override { return "crawl"; }
  std::string summary() const override {
    return "Fetch and parse one target and print its article, without a log";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("TARGET", &target_, true, "site:id or URL");
    arguments.Option("--html", "FILE", &html_,
                     "parse this saved page instead of asking the site; "
                     "- is standard input");
    arguments.Option("--fetched-at", "TIME", &fetched_at_,
                     "when the saved page was fetched; dates such as "
                     "\"yesterday\" count from there [now]");
    arguments.Option("--warc", "DIR", &warc_,
                     "keep every exchange there as WARC files");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  // 1: no article, and the verdict says why.
  Result<ExitCode> Run(Context& context) override {
    if (html_.empty() && !fetched_at_.empty()) {
      return Error{Code::kInvalidArgument,
                   "--fetched-at is for a saved page; expected --html FILE "
                   "beside it"};
    }
    if (!warc_.empty()) context.settings.fetcher.warc = warc_;
    const Result<SiteCatalogue> sites = LoadSites(context.settings);
    if (!sites) return sites.error();
    const Result<Target> target = sites->Resolve(target_);
    if (!target) return Error{Code::kInvalidArgument, target.error().message};
    const Result<OneShot> result = Work(context, *sites, *target);
    if (!result) return result.error();
    return Print(context, *result);
  }

 private:
  Result<OneShot> Work(Context& context, const SiteCatalogue& sites,
                       const Target& target) const {
    if (html_.empty()) {
      return CrawlOnce(context.settings, sites, target, target_);
    }
    Result<std::string> html = ReadHtml();
    if (!html) return html.error();
    const auto at = ResolveInstant(context, "--fetched-at", fetched_at_);
    if (!at) return at.error();
    return ParseSaved(context.settings, sites, target, target_,
                      std::move(*html), at->value_or(context.clock.Now()));
  }

  Result<std::string> ReadHtml() const {
    Result<std::string> html =
        html_ == "-" ? ReadStandardInput() : ReadFile(html_);
    if (html) return html;
    return Error{html.error().code, "--html: " + html.error().message};
  }

  Result<ExitCode> Print(Context& context, const OneShot& result) const {
    if (const auto* article = std::get_if<v1::Article>(&result)) {
      if (json_) {
        context.out.Line(JsonText(MessageToJson(*article)));
      } else {
        PrintArticle(*article, context.out);
      }
      return Finished(context);
    }
    const auto& none = std::get<NoArticle>(result);
    json_ ? PrintJson(context.out, none) : PrintPeople(context.err, none);
    return Finished(context, kExitCheckFailed);
  }

  static void PrintJson(Output& out, const NoArticle& none) {
    nlohmann::ordered_json json = {{"verdict", ReasonName(none.reason)},
                                   {"outcome", KindName(none.kind)},
                                   {"reason", ReasonSentence(none.reason)},
                                   {"detail", none.detail},
                                   {"url", none.url}};
    if (none.http_status != 0) json["http_status"] = none.http_status;
    out.Line(JsonText(json));
  }

  static void PrintPeople(Output& err, const NoArticle& none) {
    err.Line(err.Styled(Style::kYellow, "No article: ") +
             ReasonName(none.reason) + ". " + ReasonSentence(none.reason));
    if (!none.detail.empty()) err.Line(none.detail);
    err.Line(err.Styled(Style::kDim, none.url));
  }

  std::string target_, html_, fetched_at_, warc_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeCrawl() { return std::make_unique<Crawl>(); }

}  // namespace newsmill
