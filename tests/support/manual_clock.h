#pragma once

#include <atomic>

#include "core/base/time.h"

namespace newsmill {

// A clock that stands still until a test moves it. Thread-safe.
class ManualClock : public Clock {
 public:
  // Not zero, so that "never" and "at the start" differ.
  static constexpr Duration kStart = std::chrono::hours(1);
  // 2026-01-01T00:00:00Z when Uptime is kStart.
  static constexpr Duration kEpoch = std::chrono::seconds(1767225600);

  Timestamp Now() const override {
    return Timestamp(kEpoch + Duration(elapsed_.load()));
  }
  Instant Uptime() const override {
    return Instant(kStart + Duration(elapsed_.fetch_add(tick_.load())));
  }

  void Advance(Duration by) { elapsed_ += by.count(); }
  // Each look at Uptime moves the clock by this; for code that only waits.
  void TickPerLook(Duration tick) { tick_ = tick.count(); }

 private:
  mutable std::atomic<Duration::rep> elapsed_{0};
  std::atomic<Duration::rep> tick_{0};
};

}  // namespace newsmill
