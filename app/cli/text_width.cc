#include "app/cli/text_width.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace newsmill {
namespace {

constexpr UChar32 kReplacement = 0xfffd;

// The character at `*at`, which moves past it.
UChar32 NextCharacter(std::string_view text, int32_t* at) {
  UChar32 c = 0;
  U8_NEXT(text.data(), *at, static_cast<int32_t>(text.size()), c);
  return c < 0 ? kReplacement : c;
}

int CharacterWidth(UChar32 c) {
  const int8_t type = u_charType(c);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK ||
      type == U_FORMAT_CHAR) {
    return 0;
  }
  const int32_t width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

}  // namespace

int TextWidth(std::string_view text) {
  int width = 0;
  for (int32_t at = 0; at < static_cast<int32_t>(text.size());) {
    width += CharacterWidth(NextCharacter(text, &at));
  }
  return width;
}

std::string FitText(std::string_view text, int columns) {
  const bool fits = TextWidth(text) <= columns;
  const int room = fits ? columns : columns - 1;  // one for the ellipsis
  std::string fitted;
  int width = 0;
  for (int32_t at = 0; at < static_cast<int32_t>(text.size());) {
    const int32_t start = at;
    const UChar32 c = NextCharacter(text, &at);
    const int wide = CharacterWidth(c);
    if (width + wide > room) break;
    width += wide;
    if (u_iscntrl(c)) {
      fitted.push_back(' ');
    } else if (c == kReplacement) {
      fitted.append("\xef\xbf\xbd");
    } else {
      fitted.append(text.substr(start, at - start));
    }
  }
  return fits ? fitted : fitted + "…";
}

}  // namespace newsmill
