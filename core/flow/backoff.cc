#include "core/flow/backoff.h"

#include <algorithm>

namespace newsmill {

Backoff::Backoff(Duration first, Duration most)
    : first_(first), most_(most), random_(std::random_device{}()) {}

Duration Backoff::Next() {
  Duration delay = std::min(first_, most_);
  for (int i = 0; i < failures_ && delay < most_; ++i) {
    delay = std::min(delay * 2, most_);
  }
  ++failures_;
  std::uniform_int_distribution<Duration::rep> jitter(0, delay.count() / 5);
  return delay + Duration(jitter(random_));
}

}  // namespace newsmill
