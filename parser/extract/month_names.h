#pragma once

#include <optional>
#include <string_view>

namespace newsmill {

// 1 to 12 for the name of a month or its usual abbreviation, in lower case and
// without a full stop, in some thirty languages (nominative and genitive).
std::optional<int> MonthNamed(std::string_view word);

}  // namespace newsmill
