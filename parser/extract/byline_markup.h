#pragma once

#include <string>
#include <string_view>

#include "parser/html/document.h"

namespace newsmill {

// The visible text below `node`, where names that only their elements set apart
// are set apart in writing: `<span>Ada Byron</span> <span>Bob Hall</span>`
// gives "Ada Byron, Bob Hall".
std::string BylineText(const Document& document, NodeId node);

// Whom a link's address names.
enum class PersonLink {
  kNone,
  kPerson,  // a page of the person's own: "/people/ada-byron"
  kAuthor,  // as one who writes: "/about/editors/ada-byron/"
};

// By a segment of the path ("people", "autoren") and the last one, which is the
// name in small letters.
PersonLink LeadsTo(std::string_view href, std::string_view name);

// What a candidate says of a link of kind kPerson: the person may as well be
// one that the article speaks of.
inline constexpr std::string_view kNamedPerson = "a[href*=person]";

}  // namespace newsmill
