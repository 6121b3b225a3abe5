#include "tests/support/origin/http_message.h"

#include <algorithm>

#include "core/base/text.h"

namespace newsmill::origin {
namespace {

constexpr size_t kMostHeadBytes = 64 * 1024;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string_view TakeLine(std::string_view& head) {
  const size_t end = std::min(head.find('\n'), head.size());
  const std::string_view line = Trim(head.substr(0, end));
  head.remove_prefix(std::min(end + 1, head.size()));
  return line;
}

void ReadHeader(std::string_view line, Request& request) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = AsciiLowered(line.substr(0, colon));
  const std::string value = AsciiLowered(Trim(line.substr(colon + 1)));
  if (name == "host") request.host = value.substr(0, value.rfind(':'));
  if (name == "if-none-match") {
    request.if_none_match = Trim(line.substr(colon + 1));
  }
  if (name == "connection" && value == "close") request.keep_alive = false;
}

}  // namespace

std::optional<Request> TakeRequest(std::string& buffer, bool& malformed) {
  const size_t end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) {
    malformed = buffer.size() > kMostHeadBytes;
    return std::nullopt;
  }
  std::string_view head = std::string_view(buffer).substr(0, end);
  const std::string_view start = TakeLine(head);
  const size_t first = start.find(' '), last = start.rfind(' ');
  malformed = first == std::string_view::npos || first == last;
  if (malformed) return std::nullopt;
  Request request;
  request.method = start.substr(0, first);
  request.path = start.substr(first + 1, last - first - 1);
  while (!head.empty()) ReadHeader(TakeLine(head), request);
  buffer.erase(0, end + 4);
  return request;
}

}  // namespace newsmill::origin
