#include "core/bus/registry.h"

#include "core/bus/embedded/embedded_bus.h"
#include "core/bus/kafka/kafka_bus.h"

namespace newsmill {
namespace {

struct Backend {
  const char* name;
  Result<std::unique_ptr<Bus>> (*open)(const BusConfig& config);
};

// Sorted by name.
constexpr Backend kBackends[] = {
    {"embedded", embedded::OpenEmbeddedBus},
    {"kafka", kafka::OpenKafkaBus},
};

}  // namespace

std::vector<std::string> BusBackends() {
  std::vector<std::string> names;
  for (const Backend& backend : kBackends) names.emplace_back(backend.name);
  return names;
}

Result<std::unique_ptr<Bus>> OpenBus(const BusConfig& config) {
  std::string known;
  for (const Backend& backend : kBackends) {
    if (backend.name == config.backend) return backend.open(config);
    known += known.empty() ? backend.name : std::string(", ") + backend.name;
  }
  return Error{Code::kBadConfiguration, "log.backend is \"" + config.backend +
                                            "\"; expected one of: " + known};
}

}  // namespace newsmill
