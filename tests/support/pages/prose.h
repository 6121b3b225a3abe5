#pragma once

#include <string>

#include "tests/support/pages/dice.h"

namespace newsmill::pages {

enum class Language { kChinese, kEnglish };

// Made-up news prose: places, bodies and projects that do not exist, and
// persons whose names say that they were made up. Never empty, never with white
// space at either end.
class Prose {
 public:
  explicit Prose(Language language) : language_(language) {}

  std::string Headline(Dice& dice) const;
  std::string Subheading(Dice& dice) const;
  std::string Paragraph(Dice& dice) const;  // one to six sentences
  std::string Caption(Dice& dice) const;
  std::string Keyword(Dice& dice) const;
  std::string Person(Dice& dice) const;
  std::string Editor(Dice& dice) const;
  std::string Organization(Dice& dice) const;

 private:
  Language language_;
};

}  // namespace newsmill::pages
