#pragma once

#include "app/cli/command.h"
#include "core/base/result.h"
#include "core/base/url.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/config.h"
#include "fetcher/fetch_once.h"

namespace newsmill {

// What is known of the robots.txt that counts for a URL, and from where.
struct KnownRobots {
  RobotsRecord record;
  bool of_the_fleet = false;  // a fetcher's copy, not asked for just now
};

// The copy that the fetchers go by, unless `refresh`; else the site is asked,
// which stands outside the fleet's politeness. An error says why not even that
// is known.
Result<KnownRobots> FindRobots(Context& context, const FetcherConfig& config,
                               const SiteCatalogue& sites, const Url& url,
                               bool refresh);

}  // namespace newsmill
