#include "fetcher/politeness.h"

namespace newsmill {

std::string HostWithoutPort(const std::string& host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon == std::string::npos) return host;
  if (bracket != std::string::npos && colon < bracket) return host;
  return host.substr(0, colon);
}

HostLimits LimitsOf(const std::string& host, const SiteCatalogue& sites,
                    const FetcherConfig& config) {
  HostLimits limits{config.host_delay,
                    static_cast<int>(config.host_concurrency)};
  const Site* const site = sites.ForHost(HostWithoutPort(host));
  if (site == nullptr) return limits;
  limits.delay = site->delay.value_or(limits.delay);
  limits.concurrency = site->concurrency.value_or(limits.concurrency);
  return limits;
}

}  // namespace newsmill
