#include "parser/html/tag_scan.h"

#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool EndsName(char c) { return IsHtmlSpace(c) || c == '/' || c == '>'; }

// Whether `name` stands at `at`, ended as a tag's name is.
bool IsNameAt(std::string_view html, size_t at, std::string_view lower_name) {
  const size_t end = at + lower_name.size();
  return end < html.size() && EndsName(html[end]) &&
         EqualsIgnoringCase(html.substr(at, lower_name.size()), lower_name);
}

}  // namespace

TagScan::TagScan(std::string_view html, size_t at) : html_(html), at_(at + 1) {
  if (at_ < html_.size() && html_[at_] == '/') ++at_;
  const size_t begin = at_;
  while (at_ < html_.size() && !EndsName(html_[at_])) ++at_;
  name_ = html_.substr(begin, at_ - begin);
}

bool TagScan::Next(ScannedAttribute* attribute) {
  if (done_) return false;
  bool slash = false;
  for (; at_ < html_.size(); ++at_) {
    if (html_[at_] == '/') {
      slash = true;
    } else if (html_[at_] == '>') {
      done_ = true;
      self_closing_ = slash;
      end_ = ++at_;
      return false;
    } else if (!IsHtmlSpace(html_[at_])) {
      break;
    } else {
      slash = false;
    }
  }
  if (at_ == html_.size()) {
    done_ = true;
    return false;
  }
  const size_t begin = at_;
  ++at_;  // a first '=' belongs to the name
  while (at_ < html_.size() && html_[at_] != '=' && !EndsName(html_[at_])) {
    ++at_;
  }
  attribute->name = html_.substr(begin, at_ - begin);
  attribute->value = {};
  ReadValue(attribute);
  attribute->whole = html_.substr(begin, at_ - begin);
  return true;
}

void TagScan::ReadValue(ScannedAttribute* attribute) {
  size_t at = at_;
  while (at < html_.size() && IsHtmlSpace(html_[at])) ++at;
  if (at == html_.size() || html_[at] != '=') return;
  ++at;
  while (at < html_.size() && IsHtmlSpace(html_[at])) ++at;
  at_ = at;
  if (at == html_.size()) return;
  const char quote = html_[at];
  if (quote == '"' || quote == '\'') {
    const size_t end = html_.find(quote, at + 1);
    at_ = end == kNone ? html_.size() : end + 1;
    attribute->value =
        html_.substr(at + 1, (end == kNone ? html_.size() : end) - at - 1);
    return;
  }
  while (at_ < html_.size() && html_[at_] != '>' && !IsHtmlSpace(html_[at_])) {
    ++at_;
  }
  attribute->value = html_.substr(at, at_ - at);
}

void TagScan::Finish() {
  ScannedAttribute attribute;
  while (Next(&attribute)) {
  }
}

size_t FindRawTextEnd(std::string_view html, size_t from,
                      std::string_view lower_name) {
  for (size_t at = from; (at = html.find("</", at)) != kNone; at += 2) {
    if (IsNameAt(html, at + 2, lower_name)) return at;
  }
  return kNone;
}

size_t FindScriptEnd(std::string_view html, size_t from) {
  enum class State { kData, kEscaped, kDoubleEscaped } state = State::kData;
  for (size_t at = from; at < html.size(); ++at) {
    if (state == State::kData) {
      at = html.find('<', at);
      if (at == kNone) return kNone;
    }
    const std::string_view rest = html.substr(at);
    if (state != State::kData && rest.starts_with("-->")) {
      state = State::kData;
      at += 2;
    } else if (rest[0] != '<') {
      continue;
    } else if (rest.starts_with("</") && IsNameAt(html, at + 2, "script")) {
      if (state != State::kDoubleEscaped) return at;
      state = State::kEscaped;
    } else if (state == State::kEscaped && IsNameAt(html, at + 1, "script")) {
      state = State::kDoubleEscaped;
    } else if (state == State::kData && rest.starts_with("<!--")) {
      state = State::kEscaped;
      at += 1;  // "<!-->" ends at once: its dashes may end it, too
    }
  }
  return kNone;
}

size_t FindCommentEnd(std::string_view html, size_t from) {
  const std::string_view rest = html.substr(from);
  if (rest.starts_with(">")) return from + 1;
  if (rest.starts_with("->")) return from + 2;
  for (size_t at = from; (at = html.find("--", at)) != kNone; ++at) {
    if (at + 2 < html.size() && html[at + 2] == '>') return at + 3;
    if (html.substr(at + 2, 2) == "!>") return at + 4;
  }
  return kNone;
}

}  // namespace newsmill
