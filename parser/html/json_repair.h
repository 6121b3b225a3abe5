#pragma once

#include <string>
#include <string_view>

namespace newsmill {

// Mends what pages often break in JSON, where only one reading is possible: raw
// control characters inside strings become spaces, halves of surrogate pairs
// U+FFFD, "\'" an apostrophe, and a comma before a closing bracket goes away.
std::string RepairJson(std::string_view text);

// The object or array that begins at `begin` (a '{' or '['), by its brackets;
// empty if it does not end.
std::string_view BalancedValue(std::string_view text, size_t begin);

}  // namespace newsmill
