#include "parser/extract/text_key.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>

#include "parser/html/utf8.h"

namespace newsmill {

std::string TextKey(std::string_view text) {
  constexpr char32_t kFullWidth = 0xFF01;
  constexpr char32_t kLastFullWidth = 0xFF5E;
  constexpr char32_t kWidthDistance = 0xFEE0;
  std::string key;
  bool pending = false;
  for (size_t at = 0; at < text.size();) {
    char32_t c = NextCodePoint(text, &at);
    if (c >= kFullWidth && c <= kLastFullWidth) c -= kWidthDistance;
    const auto point = static_cast<UChar32>(c);
    // A soft hyphen or joiner is part of its word.
    if (u_charType(point) == U_FORMAT_CHAR) continue;
    if (u_isalnum(point) == 0 && u_charType(point) != U_NON_SPACING_MARK) {
      pending = !key.empty();
      continue;
    }
    if (pending) key += ' ';
    pending = false;
    AppendUtf8(static_cast<char32_t>(u_foldCase(point, U_FOLD_CASE_DEFAULT)),
               &key);
  }
  return key;
}

bool IsChinese(std::string_view sample) {
  constexpr int64_t kShare = 6;  // a sixth of the bytes: half the characters
  const auto han = std::count_if(sample.begin(), sample.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte >= 0xE4 && byte <= 0xE9;
  });
  return han * kShare > static_cast<int64_t>(sample.size());
}

}  // namespace newsmill
