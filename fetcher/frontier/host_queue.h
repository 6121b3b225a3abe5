#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace newsmill {

// Names one fetch that waits or runs.
using FetchId = uint64_t;

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
  void Push(FetchId fetch, std::optional<Instant> not_before = std::nullopt);
  // Comes back to the front: it was taken and nothing was learned.
  void PushFront(FetchId fetch) { ready_.push_front(fetch); }

  // The fetch whose turn it is, which counts as started; or none now.
  std::optional<FetchId> Pop(Instant now);
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

  size_t queued() const { return ready_.size() + delayed_.size(); }
  int in_flight() const { return in_flight_; }

  // Takes all that waits, in order.
  std::vector<FetchId> TakeAll();

 private:
  HostLimits limits_;
  Instant next_start_;
  Instant before_pop_{};  // next_start_ before the last Pop
  Instant wait_until_{};
  int in_flight_ = 0;
  std::deque<FetchId> ready_;
  std::multimap<Instant, FetchId> delayed_;
};

}  // namespace newsmill
