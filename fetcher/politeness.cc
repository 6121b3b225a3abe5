#include "fetcher/politeness.h"

#include <algorithm>
#include <iterator>

namespace newsmill {

std::string_view HostWithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon == std::string_view::npos) return host;
  if (bracket != std::string_view::npos && colon < bracket) return host;
  return host.substr(0, colon);
}

Result<DayPlan> FleetPlan(const FetcherConfig& config) {
  DayPlan plan;
  if (config.requests_per_day > 0) plan.requests = config.requests_per_day;
  if (config.bytes_per_day > 0) plan.bytes = config.bytes_per_day;
  const Result<Zone> zone = Zone::Parse(config.zone);
  if (!zone) {
    return Error{Code::kInvalidArgument,
                 "fetcher.zone: " + zone.error().message};
  }
  plan.zone = *zone;
  if (config.hours.empty()) return plan;
  const Result<HourSpan> hours = ParseHours(config.hours);
  if (!hours) {
    return Error{Code::kInvalidArgument,
                 "fetcher.hours: " + hours.error().message};
  }
  plan.hours = *hours;
  return plan;
}

DayPlan PlanOf(const std::string& host, const SiteCatalogue& sites) {
  const Site* const site = sites.ForHost(HostWithoutPort(host));
  if (site == nullptr) return {};
  return ShareOf(site->plan, std::ssize(site->hosts));
}

DayPlan ShareOf(DayPlan plan, int64_t shares) {
  const int64_t parts = std::max<int64_t>(shares, 1);
  if (plan.requests)
    *plan.requests = std::max<int64_t>(*plan.requests / parts, 1);
  if (plan.bytes) *plan.bytes = std::max<int64_t>(*plan.bytes / parts, 1);
  return plan;
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
