#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "newsmill/v1/common.pb.h"

namespace newsmill {

struct HeaderLimits {
  // Of all answers, interim ones included. With a body of 768 KiB they fit an
  // untouched broker's record.
  size_t max_bytes = 128 * 1024;
  size_t max_fields = 500;
};

// Collects an answer's status line and header fields (RFC 9112) as their lines
// arrive; interim answers (1xx) and trailers leave no trace.
class ResponseHead {
 public:
  explicit ResponseHead(HeaderLimits limits = {}) : limits_(limits) {}

  // Takes one line with or without its line end. False: the limits are
  // exceeded or the line is none of HTTP; `problem` says what.
  bool AddLine(std::string_view line);

  // The final answer's head has ended.
  bool complete() const { return complete_; }
  int status() const { return status_; }
  const std::string& http_version() const { return http_version_; }
  const std::vector<v1::HttpHeader>& headers() const { return headers_; }
  std::vector<v1::HttpHeader> TakeHeaders() { return std::move(headers_); }
  const std::string& problem() const { return problem_; }

  // Where the field is there and is a number.
  std::optional<int64_t> ContentLength() const;

 private:
  bool StatusLine(std::string_view line);
  bool Field(std::string_view line);
  bool Refuse(std::string problem);

  HeaderLimits limits_;
  size_t bytes_ = 0;
  size_t fields_ = 0;
  bool complete_ = false;
  int status_ = 0;
  std::string http_version_;
  std::vector<v1::HttpHeader> headers_;
  std::string problem_;
};

// The first field of that name (names are compared without case), or nullptr.
const std::string* FindHeader(const std::vector<v1::HttpHeader>& headers,
                              std::string_view name);

// Valid UTF-8, which protobuf's strings must be: bytes that are not are taken
// for ISO 8859-1, as HTTP once defined them.
std::string ToUtf8(std::string_view bytes);

}  // namespace newsmill
