#include "parser/html/tag.h"

#include <algorithm>
#include <array>

namespace newsmill {
namespace {

// In the order of the enumeration, which is that of the alphabet.
constexpr std::array<std::string_view, static_cast<size_t>(Tag::kCount) - 1>
    kNames = {
        "a",       "abbr",       "address",    "article", "aside",  "audio",
        "b",       "blockquote", "body",       "br",      "button", "canvas",
        "caption", "center",     "cite",       "code",    "dd",     "del",
        "details", "dialog",     "div",        "dl",      "dt",     "em",
        "embed",   "fieldset",   "figcaption", "figure",  "font",   "footer",
        "form",    "frame",      "h1",         "h2",      "h3",     "h4",
        "h5",      "h6",         "head",       "header",  "hr",     "html",
        "i",       "iframe",     "img",        "input",   "label",  "legend",
        "li",      "link",       "main",       "map",     "math",   "menu",
        "meta",    "nav",        "noscript",   "object",  "ol",     "option",
        "p",       "picture",    "pre",        "q",       "script", "search",
        "section", "select",     "source",     "span",    "strong", "style",
        "sub",     "summary",    "sup",        "svg",     "table",  "tbody",
        "td",      "template",   "textarea",   "tfoot",   "th",     "thead",
        "time",    "title",      "tr",         "u",       "ul",     "video"};
static_assert(std::is_sorted(kNames.begin(), kNames.end()));
static_assert(!kNames.back().empty());

}  // namespace

Tag TagOf(std::string_view lower_name) {
  const auto* const found =
      std::lower_bound(kNames.begin(), kNames.end(), lower_name);
  if (found == kNames.end() || *found != lower_name) return Tag::kOther;
  return static_cast<Tag>(found - kNames.begin() + 1);
}

}  // namespace newsmill
