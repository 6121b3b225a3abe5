#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "tests/support/origin/certificate.h"
#include "tests/support/origin/http_message.h"

namespace newsmill::origin {

// Answers HTTP/1.1 and HTTPS on loopback, any number of connections on the one
// thread that runs it: a thread per connection would be hundreds of them where
// several fetchers keep theirs open.
class Server {
 public:
  using Respond = std::function<Response(const Request&)>;

  struct Options {
    int port = 0;  // 0: a free one
    int tls_port = 0;
    SslContext tls;
  };

  // kUnavailable where a port is taken.
  static Result<std::unique_ptr<Server>> Listen(Options options,
                                                Respond respond);
  ~Server();

  int port() const;
  int tls_port() const;

  // Takes the calling thread until Stop, which may come from any (also from a
  // signal handler).
  void Run();
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill::origin
