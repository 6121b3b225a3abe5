#include "parser/html/json_repair.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace newsmill {
namespace {

bool IsJsonSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Repairer {
 public:
  explicit Repairer(std::string_view text) : text_(text) {}

  std::string Run() {
    out_.reserve(text_.size());
    bool in_string = false;
    for (at_ = 0; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') in_string = !in_string;
      if (in_string && c == '\\') {
        Escape();
      } else if (in_string && static_cast<uint8_t>(c) < 0x20) {
        out_ += ' ';
      } else if (in_string || c != ',' || !ClosesNext()) {
        out_ += c;
      }
    }
    return std::move(out_);
  }

 private:
  bool ClosesNext() const {
    size_t next = at_ + 1;
    while (next < text_.size() && IsJsonSpace(text_[next])) ++next;
    return next < text_.size() && (text_[next] == '}' || text_[next] == ']');
  }

  // At a backslash; leaves at_ at the escape's last character.
  void Escape() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (next == '\'') {
      out_ += '\'';
      ++at_;
      return;
    }
    const std::optional<uint16_t> unit = CodeUnit(at_);
    if (!unit) {
      out_ += '\\';
      if (next != '\0') out_ += next, ++at_;
      return;
    }
    const std::optional<uint16_t> low = CodeUnit(at_ + 6);
    if (IsHigh(*unit) && low && IsLow(*low)) {
      out_ += text_.substr(at_, 12);
      at_ += 11;
      return;
    }
    const bool half = IsHigh(*unit) || IsLow(*unit);
    out_ += half ? std::string_view("\\uFFFD") : text_.substr(at_, 6);
    at_ += 5;
  }

  static bool IsHigh(uint16_t unit) { return (unit & 0xFC00) == 0xD800; }
  static bool IsLow(uint16_t unit) { return (unit & 0xFC00) == 0xDC00; }

  // Of "\uXXXX" at `at`.
  std::optional<uint16_t> CodeUnit(size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') {
      return std::nullopt;
    }
    uint16_t unit = 0;
    const char* const end = text_.data() + at + 6;
    const auto read = std::from_chars(text_.data() + at + 2, end, unit, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return unit;
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string RepairJson(std::string_view text) { return Repairer(text).Run(); }

std::string_view BalancedValue(std::string_view text, size_t begin) {
  int64_t depth = 0;
  bool in_string = false;
  for (size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return text.substr(begin, at + 1 - begin);
    }
  }
  return {};
}

}  // namespace newsmill
