#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "fetcher/robots/record_cache.h"
#include "fetcher/robots/robots_policy.h"

namespace newsmill {

// What asking for a robots.txt came to, redirects followed (RFC 9309, section
// 2.3.1).
struct RobotsAnswer {
  enum class Kind {
    kFile,         // 2xx: `body` counts
    kNone,         // 4xx, or more redirects than are followed: all is allowed
    kBusy,         // 429: no rule was learned, none is known to forbid
    kUnreachable,  // 5xx or no answer: all is forbidden for now
  };
  Kind kind = Kind::kUnreachable;
  int status = 0;  // 0: no answer
  std::string body;
  // kUnreachable: for a person.
  std::string why;
  // From Cache-Control.
  std::optional<Duration> max_age;
};

// For whom a robots.txt is read, and when it is asked for again.
struct RobotsTerms {
  std::string agent;  // product token
  // After each failure in a row; the last one repeats. Not empty.
  std::vector<Duration> retry_delays;
};

// How long a copy counts without a word from its server, and the least: a
// robots.txt that asks to be fetched with every page is not.
inline constexpr Duration kMostRobotsAge = std::chrono::hours(24);
inline constexpr Duration kLeastRobotsAge = std::chrono::minutes(1);
// How long the last good copy counts while no other can be had.
inline constexpr Duration kMostRobotsKept = std::chrono::days(30);
// How long a 429 is taken for "no rules known".
inline constexpr Duration kBusyRobotsAge = std::chrono::hours(1);

// What is known of the robots.txt of one origin: the copy in force, and what
// stands in the way of a newer one. Time is an argument.
class RobotsRecord {
 public:
  enum class Advice {
    kAsk,   // ask for it (again) before anything else
    kUse,   // the policy counts
    kWait,  // it cannot be had, and nothing may be asked until ask_again_at
  };
  Advice AdviceAt(Timestamp now) const;

  void Take(const RobotsAnswer& answer, const RobotsTerms& terms,
            Timestamp now);
  // A copy that another worker read: an answer of kFile or kNone, taken at
  // `fetched_at` and to be asked for again at `ask_again_at`.
  static RobotsRecord Restored(const RobotsAnswer& answer,
                               const RobotsTerms& terms, Timestamp fetched_at,
                               Timestamp ask_again_at);
  // That another worker has failed to read it since `since`, so many times, the
  // last time for that reason; to be asked for again at `ask_again_at`.
  void RestoreFailure(Timestamp since, size_t failures, std::string why,
                      Timestamp ask_again_at);

  // Where Advice is kUse.
  const RobotsPolicy& policy() const { return policy_; }
  const std::vector<std::string>& sitemaps() const { return sitemaps_; }
  // Of the copy in force, and the status that it came with.
  std::optional<Timestamp> fetched_at() const { return fetched_at_; }
  int status() const { return status_; }

  Timestamp ask_again_at() const { return ask_again_at_; }
  // Since when every request for it has failed; nullopt: the last one did not.
  std::optional<Timestamp> unreachable_since() const {
    return unreachable_since_;
  }
  // How many failed in a row, and why the last one.
  size_t failures() const { return failures_; }
  const std::string& why() const { return why_; }
  // In memory, about.
  size_t bytes() const;

 private:
  bool HasCopy(Timestamp now) const;
  void TakeCopy(const RobotsAnswer& answer, Timestamp now);
  void TakeFailure(const RobotsAnswer& answer, const RobotsTerms& terms,
                   Timestamp now);

  RobotsPolicy policy_;
  std::vector<std::string> sitemaps_;
  std::optional<Timestamp> fetched_at_;
  int status_ = 0;
  Timestamp ask_again_at_ = Timestamp::min();
  std::optional<Timestamp> unreachable_since_;
  size_t failures_ = 0;  // in a row
  std::string why_;
};

// Of many origins.
using RobotsCache = RecordCache<RobotsRecord>;

// max-age of a Cache-Control field (RFC 9111, section 5.2); no-store and
// no-cache are an age of 0. nullopt: it says nothing of it.
std::optional<Duration> ParseMaxAge(std::string_view cache_control);

}  // namespace newsmill
