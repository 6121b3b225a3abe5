#pragma once

#include <functional>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"

namespace newsmill {

// Reads partitions from their beginning up to where they end now, without a
// group. kTimedOut where that takes longer than `timeout`.
Result<void> ReadToEnd(Bus& bus, const std::vector<TopicPartition>& partitions,
                       Duration timeout, const Clock& clock,
                       const std::function<void(const Message&)>& visit);

}  // namespace newsmill
