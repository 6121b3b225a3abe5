#pragma once

#include <string>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"

namespace newsmill {

// Whether tasks wait on a retry topic whose delay is not configured any more:
// nobody would forward them, so a fetcher must not start. kBadConfiguration
// names the topic, how many wait, and the delay to put back until they are
// gone.
Result<void> CheckForgottenRetries(Admin& admin, const Topics& topics,
                                   const std::string& retry_group);

}  // namespace newsmill
