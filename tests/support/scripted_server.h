#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace newsmill::testing {

// One thing a ScriptedServer does on a connection.
struct Step {
  enum class Kind {
    kSend,
    kPause,
    kClose,  // in order (FIN)
    kReset,  // at once (RST)
    kHang,   // neither answers nor closes
  };
  Kind kind = Kind::kSend;
  std::string bytes;
  std::chrono::milliseconds pause{0};
};

Step Send(std::string bytes);
Step Pause(std::chrono::milliseconds pause);
Step Close();
Step Reset();
Step Hang();

using Script = std::vector<Step>;

// "HTTP/1.1 <status>", these header lines, Content-Length and the body.
Script Answer(const std::string& status, const std::string& body,
              const std::vector<std::string>& header_lines = {});
Script Html(const std::string& body);
Script RedirectTo(const std::string& location,
                  const std::string& status = "302 Found");

// An HTTP/1.1 server on 127.0.0.1 that does what a script says, byte by byte,
// right or wrong. Requests are read up to the end of their head; a connection
// stays open for the next one unless its script ends it. One thread of its own.
class ScriptedServer {
 public:
  struct Request {
    std::string target;  // "/a?b"
    std::string head;    // as received
    std::string host;    // of the Host field
    int connection = 0;  // counts accepted connections from 1
    std::chrono::steady_clock::time_point received_at{};
  };
  // Called on the server's thread, for each request.
  using Answerer = std::function<Script(const Request&)>;

  explicit ScriptedServer(Answerer answerer);
  // Speaks TLS.
  ScriptedServer(Answerer answerer, std::shared_ptr<ssl_ctx_st> tls);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const;
  std::string address() const;                       // "127.0.0.1:PORT"
  std::string Url(const std::string& target) const;  // http://127.0.0.1:PORT/a

  // What was asked so far, in order. Thread-safe.
  std::vector<Request> requests() const;
  // Connections accepted so far, and those that stand now.
  int connections() const;
  int open_connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill::testing
