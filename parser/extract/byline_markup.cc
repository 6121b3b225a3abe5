#include "parser/extract/byline_markup.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/text.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

// A text that fills an element of its own.
struct Part {
  NodeId parent = kNoNode;
  std::string text;
};

bool IsIdeographic(std::string_view text) {
  return !text.empty() && static_cast<uint8_t>(text[0]) >= 0xE3 &&
         static_cast<uint8_t>(text[0]) <= 0xED;
}

// Two words or more, or as many ideographs: a whole name, not half of one.
bool IsWhole(std::string_view text) {
  return IsIdeographic(text) ? CountCodePoints(text) >= 2
                             : text.find(' ') != text.npos;
}

bool AreNamesApart(const Document& document, const Part& a, const Part& b) {
  if (a.parent == b.parent || !IsWhole(a.text) || !IsWhole(b.text)) {
    return false;
  }
  const bool nested = document.subtree_end(a.parent) > b.parent;
  if (nested || IsBlockTag(document.tag(b.parent))) return false;
  return document.tag(a.parent) == document.tag(b.parent) ||
         (IsIdeographic(a.text) && IsIdeographic(b.text));
}

void SetApart(const Part& a, const Part& b, std::string_view mark,
              std::string* text) {
  for (const std::string_view between : {" ", ""}) {
    const std::string joined = a.text + std::string(between) + b.text;
    const size_t at = text->find(joined);
    if (at == std::string::npos) continue;
    text->replace(at, joined.size(), a.text + std::string(mark) + b.text);
    return;
  }
}

template <size_t kSize>
bool Holds(const std::array<std::string_view, kSize>& list,
           std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

PersonLink KindOf(std::string_view segment) {
  constexpr auto kAuthors = std::to_array<std::string_view>(
      {"auteur",     "auteurs",     "author",       "authors",     "autor",
       "autoren",    "autores",     "autori",       "by",          "columnist",
       "columnists", "contributor", "contributors", "editor",      "editors",
       "journalist", "journaliste", "journalisten", "journalists", "newsteam",
       "redakteur",  "redaktion",   "reporter",     "reporters",   "staff",
       "writer",     "writers"});
  constexpr auto kPeople = std::to_array<std::string_view>(
      {"bio", "menschen", "people", "person", "personen", "profil", "profile",
       "profiles", "team"});
  if (Holds(kAuthors, segment)) return PersonLink::kAuthor;
  return Holds(kPeople, segment) ? PersonLink::kPerson : PersonLink::kNone;
}

std::string SmallLetters(std::string_view text) {
  std::string out;
  for (const char c : AsciiLowered(text)) {
    if (c >= 'a' && c <= 'z') out += c;
  }
  return out;
}

// "Jörg Müller" is written "joerg-mueller" and "jorg-muller".
bool Spells(std::string_view segment, std::string_view name) {
  constexpr size_t kSpare = 4;
  const std::string written = SmallLetters(segment);
  const std::string letters = SmallLetters(name);
  if (letters.size() < 4 || written.size() > letters.size() * 4 / 3 + kSpare) {
    return false;
  }
  size_t at = 0;
  for (const char c : written) {
    if (at < letters.size() && letters[at] == c) ++at;
  }
  return at == letters.size();
}

}  // namespace

std::string BylineText(const Document& document, NodeId node) {
  std::string text = VisibleText(document, node);
  std::optional<Part> last;
  for (NodeId at = node; at < document.subtree_end(node); ++at) {
    if (document.kind(at) != Document::Kind::kText ||
        IsBlank(document.text(at))) {
      continue;
    }
    const NodeId parent = document.parent(at);
    if (document.tag(parent) == "script" || document.tag(parent) == "style") {
      continue;
    }
    Part part{parent, CollapseBlanks(document.text(at))};
    if (last && AreNamesApart(document, *last, part)) {
      SetApart(*last, part, IsIdeographic(part.text) ? "\n" : ", ", &text);
    }
    last = std::move(part);
  }
  return text;
}

PersonLink LeadsTo(std::string_view href, std::string_view name) {
  const auto words = 1 + std::count(name.begin(), name.end(), ' ');
  if (words < 2 || words > 4) return PersonLink::kNone;
  href = href.substr(0, href.find_first_of("?#"));
  PersonLink kind = PersonLink::kNone;
  std::string_view last;
  for (size_t at = 0; at < href.size();) {
    const size_t end = std::min(href.find('/', at), href.size());
    if (end > at) {
      kind = std::max(kind, KindOf(last));
      last = href.substr(at, end - at);
    }
    at = end + 1;
  }
  if (kind == PersonLink::kNone) return kind;
  return Spells(last.substr(0, last.find('.')), name) ? kind
                                                      : PersonLink::kNone;
}

}  // namespace newsmill
