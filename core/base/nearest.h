#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// The word of `known` that somebody probably meant by `word`; empty where none
// is near. A beginning of three letters counts as near, and so does a word with
// a third of it mistyped (Levenshtein's distance over bytes); more is another
// word.
std::string Nearest(std::string_view word,
                    const std::vector<std::string>& known);

}  // namespace newsmill
