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
std::string HostWithoutPort(const std::string& host);

}  // namespace newsmill
