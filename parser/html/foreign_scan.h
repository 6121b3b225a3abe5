#pragma once

#include <cstddef>
#include <string_view>

namespace newsmill {

// How a drawing or formula (svg, math) ends, whose tags follow rules of their
// own (HTML standard, section 13.2.6.5).
struct ForeignEnd {
  enum class How {
    kClosed,   // by its end tag; `at` is past it
    kBroken,   // by a tag of HTML at `at`, with which HTML goes on
    kUnknown,  // it holds HTML, or does not end: how to read on is not known
  };
  How how = How::kUnknown;
  size_t at = 0;
};

// `from` is past the start tag, which is not self-closing.
ForeignEnd FindForeignEnd(std::string_view html, size_t from,
                          std::string_view lower_name);

}  // namespace newsmill
