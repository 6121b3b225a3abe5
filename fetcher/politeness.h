#pragma once

#include <string>

#include "core/sites/site_catalogue.h"
#include "fetcher/config.h"
#include "fetcher/frontier/host_queue.h"

namespace newsmill {

// What a host can bear: its site's rule, else the configuration. (Robots'
// Crawl-delay and what is learned from the host's answers will join here.)
// `host`: with or without port.
HostLimits LimitsOf(const std::string& host, const SiteCatalogue& sites,
                    const FetcherConfig& config);

// "[::1]:8080" -> "[::1]", "news.example:8080" -> "news.example".
std::string_view HostWithoutPort(std::string_view host);

// What the whole fleet may ask in a day; kInvalidArgument names the key.
Result<DayPlan> FleetPlan(const FetcherConfig& config);
// One host's part of its site's plan: every host of the site has an equal
// share, so that no two owners have to agree. Without a site: empty.
DayPlan PlanOf(const std::string& host, const SiteCatalogue& sites);
// One of `shares` equal parts, at least 1 of each.
DayPlan ShareOf(DayPlan plan, int64_t shares);

}  // namespace newsmill
