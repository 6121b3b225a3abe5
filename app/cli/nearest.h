#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// The word of `known` that somebody probably meant by `word`; empty where none
// is near.
std::string Nearest(std::string_view word,
                    const std::vector<std::string>& known);

}  // namespace newsmill
