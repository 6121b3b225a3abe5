#include "tests/support/origin/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <openssl/err.h>

namespace newsmill::origin {

Connection::Connection(int socket, std::string peer, SSL_CTX* tls)
    : socket_(socket), peer_(std::move(peer)) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), socket_);
  SSL_set_accept_state(ssl_.get());
}

Connection::~Connection() {
  if (ssl_) SSL_shutdown(ssl_.get());  // one attempt: says "close_notify"
  ERR_clear_error();
  ssl_.reset();
  close(socket_);
}

// Whether the operation only has to wait.
bool Connection::Again(int result, bool& wants_write) {
  if (!ssl_) {
    return result < 0 && (errno == EAGAIN || errno == EINTR);
  }
  const int reason = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  if (reason == SSL_ERROR_WANT_WRITE) wants_write = true;
  return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

bool Connection::Receive() {
  char buffer[16384];
  wants_write_ = written_ < out_.size();
  while (true) {
    const int count =
        ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer)
             : static_cast<int>(recv(socket_, buffer, sizeof buffer, 0));
    if (count <= 0) return Again(count, wants_write_);
    in_.append(buffer, static_cast<size_t>(count));
  }
}

std::optional<Request> Connection::NextRequest() {
  std::optional<Request> request = TakeRequest(in_, malformed_);
  if (request) {
    request->peer = peer_;
    request->tls = tls();
  }
  return request;
}

void Connection::Send(std::string bytes, bool close_after) {
  if (written_ == out_.size()) {
    out_ = std::move(bytes);
    written_ = 0;
  } else {
    out_ += bytes;
  }
  close_after_ = close_after_ || close_after;
}

bool Connection::Flush() {
  if (written_ == out_.size()) return !close_after_;
  wants_write_ = false;
  while (written_ < out_.size()) {
    const char* data = out_.data() + written_;
    const size_t left = out_.size() - written_;
    const int count =
        ssl_ ? SSL_write(ssl_.get(), data, static_cast<int>(left))
             : static_cast<int>(send(socket_, data, left, MSG_NOSIGNAL));
    if (count <= 0) {
      wants_write_ = !ssl_;
      return Again(count, wants_write_);
    }
    written_ += static_cast<size_t>(count);
  }
  out_.clear();
  written_ = 0;
  return !close_after_;
}

void Connection::Reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  if (ssl_) SSL_set_quiet_shutdown(ssl_.get(), 1);
}

}  // namespace newsmill::origin
