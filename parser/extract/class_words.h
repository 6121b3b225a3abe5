#pragma once

#include <cstdint>
#include <string_view>

namespace newsmill {

// What the words of a class, id or itemprop say of an element.
enum ClassWord : uint32_t {
  kWordAuthor = 1,      // a byline, an author's name
  kWordDate = 2,        // a date, or a line that often holds one
  kWordTitle = 4,       // a headline
  kWordBeside = 8,      // related articles, navigation, advertising
  kWordComment = 16,    // what readers wrote
  kWordBiography = 32,  // of the author, rather than the name
  kWordModified = 64,   // of an update
  kWordName = 128,      // the name inside a byline
  kWordCaption = 256,   // of an image
  kWordCredit = 512,
};

// The union of what each word of `text` says. Words end at anything that is not
// a letter, and where a capital follows a small letter: "entryAuthor-name".
uint32_t ClassWords(std::string_view text);

}  // namespace newsmill
