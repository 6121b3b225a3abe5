#pragma once

#include <string>

#include "core/base/result.h"
#include "core/sites/site.h"

namespace newsmill {

// Reads the [url] and [fetch] parts of one sites/<name>/rule.toml and leaves
// the rest to the parser. kBadConfiguration names file, line, what was found
// and what was expected; unknown keys of the two parts are errors.
Result<Site> ReadSite(const std::string& name, const std::string& path);

// The same for text that is at hand; `path` is what errors name.
Result<Site> ReadSiteText(const std::string& name, const std::string& path,
                          std::string_view text);

}  // namespace newsmill
