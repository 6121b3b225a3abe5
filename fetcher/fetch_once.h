#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/config.h"
#include "fetcher/http/http_client.h"
#include "fetcher/robots_keeper.h"
#include "fetcher/tdm/tdm_keeper.h"
#include "fetcher/verdict.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {

// What came of one target.
struct FetchedOnce {
  // Set where the server gave a page.
  std::optional<v1::FetchedPage> page;
  // Otherwise: kind (GONE, SKIPPED or DEAD), reason, detail, status, URL.
  v1::Outcome outcome;
  // Without a page: the same may give one later.
  bool retryable = false;
};

// Fetches single targets without a log, for `crawl`: the fetcher's own rules
// for limits, redirects, robots.txt and who may be asked, one request at a
// time, each host at its delay. It knows nothing of other processes and tries
// nothing twice. Used by one thread.
class OneShotFetcher {
 public:
  // kBadConfiguration for what cannot be worked with. The catalogue outlives
  // the fetcher.
  static Result<std::unique_ptr<OneShotFetcher>> Create(
      const FetcherConfig& config, const SiteCatalogue& sites);

  // `text`: the target as the user gave it, which decides whether a redirect
  // may leave the site. Blocks, delays included.
  FetchedOnce Fetch(const Target& target, const std::string& text);
  // Likewise for what is no page: `form` is the request but for its URL, and
  // its wants_type says what is taken for an answer.
  FetchedOnce FetchAs(const HttpRequest& form, const Target& target,
                      const std::string& text);

  // Asks for the robots.txt that counts for `url`, whatever fetcher.robots is.
  // The record is what is known of it from now on; an error of the host's own
  // (kUnavailable) says why not even that is.
  Result<RobotsRecord> AskRobots(const Url& url);
  const RobotsTerms& robots_terms() const { return robots_.terms(); }

 private:
  OneShotFetcher(const FetcherConfig& config, const SiteCatalogue& sites,
                 std::unique_ptr<HttpClient> http);

  // An answer and its meaning, asked for in the host's turn.
  struct Answered {
    HttpResponse response;
    AnswerVerdict verdict;
    Timestamp asked_at;
  };
  Answered Ask(const Url& url, HttpRequest request);
  // How the task ends where robots.txt stands against it.
  std::optional<AnswerVerdict> RobotsRefuse(const Url& url);
  std::optional<AnswerVerdict> ReadRobots(const Url& url);
  void ReadTdm(const Url& url);
  // Follows redirects. Set: how whatever waits for the file ends.
  std::optional<AnswerVerdict> Read(SiteFileKeeper& keeper,
                                    const std::string& file_url);
  void WaitForTurn(const Url& url);

  const FetcherConfig config_;
  const SiteCatalogue& sites_;
  std::unique_ptr<HttpClient> http_;
  RobotsKeeper robots_;
  TdmKeeper tdm_;
  std::map<std::string, Instant> last_end_;  // of a request, by host key
};

// One target with a fetcher of its own.
Result<FetchedOnce> FetchOnce(const FetcherConfig& config,
                              const SiteCatalogue& sites, const Target& target,
                              const std::string& text);

}  // namespace newsmill
