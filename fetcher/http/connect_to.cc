#include "fetcher/http/connect_to.h"

#include <algorithm>

namespace newsmill {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

bool IsHostAndPort(const std::string& text) {
  const size_t colon = text.rfind(':');
  return colon != std::string::npos && colon != 0 && colon + 1 != text.size() &&
         text.find_first_not_of("0123456789", colon + 1) == std::string::npos;
}

}  // namespace

Result<ConnectTo> ConnectTo::Create(
    const std::map<std::string, std::string>& pairs) {
  ConnectTo result;
  for (const auto& [from, to] : pairs) {
    for (const std::string& end : {from, to}) {
      if (IsHostAndPort(end)) continue;
      return Error{Code::kBadConfiguration,
                   "fetcher.connect_to: \"" + end +
                       "\" is not host:port (for example "
                       "\"news.example:443\" = \"127.0.0.1:8443\")"};
    }
    result.pairs_[Lower(from)] = to;
  }
  return result;
}

const std::string* ConnectTo::Find(const std::string& host, int port) const {
  if (pairs_.empty()) return nullptr;
  const auto found = pairs_.find(host + ":" + std::to_string(port));
  return found == pairs_.end() ? nullptr : &found->second;
}

}  // namespace newsmill
