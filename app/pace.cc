#include "app/pace.h"

#include <cmath>
#include <cstdio>

#include "app/cli/format.h"

namespace newsmill {
namespace {

// Slower than a task in a day says nothing of an end.
constexpr double kSlowest = 1.0 / 86'400;

}  // namespace

Pace Pace::Of(int64_t settled, Duration over, int64_t open) {
  const double seconds = static_cast<double>(over.count()) / 1000;
  return Of(static_cast<double>(settled) / seconds, open);
}

Pace Pace::Of(double per_second, int64_t open) {
  Pace pace{true, per_second, std::nullopt};
  if (open > 0 && per_second >= kSlowest) {
    pace.left =
        Duration(std::llround(static_cast<double>(open) / per_second * 1000));
  }
  return pace;
}

std::string Pace::Text() const {
  char small[32] = {};
  std::snprintf(small, sizeof small, "%.1f", per_second);
  const std::string rate =
      per_second >= 10 ? FormatCount(std::lround(per_second)) : small;
  return rate + "/s" + (left ? ", about " + FormatSpan(*left) + " left" : "");
}

}  // namespace newsmill
