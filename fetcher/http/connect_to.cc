#include "fetcher/http/connect_to.h"

#include <charconv>
#include <optional>

#include "core/base/text.h"

namespace newsmill {
namespace {

std::optional<ConnectTo::Destination> Parse(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  ConnectTo::Destination destination{AsciiLowered(text.substr(0, colon)), 0};
  const char* const end = text.data() + text.size();
  const auto parsed =
      std::from_chars(text.data() + colon + 1, end, destination.port);
  if (parsed.ec != std::errc() || parsed.ptr != end || destination.port < 1 ||
      destination.port > 65'535) {
    return std::nullopt;
  }
  return destination;
}

}  // namespace

Result<ConnectTo> ConnectTo::Create(
    const std::map<std::string, std::string>& pairs) {
  ConnectTo result;
  for (const auto& [from, to] : pairs) {
    const auto source = Parse(from);
    const auto destination = Parse(to);
    if (!source || !destination) {
      return Error{Code::kBadConfiguration,
                   "fetcher.connect_to: \"" + (source ? to : from) +
                       "\" is not host:port (for example "
                       "\"news.example:443\" = \"127.0.0.1:8443\")"};
    }
    result.pairs_[AsciiLowered(from)] = *destination;
  }
  return result;
}

const ConnectTo::Destination* ConnectTo::Find(const std::string& host,
                                              int port) const {
  if (pairs_.empty()) return nullptr;
  const auto found = pairs_.find(host + ":" + std::to_string(port));
  return found == pairs_.end() ? nullptr : &found->second;
}

}  // namespace newsmill
