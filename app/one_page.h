#pragma once

#include <string>

#include "app/settings.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/site_catalogue.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

// The page that a command was given: a URL, which is fetched, or a file ("-" is
// standard input), which is taken as if `url` had answered with it. Without
// `url`, the one that the page names as canonical. kInvalidArgument says what
// is missing, or why the fetch gave no page.
Result<v1::FetchedPage> OnePage(const Settings& settings,
                                const SiteCatalogue& sites, const Clock& clock,
                                const std::string& source,
                                const std::string& url);

}  // namespace newsmill
