#include "parser/html/json_script.h"

#include <algorithm>
#include <array>
#include <string>

#include "parser/html/json_repair.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr std::array<std::string_view, 5> kOpenings = {
    "<!--", "//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "//"};
constexpr std::array<std::string_view, 6> kClosings = {
    "//-->", "-->", "//]]>", "/*]]>*/", "]]>", ";"};

std::string_view StripMarks(std::string_view source) {
  source = TrimBlanks(source);
  for (bool stripped = true; stripped;) {
    stripped = false;
    for (const std::string_view mark : kOpenings) {
      if (!source.starts_with(mark)) continue;
      source = TrimBlanks(source.substr(mark.size()));
      stripped = true;
    }
    for (const std::string_view mark : kClosings) {
      if (!source.ends_with(mark)) continue;
      source = TrimBlanks(source.substr(0, source.size() - mark.size()));
      stripped = true;
    }
  }
  return source;
}

bool IsTargetCharacter(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         std::string_view("_$.[]\"' \t\r\n").find(c) != std::string_view::npos;
}

// Where the value of `var x = {…}` or `window["x"]=[…]` begins; 0 if the text
// is no assignment.
size_t AssignedValue(std::string_view source) {
  const size_t equals = source.find('=');
  if (equals == std::string_view::npos || source[0] == '{' ||
      source[0] == '[' ||
      !std::all_of(source.begin(), source.begin() + equals,
                   IsTargetCharacter)) {
    return 0;
  }
  const size_t begin = source.find_first_not_of(" \t\r\n", equals + 1);
  const bool opens = begin != std::string_view::npos &&
                     (source[begin] == '{' || source[begin] == '[');
  return opens ? begin : 0;
}

bool IsJsonLdType(std::string_view type) {
  constexpr std::string_view kType = "application/ld+json";
  type = TrimBlanks(type.substr(0, type.find(';')));
  return std::equal(type.begin(), type.end(), kType.begin(), kType.end(),
                    [](char a, char b) {
                      return (a >= 'A' && a <= 'Z' ? (a | 0x20) : a) == b;
                    });
}

}  // namespace

Result<JsonValue> ParseScriptJson(std::string_view source) {
  source = StripMarks(source);
  if (source.empty()) {
    return Error{Code::kInvalidArgument, "not JSON: the script is empty"};
  }
  if (const size_t begin = AssignedValue(source); begin > 0) {
    source = BalancedValue(source, begin);
  }
  Result<JsonValue> strict = JsonValue::Parse(source);
  if (strict || strict.error().code != Code::kInvalidArgument) return strict;
  Result<JsonValue> repaired = JsonValue::Parse(RepairJson(source));
  return repaired ? std::move(repaired) : std::move(strict);
}

Result<JsonValue> FindScriptJson(const Document& document,
                                 const Selector& selector) {
  const NodeId node = selector.First(document, document.root());
  if (node == kNoNode) {
    return Error{Code::kNotFound,
                 "no element of the page matches " + selector.text()};
  }
  return ParseScriptJson(document.TextContent(node));
}

std::vector<JsonValue> FindJsonLd(const Document& document) {
  std::vector<JsonValue> found;
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) != "script" ||
        !IsJsonLdType(document.attribute(node, "type").value_or(""))) {
      continue;
    }
    Result<JsonValue> value = ParseScriptJson(document.TextContent(node));
    if (value) found.push_back(std::move(value).value());
  }
  return found;
}

}  // namespace newsmill
