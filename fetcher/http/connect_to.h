#pragma once

#include <map>
#include <string>

#include "core/base/result.h"

namespace newsmill {

// Which hosts the configuration serves from elsewhere (fetcher.connect_to).
// Immutable.
class ConnectTo {
 public:
  // "host:port" -> "address:port". kBadConfiguration for what has another form.
  static Result<ConnectTo> Create(
      const std::map<std::string, std::string>& pairs);

  // Where this host's connections go, "address:port"; nullptr: where its name
  // says.
  const std::string* Find(const std::string& host, int port) const;

 private:
  std::map<std::string, std::string> pairs_;
};

}  // namespace newsmill
