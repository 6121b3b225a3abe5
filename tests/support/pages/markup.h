#pragma once

#include <string>
#include <string_view>

#include "newsmill/v1/article.pb.h"
#include "tests/support/pages/dice.h"

namespace newsmill::pages {

// HTML text and attribute values.
std::string Escape(std::string_view text);

// "2021-03-04 05:06" at the page's own clock.
std::string PrintMinute(const v1::PageDate& date);
// "2021-03-04T05:06:00+08:00".
std::string PrintIso(const v1::PageDate& date);

// Paragraphs as <p>, as modern pages have them.
std::string BodyInParagraphs(const v1::Article& article, Dice& dice);
// Text between <br/><div class="contheight"></div>, as legacy pages have it.
std::string BodyInBreaks(const v1::Article& article, Dice& dice);

// What fills a page up beside its article: half of it script and style for the
// head, half of it navigation and teasers for after the article. No <p> in it.
struct Filler {
  std::string head, tail;
};
Filler MakeFiller(Dice& dice, size_t bytes);

}  // namespace newsmill::pages
