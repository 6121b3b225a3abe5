#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/bus/bus.h"

namespace newsmill {

// Why an offset of the store cannot be one of this log; empty: it can.
// `next`: nullopt, the store has never read the partition.
std::string WhyNotOfThisLog(const std::optional<int64_t>& next,
                            const std::string& read_cluster,
                            const std::string& cluster_id,
                            const Watermarks& log);

}  // namespace newsmill
