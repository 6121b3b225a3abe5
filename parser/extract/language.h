#pragma once

#include <string>
#include <string_view>

namespace newsmill {

struct DetectedLanguage {
  std::string code;  // ISO 639-1; empty where nothing is certain
  // Enough to overrule what the page declares.
  bool certain = false;
};

// The language of running text, by its script and, where several languages
// share one, by their commonest words. Reads the first few kilobytes.
DetectedLanguage DetectLanguage(std::string_view text);

}  // namespace newsmill
