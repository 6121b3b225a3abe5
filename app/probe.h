#pragma once

#include <string>
#include <vector>

#include "app/cli/command.h"
#include "core/base/result.h"
#include "core/base/url.h"
#include "core/bus/bus.h"
#include "core/sites/site_catalogue.h"

namespace newsmill {

// What one of those who are asked before a request would say now.
struct ProbeAnswer {
  std::string who;  // "operator", "robots.txt" or "address guard"
  bool allows = false;
  std::string why;  // for a person; may be empty where it allows
};

// Whether a fetcher of this configuration would ask for `url` now. Resolves the
// host's name, and asks the site for its robots.txt where no fetcher holds a
// copy that still counts; asks for nothing else.
Result<std::vector<ProbeAnswer>> Probe(Context& context, Bus& bus,
                                       const SiteCatalogue& sites,
                                       const Url& url);

}  // namespace newsmill
