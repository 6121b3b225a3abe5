#include "tests/support/scripted_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include <openssl/ssl.h>

namespace newsmill::testing {
namespace {

using SteadyClock = std::chrono::steady_clock;

void Check(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  std::abort();
}

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

std::string HeaderValue(const std::string& head, const std::string& name) {
  const size_t start = head.find("\r\n" + name + ": ");
  if (start == std::string::npos) return "";
  const size_t value = start + 2 + name.size() + 2;
  return head.substr(value, head.find("\r\n", value) - value);
}

}  // namespace

Step Send(std::string bytes) {
  return {Step::Kind::kSend, std::move(bytes), {}};
}
Step Pause(std::chrono::milliseconds pause) {
  return {Step::Kind::kPause, "", pause};
}
Step Close() { return {Step::Kind::kClose, "", {}}; }
Step Reset() { return {Step::Kind::kReset, "", {}}; }
Step Hang() { return {Step::Kind::kHang, "", {}}; }

Script Answer(const std::string& status, const std::string& body,
              const std::vector<std::string>& header_lines) {
  std::string text = "HTTP/1.1 " + status + "\r\n";
  for (const std::string& line : header_lines) text += line + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return {Send(text)};
}

Script Html(const std::string& body) {
  return Answer("200 OK", body, {"Content-Type: text/html; charset=utf-8"});
}

Script RedirectTo(const std::string& location, const std::string& status) {
  return Answer(status, "", {"Location: " + location});
}

class ScriptedServer::Impl {
 public:
  Impl(Answerer answerer, std::shared_ptr<SSL_CTX> tls)
      : answerer_(std::move(answerer)), context_(std::move(tls)) {
    if (context_ != nullptr) {
      SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                           SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    Listen();
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    Check(wake_ >= 0, "eventfd");
    thread_ = std::thread([this] { Run(); });
  }

  ~Impl() {
    const uint64_t one = 1;
    Check(write(wake_, &one, sizeof one) == sizeof one, "write");
    thread_.join();
    for (Connection& connection : connections_) close(connection.fd);
    close(listener_);
    close(wake_);
  }

  int port() const { return port_; }

  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int accepted() const {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }
  int open() const { return open_; }

 private:
  struct Connection {
    int fd = -1;
    int number = 0;
    std::unique_ptr<SSL, SslDeleter> ssl;
    std::string in;
    std::string out;
    std::deque<Step> script;
    std::optional<SteadyClock::time_point> paused_until;
    bool closed = false;
  };

  void Listen() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    Check(listener_ >= 0, "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    Check(bind(listener_, any, size) == 0, "bind");
    Check(listen(listener_, 1024) == 0, "listen");
    Check(getsockname(listener_, any, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
  }

  void Run() {
    while (true) {
      std::vector<pollfd> descriptors{{wake_, POLLIN, 0},
                                      {listener_, POLLIN, 0}};
      for (const Connection& connection : connections_) {
        const bool sending = !connection.out.empty();
        descriptors.push_back(
            {connection.fd,
             static_cast<int16_t>(sending ? POLLIN | POLLOUT : POLLIN), 0});
      }
      poll(descriptors.data(), descriptors.size(), Timeout());
      if (descriptors[0].revents != 0) return;
      size_t i = 2;
      for (Connection& connection : connections_) {
        if (descriptors[i++].revents != 0) Receive(connection);
        Advance(connection);
      }
      connections_.remove_if([](const Connection& c) { return c.closed; });
      open_ = static_cast<int>(connections_.size());
      if (descriptors[1].revents != 0) Accept();
    }
  }

  int Timeout() const {
    int64_t timeout = 1000;
    for (const Connection& connection : connections_) {
      if (!connection.paused_until) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          *connection.paused_until - SteadyClock::now());
      timeout = std::clamp<int64_t>(left.count(), 0, timeout);
    }
    return static_cast<int>(timeout);
  }

  void Accept() {
    while (true) {
      const int fd =
          accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      const int yes = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      Connection connection;
      connection.fd = fd;
      {
        const std::lock_guard lock(mutex_);
        connection.number = ++accepted_;
      }
      if (context_ != nullptr) {
        connection.ssl.reset(SSL_new(context_.get()));
        SSL_set_fd(connection.ssl.get(), fd);
        SSL_set_accept_state(connection.ssl.get());
      }
      connections_.push_back(std::move(connection));
      open_ = static_cast<int>(connections_.size());
    }
  }

  // -1: nothing now; 0: the end.
  static ssize_t Read(Connection& connection, char* buffer, size_t size) {
    if (connection.ssl == nullptr) {
      const ssize_t got = recv(connection.fd, buffer, size, 0);
      if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? -1 : 0;
      return got;
    }
    const int got =
        SSL_read(connection.ssl.get(), buffer, static_cast<int>(size));
    if (got > 0) return got;
    const int error = SSL_get_error(connection.ssl.get(), got);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1
                                                                         : 0;
  }

  void Receive(Connection& connection) {
    char buffer[16 * 1024];
    while (!connection.closed) {
      const ssize_t got = Read(connection, buffer, sizeof buffer);
      if (got < 0) break;
      if (got == 0) return End(connection);
      connection.in.append(buffer, static_cast<size_t>(got));
    }
  }

  void Advance(Connection& connection) {
    while (!connection.closed) {
      if (!Flush(connection)) return;
      if (connection.script.empty() && !NextRequest(connection)) return;
      if (connection.script.empty()) continue;
      if (!Act(connection, connection.script.front())) return;
      if (!connection.closed) connection.script.pop_front();
    }
  }

  bool NextRequest(Connection& connection) {
    const size_t end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    Request request;
    request.head = connection.in.substr(0, end + 4);
    connection.in.erase(0, end + 4);
    const size_t space = request.head.find(' ');
    request.target = request.head.substr(
        space + 1, request.head.find(' ', space + 1) - space - 1);
    request.host = HeaderValue(request.head, "Host");
    request.connection = connection.number;
    request.received_at = SteadyClock::now();
    const Script script = answerer_(request);
    connection.script.assign(script.begin(), script.end());
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    return true;
  }

  // Whether the step is over.
  static bool Act(Connection& connection, const Step& step) {
    switch (step.kind) {
      case Step::Kind::kSend:
        connection.out = step.bytes;
        return true;
      case Step::Kind::kPause:
        if (!connection.paused_until) {
          connection.paused_until = SteadyClock::now() + step.pause;
        }
        if (SteadyClock::now() < *connection.paused_until) return false;
        connection.paused_until.reset();
        return true;
      case Step::Kind::kReset: {
        const linger at_once{1, 0};
        setsockopt(connection.fd, SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof at_once);
        End(connection);
        return true;
      }
      case Step::Kind::kClose:
        End(connection);
        return true;
      case Step::Kind::kHang:
        return false;
    }
    return true;
  }

  // Whether all was sent.
  static bool Flush(Connection& connection) {
    while (!connection.out.empty()) {
      const ssize_t sent = Write(connection);
      if (sent < 0) return false;
      if (sent == 0) {
        End(connection);
        return false;
      }
      connection.out.erase(0, static_cast<size_t>(sent));
    }
    return true;
  }

  static ssize_t Write(Connection& connection) {
    const std::string& out = connection.out;
    if (connection.ssl == nullptr) {
      const ssize_t sent =
          send(connection.fd, out.data(), out.size(), MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? -1 : 0;
      return sent;
    }
    const int sent = SSL_write(connection.ssl.get(), out.data(),
                               static_cast<int>(out.size()));
    if (sent > 0) return sent;
    const int error = SSL_get_error(connection.ssl.get(), sent);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? -1
                                                                         : 0;
  }

  static void End(Connection& connection) {
    close(connection.fd);
    connection.closed = true;
  }

  const Answerer answerer_;
  const std::shared_ptr<SSL_CTX> context_;
  int listener_ = -1;
  int wake_ = -1;
  int port_ = 0;
  std::list<Connection> connections_;  // of the server's thread

  mutable std::mutex mutex_;
  std::vector<Request> requests_;  // guarded by mutex_
  int accepted_ = 0;               // guarded by mutex_
  std::atomic<int> open_ = 0;
  std::thread thread_;
};

ScriptedServer::ScriptedServer(Answerer answerer)
    : ScriptedServer(std::move(answerer), nullptr) {}
ScriptedServer::ScriptedServer(Answerer answerer,
                               std::shared_ptr<ssl_ctx_st> tls)
    : impl_(std::make_unique<Impl>(std::move(answerer), std::move(tls))) {}
ScriptedServer::~ScriptedServer() = default;

int ScriptedServer::port() const { return impl_->port(); }

std::string ScriptedServer::address() const {
  return "127.0.0.1:" + std::to_string(port());
}

std::string ScriptedServer::Url(const std::string& target) const {
  return "http://" + address() + target;
}

std::vector<ScriptedServer::Request> ScriptedServer::requests() const {
  return impl_->requests();
}

int ScriptedServer::connections() const { return impl_->accepted(); }
int ScriptedServer::open_connections() const { return impl_->open(); }

}  // namespace newsmill::testing
