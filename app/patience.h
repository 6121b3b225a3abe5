#pragma once

#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill {

// Repeats `attempt` with growing delay while it fails with a retryable error,
// for at most `timeout`, and not after a stop was asked for. `on_failure` is
// told each time, before the wait. Gives the last error.
Result<void> TryPatiently(Duration timeout, const Clock& clock,
                          const std::function<Result<void>()>& attempt,
                          const std::function<void(const Error&)>& on_failure);

}  // namespace newsmill
