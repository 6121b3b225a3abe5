#include "parser/html/lean_tag.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "parser/html/tag_scan.h"

namespace newsmill {
namespace {

constexpr size_t kLongestValue = 2048;
constexpr size_t kLongestData = 1024;   // of an attribute's value
constexpr size_t kLongestClasses = 40;  // that are kept unread
constexpr std::string_view kSpaces = " \t\n\f\r";

// Attributes that somebody reads; sorted.
constexpr std::array<std::string_view, 53> kKept = {
    "about",    "alt",      "aria-hidden", "aria-label", "charset",
    "cite",     "class",    "color",       "colspan",    "content",
    "coords",   "datatype", "datetime",    "dir",        "encoding",
    "face",     "height",   "hidden",      "href",       "http-equiv",
    "id",       "itemid",   "itemprop",    "itemref",    "itemscope",
    "itemtype", "label",    "lang",        "longdesc",   "name",
    "open",     "original", "poster",      "prefix",     "property",
    "pubdate",  "rel",      "resource",    "reversed",   "role",
    "rowspan",  "size",     "slot",        "src",        "srcset",
    "start",    "style",    "title",       "type",       "typeof",
    "value",    "vocab",    "width"};

static_assert(std::is_sorted(kKept.begin(), kKept.end()));

// Of data-* attributes those are kept whose names hold one of these: addresses
// of images that come later, dates, and what blocks are.
constexpr std::array<std::string_view, 22> kDataWords = {
    "author", "block", "caption", "component", "credit", "date",
    "image",  "img",   "lazy",    "name",      "orig",   "qa",
    "role",   "src",   "test",    "text",      "time",   "title",
    "type",   "url",   "href",    "hook"};

bool IsKeptData(std::string_view name, std::string_view value) {
  return value.size() <= kLongestData &&
         std::any_of(kDataWords.begin(), kDataWords.end(),
                     [name](std::string_view word) {
                       return name.find(word) != std::string_view::npos;
                     });
}

bool HidesSomething(std::string_view style) {
  return style.find("display") != std::string_view::npos ||
         style.find("visib") != std::string_view::npos;
}

// The candidate that stands last, which is the largest by custom.
std::string_view LastOfSet(std::string_view srcset) {
  while (!srcset.empty() &&
         (IsHtmlSpace(srcset.back()) || srcset.back() == ','))
    srcset.remove_suffix(1);
  // A comma without a blank behind it belongs to an address.
  for (size_t at = srcset.size(); at > 1; --at) {
    if (srcset[at - 2] == ',' && IsHtmlSpace(srcset[at - 1])) {
      return srcset.substr(at);
    }
  }
  return srcset;
}

// Class names of utility frameworks style and say nothing: "lg:px-4",
// "text-[14px]", "mt-2".
bool OnlyStyles(std::string_view name) {
  if (name.find_first_of(":[]/%!&") != std::string_view::npos) return true;
  const size_t dash = name.find_last_of('-');
  if (dash == std::string_view::npos || name.size() > 12) return false;
  return name.find_first_not_of("0123456789.", dash + 1) ==
         std::string_view::npos;
}

void AppendClasses(std::string_view classes, std::string* out) {
  for (size_t at = 0; at < classes.size();) {
    const size_t begin = classes.find_first_not_of(kSpaces, at);
    if (begin == std::string_view::npos) return;
    at = std::min(classes.find_first_of(kSpaces, begin), classes.size());
    const std::string_view name = classes.substr(begin, at - begin);
    if (OnlyStyles(name)) continue;
    if (out->back() != '"') *out += ' ';
    *out += name;
  }
}

// Whether a value may stand between double quotes as it is.
bool IsPlain(std::string_view value) {
  return value.find('"') == std::string_view::npos;
}

bool IsKept(std::string_view name) {
  return std::binary_search(kKept.begin(), kKept.end(), name) ||
         name == "xml:lang";
}

}  // namespace

bool IsLeanAttribute(std::string_view name, std::string_view value) {
  if (name.starts_with("data-")) return IsKeptData(name.substr(5), value);
  if (!IsKept(name)) return false;
  if (name == "style") return HidesSomething(value);
  if (value.size() <= kLongestValue) return true;
  return name == "content" || name == "srcset" ||
         (name != "src" && name != "href" && name != "poster" &&
          !value.starts_with("data:") && value.size() < 4 * kLongestValue);
}

std::string_view LeanValue(std::string_view name, std::string_view value,
                           std::deque<std::string>* made) {
  if (name == "srcset" && IsPlain(value)) return LastOfSet(value);
  if (name != "class" || value.size() <= kLongestClasses || !IsPlain(value)) {
    return value;
  }
  std::string classes = "\"";  // what a first name is recognised by
  AppendClasses(value, &classes);
  return std::string_view(made->emplace_back(std::move(classes))).substr(1);
}

void AppendLeanAttribute(std::string_view name,
                         const ScannedAttribute& attribute, std::string* out) {
  const std::string_view value = attribute.value;
  *out += ' ';
  if (value.empty() || !IsPlain(value)) {
    *out += attribute.whole;
  } else if (name == "class" && value.size() > kLongestClasses) {
    *out += "class=\"";
    AppendClasses(value, out);
    *out += '"';
  } else {
    *out += name;
    *out += "=\"";
    *out += name == "srcset" ? LastOfSet(value) : value;
    *out += '"';
  }
}

size_t AppendLeanTag(std::string_view html, size_t at, std::string* out) {
  const size_t before = out->size();
  TagScan tag(html, at);
  *out += '<';
  *out += tag.name();
  ScannedAttribute attribute;
  while (tag.Next(&attribute)) {
    if (attribute.name.size() > kLongestLeanName) continue;
    char lower[kLongestLeanName];
    std::transform(attribute.name.begin(), attribute.name.end(), lower,
                   AsciiLower);
    const std::string_view name(lower, attribute.name.size());
    if (IsLeanAttribute(name, attribute.value)) {
      AppendLeanAttribute(name, attribute, out);
    }
  }
  if (tag.end() == std::string_view::npos) {
    out->resize(before);
    return std::string_view::npos;
  }
  // An unquoted value may end in a slash of its own.
  if (tag.self_closing()) *out += " /";
  *out += '>';
  return tag.end();
}

}  // namespace newsmill
