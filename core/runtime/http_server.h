#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace newsmill {

// What an operator and Kubernetes ask a worker, on a thread of its own:
// /metrics, /healthz (does the loop tick; never the broker) and /readyz
// (partitions assigned, store reachable). 200 or 503, with a line that says
// why.
class HttpServer {
 public:
  struct Probe {
    bool ok = false;
    std::string detail;
  };
  using ProbeFunction = std::function<Probe()>;  // from the server's thread

  // `listen`: "host:port"; port 0 takes a free one. kBadConfiguration for a
  // malformed address, kUnavailable for one that is taken.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& listen,
                                                   ProbeFunction health,
                                                   ProbeFunction readiness);
  // kBadConfiguration where Start would give it, without listening.
  static Result<void> CheckAddress(const std::string& listen);
  virtual ~HttpServer() = default;  // stops and joins

  virtual int port() const = 0;
};

}  // namespace newsmill
