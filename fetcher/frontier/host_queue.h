#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "fetcher/frontier/line.h"

namespace newsmill {

// Names one fetch that waits or runs.
using FetchId = uint64_t;

// Which of a host's two lines a fetch stands in. What is fresh goes first; of
// every kBulkShare fetches one is bulk while bulk waits, so it never starves.
enum class Lane : uint8_t { kFresh, kBulk };
inline constexpr std::array kLanes = {Lane::kFresh, Lane::kBulk};
inline constexpr int kBulkShare = 4;

// What a host can bear.
struct HostLimits {
  Duration delay{0};
  int concurrency = 1;
};

// The fetches of one host, and when the next of them may be asked.
//
// `delay` counts from the end of the latest request; while none has ended (with
// a concurrency above one) from the start of the latest, so a host is never
// asked more than once per delay, and slow answers overlap up to the
// concurrency. Time is an argument. Used by one thread.
class HostQueue {
 public:
  // `first_request`: no request before that; a new owner of a host does not
  // know when the former one asked.
  HostQueue(HostLimits limits, Instant first_request)
      : limits_(limits), next_start_(first_request) {}

  // `not_before`: waits for that without holding others up.
  void Push(FetchId fetch, std::optional<Instant> not_before = std::nullopt,
            Lane lane = Lane::kFresh);
  // Comes back to the front: it was taken and nothing was learned.
  void PushFront(FetchId fetch) { again_.PushBack(fetch); }

  // The fetch whose turn it is, which counts as started; or none now.
  std::optional<FetchId> Pop(Instant now);
  // Starts a request that no fetch in the queue stands for; false: none may be
  // started now.
  bool TakeTurn(Instant now);
  // A started fetch's request ended, however it did.
  void Finish(Instant now);
  // The fetch that was taken last made no request after all.
  void Cancel();

  // For the delays from now on; one that has begun stays as it is.
  void SetLimits(HostLimits limits) { limits_ = limits; }

  // Nobody asks this host before `until`; a shorter wait changes nothing.
  void WaitUntil(Instant until);
  void EndWait() { wait_until_ = Instant(); }
  Instant wait_until() const { return wait_until_; }

  // The earliest instant at which Pop gives something; nullopt while nothing
  // waits or the concurrency is used up.
  std::optional<Instant> NextReady() const;
  // Nothing waits and nothing runs.
  bool idle() const { return queued() == 0 && in_flight_ == 0; }
  // When the delay and the wait are over; from then on an idle queue remembers
  // nothing that matters.
  Instant next_start() const { return std::max(next_start_, wait_until_); }

  size_t queued() const {
    return again_.size() + queued(Lane::kFresh) + queued(Lane::kBulk);
  }
  size_t queued(Lane lane) const;
  int in_flight() const { return in_flight_; }

  // How many fetches of one lane may come in, so that all that waits here can
  // be asked within `hold`: 0 where the host rests longer. Bulk has a share
  // even where fresh takes all.
  int64_t Room(Lane lane, Duration hold, Instant now) const;
  // Of an empty queue that may be asked now.
  int64_t Capacity(Duration hold) const;

  // Takes all that waits, in order.
  std::vector<FetchId> TakeAll();

 private:
  void Started(Instant now);
  FetchId TakeNext(Instant now);
  Line<FetchId>& ReadyIn(Lane lane) {
    return ready_[static_cast<size_t>(lane)];
  }
  const Line<FetchId>& ReadyIn(Lane lane) const {
    return ready_[static_cast<size_t>(lane)];
  }

  HostLimits limits_;
  Instant next_start_;
  Instant before_pop_{};  // next_start_ before the last Pop
  Instant wait_until_{};
  int in_flight_ = 0;
  Line<FetchId> again_;  // before all others
  std::array<Line<FetchId>, kLanes.size()> ready_;
  std::multimap<Instant, std::pair<FetchId, Lane>> delayed_;
  std::array<size_t, kLanes.size()> delayed_of_{};
  int fresh_in_a_row_ = 0;  // while bulk waited
};

}  // namespace newsmill
