#pragma once

#include <string>
#include <string_view>

namespace newsmill {

// Columns that UTF-8 text takes on a terminal: two for a Chinese character,
// none for a combining mark.
int TextWidth(std::string_view text);

// The text in at most `columns`, cut at a character and ended by "…" where
// something is left out; control characters become spaces.
std::string FitText(std::string_view text, int columns);

}  // namespace newsmill
