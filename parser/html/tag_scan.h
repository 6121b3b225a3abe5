#pragma once

#include <cstddef>
#include <string_view>

namespace newsmill {

// Reads tags as the tokenizer of the HTML standard does (section 13.2.5), on
// bytes, without building anything.

inline bool IsHtmlSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}
inline bool IsAsciiLetter(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z';
}

struct ScannedAttribute {
  std::string_view name;   // as it stands
  std::string_view value;  // as it stands, without its quotes
  std::string_view whole;  // from the name to the closing quote
};

// One start or end tag. Attributes are read one by one.
class TagScan {
 public:
  // `at` is the '<' of a tag whose name begins with a letter.
  TagScan(std::string_view html, size_t at);

  std::string_view name() const { return name_; }  // as it stands

  // False at the tag's end, or where the text ends inside of it.
  bool Next(ScannedAttribute* attribute);
  // Reads on to the end.
  void Finish();

  // Past the '>'; only after Next gave false. npos where the text ends inside
  // of the tag, which the standard then drops.
  size_t end() const { return end_; }
  bool self_closing() const { return self_closing_; }

 private:
  void ReadValue(ScannedAttribute* attribute);

  const std::string_view html_;
  size_t at_;
  size_t end_ = std::string_view::npos;
  bool done_ = false;
  bool self_closing_ = false;
  std::string_view name_;
};

// Where the raw text of an element ends that began before `from`: the '<' of
// its end tag. npos without one.
size_t FindRawTextEnd(std::string_view html, size_t from,
                      std::string_view lower_name);
// The same for a script, whose text may hold scripts in comments (script data
// double escaped state).
size_t FindScriptEnd(std::string_view html, size_t from);
// Past a comment whose "<!--" ends at `from`; npos where it does not end.
size_t FindCommentEnd(std::string_view html, size_t from);

}  // namespace newsmill
