#include "app/patience.h"

#include <algorithm>

#include <poll.h>

#include "core/flow/backoff.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
constexpr Duration kMostDelay = std::chrono::seconds(10);

// Until the time is over or a stop is asked for.
void WaitForStop(Duration time) {
  pollfd stop{StopFileDescriptor(), POLLIN, 0};
  poll(&stop, 1, static_cast<int>(time.count()));
}

}  // namespace

Result<void> TryPatiently(Duration timeout, const Clock& clock,
                          const std::function<Result<void>()>& attempt,
                          const std::function<void(const Error&)>& on_failure) {
  const Instant until = clock.Uptime() + timeout;
  Backoff backoff(kFirstDelay, kMostDelay);
  while (true) {
    Result<void> result = attempt();
    if (result || !IsRetryable(result.error().code)) return result;
    on_failure(result.error());
    const Duration left = until - clock.Uptime();
    if (left <= Duration::zero() || StopRequested()) return result;
    WaitForStop(std::min(backoff.Next(), left));
    if (StopRequested()) return result;
  }
}

}  // namespace newsmill
