#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill::testing {

// Stands on a port of the loopback address before a server, passes bytes both
// ways, and does to them what networks do. One thread of its own; thread-safe.
// What it is told is done when the call returns.
class TcpProxy {
 public:
  // `server`: a port of the loopback address, or the path of a Unix socket. It
  // need not be there yet, and may come and go: a connection that it does not
  // take is reset.
  static Result<std::unique_ptr<TcpProxy>> Start(const std::string& server);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const;
  // The server that connections lead to from now on.
  void SetServer(const std::string& server);

  // What happens to what passes; of connections that stand, too.
  struct Weather {
    // Before what the server says is passed on.
    std::chrono::milliseconds delay{0};
    // Of each connection and direction; 0: no limit.
    int64_t bytes_per_second = 0;
    // New connections are reset.
    bool closed = false;
  };
  void Set(const Weather& weather);

  // Resets all connections that stand.
  void Cut();
  // The server's side of all connections that stand is gone, and the clients'
  // is not told: they wait until Cut. New connections are whole.
  void HalfOpen();

  // The next time that the server says `bytes`, these and all that comes after
  // them on the connection are kept back.
  void KeepBack(const std::string& bytes);
  // Waits until it has come to that. kTimedOut, and nothing is kept back any
  // more.
  Result<void> AwaitKeptBack(Duration deadline);

  int connections() const;  // that stand

 private:
  class Impl;
  explicit TcpProxy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill::testing
