#pragma once

#include <string>
#include <variant>

#include "app/settings.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/common.pb.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

// Why a target gave no article.
struct NoArticle {
  v1::OutcomeKind kind = v1::OUTCOME_KIND_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;
  std::string url;
  int http_status = 0;  // 0: no answer
};

using OneShot = std::variant<v1::Article, NoArticle>;

// Fetches and parses one target in this process. Stands outside the fleet's
// politeness: it knows nothing of what other processes ask the host. `text` is
// the target as it was given.
Result<OneShot> CrawlOnce(const Settings& settings, const SiteCatalogue& sites,
                          const Target& target, const std::string& text);

// A page that was saved, as if the URL had answered with it.
v1::FetchedPage SavedPage(const SiteCatalogue& sites, const Target& target,
                          const std::string& text, std::string html,
                          Timestamp fetched_at);

// Parses a page that was saved, as if the target's URL had answered with it.
Result<OneShot> ParseSaved(const Settings& settings, const SiteCatalogue& sites,
                           const Target& target, const std::string& text,
                           std::string html, Timestamp fetched_at);

}  // namespace newsmill
