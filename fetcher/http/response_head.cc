#include "fetcher/http/response_head.h"

#include <charconv>

#include <simdjson.h>

#include "core/base/text.h"

namespace newsmill {
namespace {}  // namespace

bool ResponseHead::AddLine(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > limits_.max_bytes) {
    return Refuse("the header fields are larger than " +
                  std::to_string(limits_.max_bytes) + " bytes");
  }
  if (complete_) return true;  // a trailer
  if (line.substr(0, 5) == "HTTP/") return StatusLine(line);
  if (Trimmed(line).empty()) {
    complete_ = status_ >= 200;
    return true;
  }
  return Field(line);
}

bool ResponseHead::StatusLine(std::string_view line) {
  const std::string_view text = Trimmed(line);
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    return Refuse("the status line has no status");
  }
  const std::string_view digits = text.substr(space + 1, 3);
  int status = 0;
  const auto parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (parsed.ec != std::errc() || status < 100) {
    return Refuse("the status line has no status of three digits");
  }
  status_ = status;
  http_version_ = ToUtf8(text.substr(0, space));
  headers_.clear();
  return true;
}

bool ResponseHead::Field(std::string_view line) {
  const bool folded = line.front() == ' ' || line.front() == '\t';
  if (folded) {  // RFC 9112, section 5.2: obsolete line folding
    if (headers_.empty()) return true;
    *headers_.back().mutable_value() += " " + ToUtf8(Trimmed(line));
    return true;
  }
  if (++fields_ > limits_.max_fields) {
    return Refuse("there are more than " + std::to_string(limits_.max_fields) +
                  " header fields");
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;  // as browsers do
  v1::HttpHeader header;
  header.set_name(ToUtf8(Trimmed(line.substr(0, colon))));
  header.set_value(ToUtf8(Trimmed(line.substr(colon + 1))));
  headers_.push_back(std::move(header));
  return true;
}

bool ResponseHead::Refuse(std::string problem) {
  problem_ = std::move(problem);
  return false;
}

std::optional<int64_t> ResponseHead::ContentLength() const {
  const std::string* const text = FindHeader(headers_, "content-length");
  if (text == nullptr) return std::nullopt;
  int64_t length = 0;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, length);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == end;
  if (!whole || length < 0) return std::nullopt;
  return length;
}

const std::string* FindHeader(const std::vector<v1::HttpHeader>& headers,
                              std::string_view name) {
  for (const v1::HttpHeader& header : headers) {
    if (EqualsIgnoringCase(header.name(), name)) return &header.value();
  }
  return nullptr;
}

std::string ToUtf8(std::string_view bytes) {
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) {
    return std::string(bytes);
  }
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return text;
}

}  // namespace newsmill
