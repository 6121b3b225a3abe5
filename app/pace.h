#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/time.h"

namespace newsmill {

// How fast tasks are settled, and when the open ones will be.
struct Pace {
  bool known = false;
  double per_second = 0;
  std::optional<Duration> left;  // nullopt: not at this pace

  // `settled` tasks in the time `over`, `open` are left.
  static Pace Of(int64_t settled, Duration over, int64_t open);
  static Pace Of(double per_second, int64_t open);

  // "12.5/s, about 4 min 10 s left".
  std::string Text() const;
};

}  // namespace newsmill
