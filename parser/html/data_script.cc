#include "parser/html/data_script.h"

#include <algorithm>

#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f";
// How far an assignment's target may reach.
constexpr size_t kLongestTarget = 160;

bool IsTargetCharacter(char c) {
  return (c >= '0' && c <= '9') || IsAsciiLetter(c) ||
         std::string_view("_$.[]\"' \t\r\n").find(c) != std::string_view::npos;
}

// Past what hides a script's text from old readers: "<!--", "//<![CDATA[".
std::string_view PastMarks(std::string_view source) {
  for (;;) {
    source.remove_prefix(
        std::min(source.find_first_not_of(kBlanks), source.size()));
    const bool comment = source.starts_with("<!--") ||
                         source.starts_with("//") || source.starts_with("/*");
    if (!comment && !source.starts_with("<![CDATA[")) return source;
    const size_t line = source.find_first_of("\n[");
    if (line == std::string_view::npos) return {};
    if (source[line] == '[' && source.substr(line).starts_with("[CDATA[")) {
      source.remove_prefix(line + 7);
    } else {
      source.remove_prefix(line + 1);
    }
  }
}

}  // namespace

ScriptTag ReadScriptTag(TagScan* tag) {
  ScriptTag script;
  ScannedAttribute attribute;
  while (tag->Next(&attribute)) {
    if (EqualsIgnoringCase(attribute.name, "type"))
      script.type = attribute.value;
    if (EqualsIgnoringCase(attribute.name, "id")) script.has_id = true;
  }
  return script;
}

bool HoldsData(const ScriptTag& tag, std::string_view source) {
  if (source.empty()) return false;
  constexpr std::string_view kJson = "json";
  const auto found =
      std::search(tag.type.begin(), tag.type.end(), kJson.begin(), kJson.end(),
                  [](char a, char b) { return AsciiLower(a) == b; });
  if (found != tag.type.end() || tag.has_id) return true;
  source = PastMarks(source);
  if (source.starts_with("self.__next_f.push(")) return true;
  if (source.starts_with('{') || source.starts_with('[')) return true;
  const std::string_view head = source.substr(0, kLongestTarget);
  const size_t equals = head.find('=');
  if (equals == std::string_view::npos ||
      !std::all_of(head.begin(), head.begin() + static_cast<ptrdiff_t>(equals),
                   IsTargetCharacter)) {
    return false;
  }
  const size_t value = source.find_first_not_of(kBlanks, equals + 1);
  return value != std::string_view::npos &&
         (source[value] == '{' || source[value] == '[');
}

}  // namespace newsmill
