#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// What kind of name a piece of a byline is.
enum class NameKind : uint8_t {
  kPerson,  // "Ada Byron", "王小明"
  kSingle,  // one word: a first name, a pen name, a town
  kGroup,   // an agency, a desk, a medium
};

struct Name {
  std::string text;
  NameKind kind = NameKind::kPerson;
};

// What a byline says.
struct Byline {
  std::vector<Name> names;
  // Words such as "by", "von", "作者：" stood before the names.
  bool labelled = false;
  // Something other than names stood there, too: a date, a sentence.
  bool mixed = false;
};

// The names in a byline, which may have several lines: "By Ada Byron and
// Charles Babbage, science editor | 6 May" gives the two names. Roles, dates,
// places behind "in", addresses, handles and URLs are left out; an agency
// counts as a group. Nothing is taken from text that does not look like a
// byline.
Byline ReadByline(std::string_view text);

// The names in a value that is said to be nothing but names: like ReadByline,
// but a name is kept whatever it looks like, unless it is an address, a
// placeholder ("admin") or no name at all.
Byline ReadNames(std::string_view text);

// Whether a line is nothing but what stands before a name: "By", "Verfasst
// von", "Autor:".
bool SaysBy(std::string_view line);

}  // namespace newsmill
