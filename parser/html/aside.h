#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// Attributes and text that gumbo need not read, because it would only copy
// them: its cost is per character, and these are most of a page. They stand
// beside the markup and come back when the tree is copied.
//
// An attribute is found again by its tag's offset. For a run of text stands one
// character of a private plane (U+F0000 and up), which a parser treats as any
// other character that is no blank.
struct Aside {
  struct Attribute {
    std::string_view name;  // as it stands
    std::string_view value;
    bool in_markup = false;  // the parser has it
  };
  struct Tag {
    size_t at = 0;  // of its '<' in the markup
    uint32_t first = 0;
    uint32_t count = 0;
  };

  std::vector<Tag> tags;  // in the order of `at`
  std::vector<Attribute> attributes;
  std::vector<std::string_view> texts;
  std::deque<std::string> made;  // values that are no view into the page
  size_t bytes = 0;              // of all values and texts

  // The start tag that stands at `at` of the markup; null if nothing of it was
  // put aside. Quick for calls in document order.
  const Tag* Find(size_t at, size_t* hint) const;
};

// How many bytes at the front of valid UTF-8 a parser copies as they are: no
// '&', no carriage return, no control character, no noncharacter.
size_t VerbatimPrefix(std::string_view text);

// Whether no character of `page`, written out or as a reference, can be taken
// for one that stands for a text.
bool MaySetTextsAside(std::string_view page);

// Sets `text` aside and writes what stands for it; false, and nothing done,
// when there are no more characters for that.
bool SetTextAside(std::string_view text, Aside* aside, std::string* markup);

// Writes the start tag at `at` of `page` to `markup` without the attributes
// that it sets aside. `lean`: only with what the generic extraction reads. Past
// the tag's end; npos, and nothing written, where the text ends inside of it.
size_t AppendTagAside(std::string_view page, size_t at, bool lean, Aside* aside,
                      std::string* markup);

// What was set aside in the text of a node, put back. Each run of text is
// handed out once.
class TextsBack {
 public:
  explicit TextsBack(const Aside& aside)
      : aside_(aside), used_(aside.texts.size()) {}

  void Append(std::string_view text, std::string* out);

 private:
  const Aside& aside_;
  std::vector<bool> used_;
};

}  // namespace newsmill
