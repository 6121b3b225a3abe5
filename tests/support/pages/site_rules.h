#pragma once

#include <string>

#include "core/base/result.h"

namespace newsmill::pages {

// Writes <directory>/<site>/rule.toml for every made-up site: thepaper.cn's
// rule (`thepaper_rule` names the file) with other hosts and names where the
// site has its layouts, a rule of addresses alone where it has none. A site's
// folder that is there already is written over.
Result<void> WriteSiteRules(const std::string& directory,
                            const std::string& thepaper_rule);

}  // namespace newsmill::pages
