#include "parser/extract/body/script_text.h"

#include <charconv>
#include <vector>

#include "parser/html/json_script.h"
#include "parser/html/text.h"

namespace newsmill::body {
namespace {

constexpr size_t kShortest = 400;
constexpr size_t kLargestScript = 4 << 20;
constexpr size_t kMostValues = 200'000;
constexpr std::string_view kStream = "self.__next_f.push(";

bool HasParagraphs(std::string_view text) {
  return text.size() >= kShortest && (text.find("<p>") != std::string::npos ||
                                      text.find("<p ") != std::string::npos);
}

void TakeIfLarger(std::string_view text, std::string* best) {
  if (text.size() > best->size() && HasParagraphs(text)) *best = text;
}

void SearchJson(const JsonValue& top, std::string* best) {
  std::vector<JsonValue> open = {top};
  for (size_t seen = 0; !open.empty() && seen < kMostValues; ++seen) {
    const JsonValue value = open.back();
    open.pop_back();
    if (const auto text = value.string()) TakeIfLarger(*text, best);
    for (const JsonValue& item : value.items()) open.push_back(item);
    for (const auto& [name, member] : value.members()) open.push_back(member);
  }
}

// `[1,"…"]`: the piece of the stream.
std::string PieceOfStream(std::string_view source) {
  const size_t end = source.rfind(')');
  if (end == std::string_view::npos || end < kStream.size()) return {};
  const Result<JsonValue> call =
      JsonValue::Parse(source.substr(kStream.size(), end - kStream.size()));
  if (!call) return {};
  const auto text = call->pointer("/1");
  return text ? text->to_text() : std::string();
}

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Rows of texts are written `1f:T2a,` and so many bytes.
void SearchStream(std::string_view stream, std::string* best) {
  for (size_t at = 0; (at = stream.find(":T", at)) != std::string_view::npos;) {
    const bool row = at > 0 && IsHex(stream[at - 1]);
    at += 2;
    const char* const begin = stream.data() + at;
    const char* const limit = stream.data() + stream.size();
    size_t size = 0;
    const auto [end, error] = std::from_chars(begin, limit, size, 16);
    if (!row || error != std::errc() || end == limit || *end != ',') continue;
    const auto from = static_cast<size_t>(end + 1 - stream.data());
    TakeIfLarger(stream.substr(from, size), best);
    at = from;
  }
}

}  // namespace

std::string HtmlInScripts(const Document& document) {
  std::string best;
  std::string stream;
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag_id(node) != Tag::kScript) continue;
    const std::string text = document.TextContent(node);
    const std::string_view source = TrimBlanks(text);
    if (source.size() > kLargestScript) continue;
    if (source.starts_with(kStream)) {
      stream += PieceOfStream(source);
    } else if (source.size() >= kShortest) {
      const Result<JsonValue> json = ParseScriptJson(source);
      if (json) SearchJson(*json, &best);
    }
  }
  SearchStream(stream, &best);
  return best;
}

}  // namespace newsmill::body
