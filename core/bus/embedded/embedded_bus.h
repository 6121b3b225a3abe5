#pragma once

#include <memory>

#include "core/bus/bus.h"
#include "core/bus/config.h"

namespace newsmill::embedded {

// The log as one SQLite file, `log.db` in BusConfig::data_dir, which is made
// where it is missing; processes of one machine may share it. Not for network
// file systems.
Result<std::unique_ptr<Bus>> OpenEmbeddedBus(const BusConfig& config);

}  // namespace newsmill::embedded
