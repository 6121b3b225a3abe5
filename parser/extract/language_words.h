#pragma once

#include <string_view>
#include <vector>

namespace newsmill {

struct LanguageWords {
  std::string_view code;   // ISO 639-1
  std::string_view words;  // in lower case, by spaces
};

const std::vector<LanguageWords>& LanguageWordLists();

}  // namespace newsmill
