#pragma once

#include <string_view>

namespace newsmill::body {

// Lines that lead to something else, in the languages of the larger part of the
// press; `line` is one line of text, blanks collapsed.

// The heading of a box of other articles: "Related", "Mehr zum Thema",
// "相关阅读". The whole line.
bool HeadsOtherArticles(std::string_view line);
// Begins with a reference to another article: "Read more: …", "Lees ook: …".
bool RefersElsewhere(std::string_view line);
// The site speaks to its reader: newsletters, sharing, rights, players.
bool IsHouseNotice(std::string_view line);

}  // namespace newsmill::body
