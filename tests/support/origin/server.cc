#include "tests/support/origin/server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <unordered_map>
#include <vector>

#include "tests/support/origin/connection.h"

namespace newsmill::origin {
namespace {

Error SystemError(const std::string& what) {
  return Error{Code::kUnavailable, what + ": " + std::strerror(errno)};
}

std::string Printed(const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return std::string(text) + ":" + std::to_string(ntohs(address.sin_port));
}

Result<int> ListenOn(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return SystemError("socket");
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 1024) != 0) {
    Error error = SystemError("listening on 127.0.0.1:" + std::to_string(port));
    close(fd);
    return error;
  }
  return fd;
}

int PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

struct Server::Impl {
  struct Client {
    std::unique_ptr<Connection> connection;
    uint64_t serial = 0;  // a socket's number is soon another connection's
    uint32_t watched = 0;
  };
  struct Waiting {
    int socket;
    uint64_t serial;
    Response response;
  };

  ~Impl() {
    clients.clear();
    for (const int fd : {plain, secure, epoll, wake}) {
      if (fd >= 0) close(fd);
    }
  }

  Options options;
  Respond respond;
  int plain = -1, secure = -1, epoll = -1, wake = -1;
  std::atomic<bool> stopping{false};
  std::unordered_map<int, Client> clients;
  uint64_t last_serial = 0;
  std::multimap<Instant, Waiting> waiting;

  Result<void> Open();
  void Watch(int fd, uint32_t events, int operation) const;
  void Accept(int listener, SSL_CTX* tls);
  void Serve(int socket);
  void Answer(Client& client, Response response);
  void Continue(int socket, Client& client, bool alive);
  void SendDue();
  int MillisecondsToNext() const;
};

Result<void> Server::Impl::Open() {
  Result<int> first = ListenOn(options.port);
  if (!first) return first.error();
  plain = *first;
  Result<int> second = ListenOn(options.tls_port);
  if (!second) return second.error();
  secure = *second;
  epoll = epoll_create1(EPOLL_CLOEXEC);
  wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (epoll < 0 || wake < 0) return SystemError("epoll");
  for (const int fd : {plain, secure, wake}) Watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  return {};
}

void Server::Impl::Watch(int fd, uint32_t events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, operation, fd, &event);
}

void Server::Impl::Accept(int listener, SSL_CTX* tls) {
  while (true) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    const int socket = accept4(listener, reinterpret_cast<sockaddr*>(&address),
                               &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    clients[socket] = {
        std::make_unique<Connection>(socket, Printed(address), tls),
        ++last_serial, EPOLLIN};
    Watch(socket, EPOLLIN, EPOLL_CTL_ADD);
  }
}

// Something happened on a client's socket.
void Server::Impl::Serve(int socket) {
  const auto found = clients.find(socket);
  if (found == clients.end()) return;
  Client& client = found->second;
  bool alive = client.connection->Receive();
  if (alive) alive = client.connection->Flush();
  Continue(socket, client, alive);
}

// Takes up the next request of a client that is not being answered, and closes
// a connection that is over.
void Server::Impl::Continue(int socket, Client& client, bool alive) {
  Connection& connection = *client.connection;
  while (alive && !connection.busy) {
    std::optional<Request> request = connection.NextRequest();
    if (!request) {
      alive = !connection.malformed();
      break;
    }
    connection.busy = true;
    Response response = respond(*request);
    response.close = response.close || !request->keep_alive;
    if (response.delay > Duration{0}) {
      const Instant due = Boottime::now() + response.delay;
      waiting.emplace(due, Waiting{socket, client.serial, std::move(response)});
      break;
    }
    Answer(client, std::move(response));
    alive = connection.busy == false && connection.Flush();
  }
  if (!alive) {
    clients.erase(socket);
    return;
  }
  const uint32_t events =
      EPOLLIN | (connection.wants_write() ? uint32_t{EPOLLOUT} : 0U);
  if (events != client.watched) {
    client.watched = events;
    Watch(socket, events, EPOLL_CTL_MOD);
  }
}

// Leaves the connection busy where it is to be closed without an answer.
void Server::Impl::Answer(Client& client, Response response) {
  if (response.reset) return client.connection->Reset();
  client.connection->Send(std::move(response.bytes), response.close);
  client.connection->busy = false;
}

void Server::Impl::SendDue() {
  const Instant now = Boottime::now();
  while (!waiting.empty() && waiting.begin()->first <= now) {
    Waiting due = std::move(waiting.begin()->second);
    waiting.erase(waiting.begin());
    const auto found = clients.find(due.socket);
    if (found == clients.end() || found->second.serial != due.serial) continue;
    Client& client = found->second;
    Answer(client, std::move(due.response));
    const bool alive = !client.connection->busy && client.connection->Flush();
    Continue(due.socket, client, alive);
  }
}

int Server::Impl::MillisecondsToNext() const {
  if (waiting.empty()) return -1;
  const Duration left = waiting.begin()->first - Boottime::now();
  return static_cast<int>(std::max<int64_t>(0, left.count()));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::Listen(Options options,
                                               Respond respond) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->respond = std::move(respond);
  if (auto opened = impl->Open(); !opened) return opened.error();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const { return PortOf(impl_->plain); }
int Server::tls_port() const { return PortOf(impl_->secure); }

void Server::Run() {
  std::vector<epoll_event> events(512);
  while (!impl_->stopping) {
    const int count =
        epoll_wait(impl_->epoll, events.data(), static_cast<int>(events.size()),
                   impl_->MillisecondsToNext());
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == impl_->plain) {
        impl_->Accept(fd, nullptr);
      } else if (fd == impl_->secure) {
        impl_->Accept(fd, impl_->options.tls.get());
      } else if (fd != impl_->wake) {
        impl_->Serve(fd);
      }
    }
    impl_->SendDue();
  }
}

void Server::Stop() {
  impl_->stopping = true;
  const uint64_t one = 1;
  (void)!write(impl_->wake, &one, sizeof one);
}

}  // namespace newsmill::origin
