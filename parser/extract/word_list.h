#pragma once

#include <algorithm>
#include <string_view>

namespace newsmill {

// Whether `word` is one of the words of an attribute such as rel or class,
// which blanks set apart.
inline bool HasWord(std::string_view list, std::string_view word) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace newsmill
