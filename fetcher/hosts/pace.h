#pragma once

#include <optional>

#include "core/base/time.h"
#include "newsmill/v1/host_state.pb.h"

namespace newsmill {

// How often a host is asked follows how it bears it.
//
// Delay. Above the delay that is configured (the base) stands a learned one:
// - It is at least kShare times the time the host takes to answer (to the first
//   byte, smoothed over some four answers), so a host that is asked one by one
//   is at work for half the time at most. With a base of 0 nobody asked for
//   politeness, and this part is left out.
// - 429, 503 and time-outs double the delay in force (at least to kFirst, at
//   most to `most`); what was doubled within the last kOneBlow is not doubled
//   again, because requests that ran together meet the same trouble.
// - A page that is answered by 503 once more says nothing new: it may be that
//   page which is broken. Retries come when the host's other pages are done,
//   and some broken ones in a row would make it look dead. Nor does another 5xx
//   change anything.
// - Every other answer takes it back: the rate grows by a twentieth of the
//   base's rate (additive increase, multiplicative decrease), and never is a
//   delay shortened by more than a tenth at once. At the base it is gone, or
//   at a tenth of kFirst where there is none.
//
// Breaker. kFailures requests in a row without any answer (no connection, no
// name, no TLS, time-outs) mean that the host is down: nobody asks it for
// kFirstRest, then one request alone tries (half open). Each further failure
// doubles the rest up to kLongestRest; an answer, of whatever status, ends it.
//
// Pure functions of a state; what the caller keeps beside it is in HostPace.
struct HostPace {
  static constexpr double kShare = 1.0;
  static constexpr Duration kFirst = std::chrono::milliseconds(100);
  static constexpr Duration kOneBlow = std::chrono::seconds(1);
  static constexpr int kFailures = 5;
  static constexpr Duration kFirstRest = std::chrono::seconds(30);
  static constexpr Duration kLongestRest = std::chrono::minutes(30);

  // The time that answers take, smoothed; of this process.
  std::optional<Duration> response_time;
  std::optional<Timestamp> last_blow;

  // What one request showed.
  enum class Sign {
    kGood,     // an answer, and no complaint in it
    kNeutral,  // an answer that says nothing of how busy the host is
    kTooMuch,  // 429, 503 for a page that had none yet
    kTimeout,  // no answer in time
    kDown,     // no answer
  };

  struct Bounds {
    Duration base{0};
    Duration most = std::chrono::minutes(5);
  };

  // `took`: to the first byte, where there was an answer. Changes `state`;
  // true where a later owner should know of it.
  bool Learn(Sign sign, Duration took, const Bounds& bounds, Timestamp now,
             v1::HostState& state);

  // The delay in force, without jitter.
  static Duration DelayOf(const v1::HostState& state, Duration base);
  // Down, or being tried.
  static bool IsDown(const v1::HostState& state);
};

}  // namespace newsmill
