// "Prescan a byte stream to determine its encoding", HTML standard, section
// 13.2.3.2, over more than its 1024 bytes: browsers that meet a later meta
// start again.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/text.h"
#include "parser/html/encoding.h"

namespace newsmill {
namespace {

constexpr size_t kPrescanBytes = 8 << 10;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
bool IsLetter(char c) { return AsciiLower(c) >= 'a' && AsciiLower(c) <= 'z'; }

// "Extracting a character encoding from a meta element": what follows
// "charset=".
std::string_view CharsetIn(std::string_view text) {
  constexpr std::string_view kCharset = "charset";
  const std::string lower = AsciiLowered(text);
  for (size_t at = 0; (at = lower.find(kCharset, at)) != std::string::npos;) {
    at += kCharset.size();
    while (at < text.size() && IsSpace(text[at])) ++at;
    if (at >= text.size() || text[at] != '=') continue;
    ++at;
    while (at < text.size() && IsSpace(text[at])) ++at;
    if (at >= text.size()) return {};
    if (text[at] == '"' || text[at] == '\'') {
      const size_t end = text.find(text[at], at + 1);
      if (end == std::string_view::npos) return {};
      return text.substr(at + 1, end - at - 1);
    }
    const size_t end =
        std::min(text.find_first_of("; \t\n\f\r,", at), text.size());
    return text.substr(at, end - at);
  }
  return {};
}

class Prescan {
 public:
  explicit Prescan(std::string_view bytes) : bytes_(bytes) {}

  std::string Run() {
    ReadXmlDeclaration();
    while (at_ < bytes_.size()) {
      at_ = bytes_.find('<', at_);
      if (at_ == std::string_view::npos) break;
      if (ReadMarkup() && !label_.empty()) return label_;
    }
    return xml_label_;
  }

 private:
  struct Attribute {
    std::string name;
    std::string value;
  };

  void ReadXmlDeclaration() {
    if (!bytes_.starts_with("<?xml")) return;
    const std::string_view declaration = bytes_.substr(0, bytes_.find('>'));
    const size_t at = declaration.find("encoding");
    if (at == std::string_view::npos) return;
    const size_t open = declaration.find_first_of("'\"", at);
    if (open == std::string_view::npos) return;
    const size_t close = declaration.find(declaration[open], open + 1);
    if (close == std::string_view::npos) return;
    xml_label_ = declaration.substr(open + 1, close - open - 1);
  }

  // At '<'. True where a meta element was read.
  bool ReadMarkup() {
    const std::string_view rest = bytes_.substr(at_);
    if (rest.starts_with("<!--")) {
      // The comment's own dashes may end it: "<!-->".
      Skip("-->", 2);
      return false;
    }
    if (rest.size() > 5 && AsciiLowered(rest.substr(1, 4)) == "meta" &&
        (IsSpace(rest[5]) || rest[5] == '/')) {
      at_ += 5;
      ReadMeta();
      return true;
    }
    const size_t name = rest.starts_with("</") ? 2 : 1;
    if (name < rest.size() && IsLetter(rest[name])) {
      while (at_ < bytes_.size() && !IsSpace(bytes_[at_]) &&
             bytes_[at_] != '>') {
        ++at_;
      }
      while (ReadAttribute()) {
      }
      return false;
    }
    if (name < rest.size() && (name == 2 || rest[1] == '!' || rest[1] == '?')) {
      Skip(">", 1);
    } else {
      ++at_;
    }
    return false;
  }

  void Skip(std::string_view mark, size_t from) {
    const size_t found = bytes_.find(mark, at_ + from);
    at_ = found == std::string_view::npos ? bytes_.size() : found + mark.size();
  }

  void ReadMeta() {
    bool is_content_type = false;
    std::string from_content;
    while (const std::optional<Attribute> attribute = ReadAttribute()) {
      if (attribute->name == "http-equiv") {
        is_content_type = AsciiLowered(attribute->value) == "content-type";
      } else if (attribute->name == "content" && from_content.empty()) {
        from_content = CharsetIn(attribute->value);
      } else if (attribute->name == "charset" && label_.empty()) {
        label_ = attribute->value;
      }
    }
    if (label_.empty() && is_content_type) label_ = from_content;
    if (EncodingOf(label_) == nullptr) label_.clear();
  }

  // The next attribute of a tag; empty at its end.
  std::optional<Attribute> ReadAttribute() {
    while (at_ < bytes_.size() &&
           (IsSpace(bytes_[at_]) || bytes_[at_] == '/')) {
      ++at_;
    }
    if (at_ >= bytes_.size() || bytes_[at_] == '>') return std::nullopt;
    Attribute attribute;
    while (at_ < bytes_.size() && !IsSpace(bytes_[at_]) && bytes_[at_] != '/' &&
           bytes_[at_] != '>' &&
           (bytes_[at_] != '=' || attribute.name.empty())) {
      attribute.name += AsciiLower(bytes_[at_++]);
    }
    SkipSpaces();
    if (at_ >= bytes_.size() || bytes_[at_] != '=') return attribute;
    ++at_;
    SkipSpaces();
    attribute.value = ReadValue();
    return attribute;
  }

  std::string ReadValue() {
    if (at_ >= bytes_.size()) return {};
    const char quote = bytes_[at_];
    if (quote == '"' || quote == '\'') {
      const size_t end = std::min(bytes_.find(quote, at_ + 1), bytes_.size());
      std::string value(bytes_.substr(at_ + 1, end - at_ - 1));
      at_ = std::min(end + 1, bytes_.size());
      return value;
    }
    const size_t begin = at_;
    while (at_ < bytes_.size() && !IsSpace(bytes_[at_]) && bytes_[at_] != '>') {
      ++at_;
    }
    return std::string(bytes_.substr(begin, at_ - begin));
  }

  void SkipSpaces() {
    while (at_ < bytes_.size() && IsSpace(bytes_[at_])) ++at_;
  }

  const std::string_view bytes_;
  size_t at_ = 0;
  std::string label_;
  std::string xml_label_;
};

}  // namespace

std::string_view CharsetOfContentType(std::string_view content_type) {
  return CharsetIn(content_type);
}

std::string PrescanMeta(std::string_view bytes) {
  return Prescan(bytes.substr(0, kPrescanBytes)).Run();
}

}  // namespace newsmill
