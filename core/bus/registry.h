#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/config.h"

namespace newsmill {

// The backends that are built in, sorted.
std::vector<std::string> BusBackends();

// Opens the log that the configuration names. kBadConfiguration for an unknown
// backend or a property that may not be set; kUnavailable where the log cannot
// be reached now.
Result<std::unique_ptr<Bus>> OpenBus(const BusConfig& config);

}  // namespace newsmill
