#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

#include "tests/support/origin/http_message.h"

namespace newsmill::origin {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// One connection of a client, plain or TLS, without blocking. Owns its socket.
class Connection {
 public:
  // `tls`: nullptr for plain HTTP.
  Connection(int socket, std::string peer, SSL_CTX* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  const std::string& peer() const { return peer_; }
  bool tls() const { return ssl_ != nullptr; }

  // Reads what is there. False: the connection is over.
  bool Receive();
  // The next whole request that was received.
  std::optional<Request> NextRequest();
  bool malformed() const { return malformed_; }

  void Send(std::string bytes, bool close_after);
  // Writes what the socket takes. False: the connection is over.
  bool Flush();
  bool wants_write() const { return wants_write_; }

  // The client sees a reset instead of an end.
  void Reset();

  // A request is being answered; the next one waits.
  bool busy = false;

 private:
  bool Again(int result, bool& wants_write);

  int socket_;
  std::string peer_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  std::string in_, out_;
  size_t written_ = 0;
  bool close_after_ = false;
  bool malformed_ = false;
  bool wants_write_ = false;
};

}  // namespace newsmill::origin
