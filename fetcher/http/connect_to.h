#pragma once

#include <map>
#include <string>

#include "core/base/result.h"

namespace newsmill {

// Which hosts the configuration serves from elsewhere (fetcher.connect_to).
// Immutable.
class ConnectTo {
 public:
  struct Destination {
    std::string host;  // a name, or an address (IPv6 in brackets)
    int port = 0;
  };

  // "host:port" -> "address:port". kBadConfiguration for what has another form.
  static Result<ConnectTo> Create(
      const std::map<std::string, std::string>& pairs);

  // Where this host's connections go; nullptr: where its name says.
  const Destination* Find(const std::string& host, int port) const;

 private:
  std::map<std::string, Destination> pairs_;
};

}  // namespace newsmill
