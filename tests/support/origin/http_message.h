#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace newsmill::origin {

struct Request {
  std::string method;
  std::string path;  // with the query
  std::string host;  // without port, lower case
  std::string peer;  // address:port of the connection
  bool tls = false;
  bool keep_alive = true;
  std::string if_none_match;  // as sent; empty: none
};

struct Response {
  int status = 200;
  std::string bytes;  // head and body
  Duration delay{0};
  bool close = false;  // after the bytes
  bool reset = false;  // instead of the bytes
};

// The first request in `buffer`, taken out of it; nullopt: not whole yet.
// `malformed` is set where it never will be. Bodies of requests are not read:
// nobody sends an origin one.
std::optional<Request> TakeRequest(std::string& buffer, bool& malformed);

}  // namespace newsmill::origin
