#pragma once

#include <memory>

#include "core/bus/bus.h"
#include "core/bus/config.h"

namespace newsmill::kafka {

// Apache Kafka, by librdkafka, with the properties of BusConfig::kafka.
Result<std::unique_ptr<Bus>> OpenKafkaBus(const BusConfig& config);

}  // namespace newsmill::kafka
