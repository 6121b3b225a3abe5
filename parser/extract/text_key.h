#pragma once

#include <string>
#include <string_view>

namespace newsmill {

// What two spellings of one title or name have in common: letters and digits in
// one case and width, each run of anything else as one space.
std::string TextKey(std::string_view text);

// Whether running text is Chinese: much of it Han, as no Japanese text is.
bool IsChinese(std::string_view sample);

}  // namespace newsmill
