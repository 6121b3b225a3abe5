#include "app/one_shot.h"

#include <utility>

#include "core/base/id.h"
#include "core/flow/task_codec.h"
#include "fetcher/fetch_once.h"
#include "parser/page_parser.h"

namespace newsmill {
namespace {

Result<OneShot> Parse(const Settings& settings, const SiteCatalogue& sites,
                      const v1::FetchedPage& page) {
  const auto parser =
      PageParser::Load(settings.parser, settings.SitePaths(), sites);
  if (!parser) return parser.error();
  auto parsed = (*parser)->Parse(page);
  if (auto* article = std::get_if<v1::Article>(&parsed)) {
    return OneShot(std::move(*article));
  }
  auto& verdict = std::get<Verdict>(parsed);
  return OneShot(NoArticle{verdict.kind, verdict.reason,
                           std::move(verdict.detail), page.final_url(),
                           page.status()});
}

}  // namespace

Result<OneShot> CrawlOnce(const Settings& settings, const SiteCatalogue& sites,
                          const Target& target, const std::string& text) {
  const Result<FetchedOnce> fetched =
      FetchOnce(settings.fetcher, sites, target, text);
  if (!fetched) return fetched.error();
  if (fetched->page) return Parse(settings, sites, *fetched->page);
  const v1::Outcome& outcome = fetched->outcome;
  return OneShot(NoArticle{outcome.kind(), outcome.reason(), outcome.detail(),
                           outcome.url(), outcome.http_status()});
}

v1::FetchedPage SavedPage(const SiteCatalogue& sites, const Target& target,
                          const std::string& text, std::string html,
                          Timestamp fetched_at) {
  constexpr int kOk = 200;
  v1::FetchedPage page;
  v1::FetchTask& task = *page.mutable_task();
  task.set_kind(v1::FetchTask::ARTICLE);
  SetTarget(target, text, &task);
  page.set_article_key(sites.ArticleKey(target.url, target.url));
  page.set_final_url(target.url.text());
  page.set_status(kOk);
  page.set_body_sha256(Sha256(html));
  page.set_body(std::move(html));
  *page.mutable_fetched_at() = ToProto(fetched_at);
  return page;
}

Result<OneShot> ParseSaved(const Settings& settings, const SiteCatalogue& sites,
                           const Target& target, const std::string& text,
                           std::string html, Timestamp fetched_at) {
  return Parse(settings, sites,
               SavedPage(sites, target, text, std::move(html), fetched_at));
}

}  // namespace newsmill
