#include "parser/extract/next_page.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/text.h"
#include "parser/extract/word_list.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr int kMostPages = 500;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A path without its extension and its page's number: "/a/12_3.html" is "/a/12"
// and 3, "/a/12/" is "/a/12" and 1.
struct Numbered {
  std::string_view stem;
  int page = 1;
  bool certain = false;  // "/a/2" may be an article's number as well
};

std::string_view WithoutExtension(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.find_last_of('/');
  const size_t dot = path.find_last_of('.');
  const bool extension =
      dot != path.npos && (slash == path.npos || dot > slash) && dot > 0;
  return extension ? path.substr(0, dot) : path;
}

// The number that ends `path` behind a mark ("_2", "-2", "/2", "/page/2",
// "/page-2"), if it is small enough for a page's.
Numbered Split(std::string_view path) {
  size_t digits = path.size();
  while (digits > 0 && IsDigit(path[digits - 1])) --digits;
  const std::string_view number = path.substr(digits);
  if (number.empty() || number.size() > 3 || digits == 0) return {path};
  std::string_view stem = path.substr(0, digits);
  bool named = false;
  for (const std::string_view word :
       {"page-", "page/", "page", "seite-", "p"}) {
    if (stem.ends_with(word) && stem.size() > word.size()) {
      stem.remove_suffix(word.size());
      named = true;
      break;
    }
  }
  const char mark = stem.back();
  if (mark != '_' && mark != '-' && mark != '/') return {path};
  stem.remove_suffix(1);
  int page = 0;
  for (const char c : number) page = page * 10 + (c - '0');
  return {stem, page, named || mark != '/'};
}

// The number of ?page=2, ?p=2 and the like; 1 without.
int PageInQuery(std::string_view query) {
  for (size_t at = 0; at < query.size();) {
    const size_t end = std::min(query.find('&', at), query.size());
    const std::string_view pair = query.substr(at, end - at);
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = AsciiLowered(pair.substr(0, equals));
    const std::string_view value =
        pair.substr(std::min(equals + 1, pair.size()));
    if ((name == "page" || name == "p" || name == "seite" || name == "pg" ||
         name == "pageno" || name == "page_no") &&
        !value.empty() && value.size() <= 3 &&
        std::all_of(value.begin(), value.end(), IsDigit)) {
      return std::stoi(std::string(value));
    }
    at = end + 1;
  }
  return 1;
}

bool Follows(const Url& page, const Url& next) {
  if (page.host() != next.host()) return false;
  const std::string_view here = WithoutExtension(page.path());
  const std::string_view there = WithoutExtension(next.path());
  if (here == there) {
    const int number = PageInQuery(page.query());
    return PageInQuery(next.query()) == number + 1;
  }
  if (here.empty()) return false;
  const Numbered to = Split(there);
  if (to.page < 2 || to.page > kMostPages) return false;
  if (to.stem == here) return to.page == 2;
  const Numbered from = Split(here);
  return from.certain && to.certain && from.page > 1 && to.stem == from.stem &&
         to.page == from.page + 1;
}

bool SaysNext(std::string_view text) {
  constexpr auto kWords = std::to_array<std::string_view>({"下一页",
                                                           "下一頁",
                                                           "下页",
                                                           "后一页",
                                                           "next",
                                                           "next page",
                                                           "nächste seite",
                                                           "weiter",
                                                           "page suivante",
                                                           "suivant",
                                                           "siguiente",
                                                           "página siguiente",
                                                           "pagina successiva",
                                                           "successiva",
                                                           "volgende",
                                                           "volgende pagina",
                                                           "próxima página",
                                                           "próxima",
                                                           "nästa sida",
                                                           "næste side",
                                                           "następna",
                                                           "następna strona",
                                                           "следующая",
                                                           "следующая страница",
                                                           "次へ",
                                                           "次のページ",
                                                           "次ページ",
                                                           "다음",
                                                           "다음 페이지",
                                                           "sonraki",
                                                           "sonraki sayfa"});
  std::string said = AsciiLowered(CollapseBlanks(text));
  for (const std::string_view mark : {">", "»", "›", "→"}) {
    while (said.ends_with(mark)) said.resize(said.size() - mark.size());
  }
  const std::string_view word = TrimBlanks(said);
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool IsShort(const Document& document, NodeId link) {
  constexpr NodeId kLargest = 6;   // nodes
  constexpr size_t kLongest = 40;  // bytes
  const NodeId end = document.subtree_end(link);
  return end - link <= kLargest && end > link + 1 &&
         document.text(link + 1).size() <= kLongest;
}

}  // namespace

std::optional<FoundNextPage> FindNextPage(const Document& document,
                                          const Url& page) {
  for (NodeId node = 0; node < document.size(); ++node) {
    const Tag tag = document.tag_id(node);
    if (tag != Tag::kA && tag != Tag::kLink) continue;
    const auto href = document.attribute(node, "href");
    if (!href || IsBlank(*href)) continue;
    const bool said =
        HasWord(document.attribute(node, "rel").value_or(""), "next");
    const bool shown = !said && tag == Tag::kA && IsShort(document, node) &&
                       SaysNext(InlineText(document, node));
    if (!said && !shown) continue;
    const Result<Url> next = BaseUrl(document, page).Resolve(TrimBlanks(*href));
    if (next && Follows(page, *next)) {
      return FoundNextPage{*href, said ? "[rel=next]" : "a"};
    }
  }
  return std::nullopt;
}

}  // namespace newsmill
