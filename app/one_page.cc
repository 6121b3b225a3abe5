#include "app/one_page.h"

#include "app/cli/format.h"
#include "app/extract/runner.h"
#include "app/one_shot.h"
#include "fetcher/fetch_once.h"
#include "parser/page_parser.h"

namespace newsmill {
namespace {

bool IsWebAddress(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

Result<v1::FetchedPage> Fetch(const Settings& settings,
                              const SiteCatalogue& sites,
                              const std::string& url) {
  const Result<Target> target = sites.Resolve(url);
  if (!target) return target.error();
  Result<FetchedOnce> fetched =
      FetchOnce(settings.fetcher, sites, *target, url);
  if (!fetched) return fetched.error();
  if (fetched->page) return *std::move(fetched->page);
  const v1::Outcome& outcome = fetched->outcome;
  return Error{Code::kInvalidArgument,
               url + " gave no page: " + ReasonName(outcome.reason()) + ". " +
                   ReasonSentence(outcome.reason()) +
                   (outcome.detail().empty() ? "" : " " + outcome.detail())};
}

// What the page itself says of where it is from; empty where it does not.
std::string CanonicalOf(const Settings& settings, const std::string& html,
                        Timestamp now) {
  const SiteCatalogue none;
  const auto target = none.Resolve("https://unknown.invalid/");
  if (!target) return "";
  const auto parser = PageParser::Make(settings.parser, {}, none);
  return parser
      ->Extract(SavedPage(none, *target, "https://unknown.invalid/", html, now))
      .article.canonical_url();
}

}  // namespace

Result<v1::FetchedPage> OnePage(const Settings& settings,
                                const SiteCatalogue& sites, const Clock& clock,
                                const std::string& source,
                                const std::string& url) {
  if (IsWebAddress(source)) return Fetch(settings, sites, source);
  Result<std::string> html =
      ReadPage(source, settings.parser.max_inflated_bytes);
  if (!html) return html.error();
  const std::string from =
      url.empty() ? CanonicalOf(settings, *html, clock.Now()) : url;
  if (!IsWebAddress(from)) {
    return Error{Code::kInvalidArgument,
                 "'" + source +
                     "' names no canonical URL; expected --url with the one "
                     "that it was saved from"};
  }
  const Result<Target> target = sites.Resolve(from);
  if (!target) return target.error();
  return SavedPage(sites, *target, from, *std::move(html), clock.Now());
}

}  // namespace newsmill
