#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/url.h"
#include "fetcher/config.h"
#include "fetcher/http/http_client.h"
#include "fetcher/robots/robots_record.h"
#include "fetcher/site_file.h"
#include "fetcher/verdict.h"
#include "newsmill/v1/host_state.pb.h"

namespace newsmill {

// What robots.txt says to a request that is about to be made.
struct RobotsDecision {
  enum class Kind {
    kMayAsk,
    kAskFirst,  // for robots.txt: see Begin
    kUnderWay,  // somebody asks for it right now
    kWait,      // it cannot be had; not before `until`
    kEnds,      // the task ends as `verdict`
  };
  Kind kind = Kind::kMayAsk;
  Timestamp until{};
  // kEnds: the task's. kWait: that of one who does not wait.
  AnswerVerdict verdict = {};
};

// Where good copies, and since when a file cannot be had, outlive the worker.
// `host`: a host key; `url`: of the
// robots.txt.
class RobotsShelf {
 public:
  virtual ~RobotsShelf() = default;
  // nullptr: none is kept. Valid until the next call.
  virtual const v1::RobotsCopy* Find(const std::string& host,
                                     const std::string& url) const = 0;
  virtual void Keep(const std::string& host, v1::RobotsCopy copy,
                    Timestamp now) = 0;
};

// What a kept copy says to this agent. A larger file than this is not kept for
// later workers: they ask for it anew.
inline constexpr size_t kMostRobotsKeptBytes = 64 * 1024;
RobotsRecord RecordOfCopy(const v1::RobotsCopy& copy, const RobotsTerms& terms);

// Obeys the robots.txt of every origin that is asked (RFC 9309), or none where
// the configuration says so. It makes no request itself: it says which to make,
// and hears the answers. Used by one thread; time is an argument.
//
// Whoever gets kAskFirst calls Begin, asks RobotsUrlOf the URL in the host's
// turn and under its politeness, and gives each answer to Hear, following its
// steps. A robots.txt on another host counts for the host that was asked first.
class RobotsKeeper : public SiteFileKeeper {
 public:
  // The configuration and the shelf outlive the keeper; without a shelf it
  // forgets with the process.
  explicit RobotsKeeper(const FetcherConfig& config,
                        RobotsShelf* shelf = nullptr);

  RobotsDecision Decide(const Url& url, Timestamp now);

  // From here on others of the origin get kUnderWay, until the last Hear or
  // Abandon. `robots_url`: of the origin, as RobotsUrlOf gives it.
  void Begin(const std::string& robots_url) override;
  SiteFileStep Hear(const std::string& robots_url, const Url& asked,
                    const HttpResponse& response, const AnswerVerdict& verdict,
                    Timestamp now) override;
  void GiveUp(const std::string& robots_url, const std::string& why,
              Timestamp now) override;
  void Abandon(const std::string& robots_url) override;
  HttpRequest RequestFor(const Url& url) const override;

  // The delay that the host's robots.txt asks for, as long as it is known; at
  // most fetcher.max_crawl_delay. `host`: a host key.
  std::optional<Duration> CrawlDelayOf(const std::string& host) const;

  // What is known of a robots.txt; nullptr: nothing.
  const RobotsRecord* RecordOf(const std::string& robots_url) const {
    return cache_.Peek(robots_url);
  }
  const RobotsTerms& terms() const { return terms_; }

 private:
  RobotsDecision Judged(const RobotsRecord& record, const Url& url,
                        const std::string& robots_url) const;
  RobotsDecision Waiting(const RobotsRecord& record,
                         const std::string& robots_url, Timestamp now) const;
  void Conclude(const std::string& robots_url, const RobotsAnswer& answer,
                Timestamp now);

  const RobotsRecord* FindRecord(const Url& url, const std::string& robots_url);
  void KeepForOthers(const std::string& robots_url, const RobotsAnswer& answer,
                     Timestamp now);

  const FetcherConfig& config_;
  RobotsShelf* const shelf_;
  const RobotsTerms terms_;
  RobotsCache cache_;
  std::map<std::string, int> under_way_;  // redirects followed so far
};

// The name by which robots.txt may call this crawler.
std::string RobotsAgent(const FetcherConfig& config);

}  // namespace newsmill
