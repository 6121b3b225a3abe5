#pragma once

#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace newsmill {

// A date as feeds and sitemaps write it: W3C's profile of ISO 8601 (from a year
// alone to fractions of a second, also with a space for the T) or RFC 822's. A
// date without a time is its midnight, one without a zone is UTC. nullopt for
// what is neither, and for what lies before 1970.
std::optional<Timestamp> ParseSeedDate(std::string_view text);

}  // namespace newsmill
