#pragma once

#include <re2/re2.h>

#include <string_view>

namespace newsmill {

// RE2's own view of text and std::string_view, which it is in later versions
// only, and what each is as the other.
inline re2::StringPiece ForRegex(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view FromRegex(const re2::StringPiece& piece) {
  return {piece.data(), piece.size()};
}

}  // namespace newsmill
