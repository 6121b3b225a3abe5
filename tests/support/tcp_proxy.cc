#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/process/free_port.h"

namespace newsmill::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Time = steady_clock::time_point;

constexpr size_t kPiece = 16 * 1024;
// Of one direction; who sends more has to wait, as with any network.
constexpr size_t kMostQueued = 512 * 1024;
constexpr int64_t kPiecesPerSecond = 10;  // of a narrow connection

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket() { Close(); }
  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  // The other side gets a reset.
  void Reset() {
    if (fd_ < 0) return;
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Close();
  }

 private:
  int fd_;
};

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// On one machine a connection is made or refused at once.
Socket ConnectTo(const std::string& server) {
  int done = -1;
  Socket made;
  if (server.starts_with('/')) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (server.size() >= sizeof address.sun_path) return Socket();
    std::memcpy(address.sun_path, server.c_str(), server.size() + 1);
    made = Socket(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    done = connect(made.fd(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address);
  } else {
    const sockaddr_in address = Loopback(std::atoi(server.c_str()));
    made = Socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    done = connect(made.fd(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address);
    if (done == 0) SendAtOnce(made.fd());
  }
  if (done != 0) return Socket();
  fcntl(made.fd(), F_SETFL, O_NONBLOCK);
  return made;
}

// What was read of one side and is still to be written to the other.
struct Direction {
  struct Piece {
    Time due;
    std::string bytes;
  };
  std::deque<Piece> pieces;
  size_t queued = 0;
  Time not_before{};   // of the next write, where it is narrow
  bool ended = false;  // nothing more comes
};

struct Connection {
  Socket client, server;
  Direction up, down;  // to the server, to the client
  bool half_open = false;
  bool keeps_back = false;
  std::string tail;  // of what the server said, for KeepBack
};

}  // namespace

class TcpProxy::Impl {
 public:
  Result<void> Listen();
  void Run();
  void Wake() const {
    const uint64_t one = 1;
    // A full counter wakes as well.
    static_cast<void>(write(wake_.fd(), &one, sizeof one));
  }

  int port = 0;
  std::atomic<bool> stop{false};
  std::thread thread;
  mutable std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  std::string server;
  Weather weather;
  bool cut = false, half_open = false;
  std::string mark;  // of KeepBack; empty: nothing
  bool mark_seen = false;
  int64_t orders = 0, obeyed = 0;
  size_t standing = 0;

  // Gives the thread an order, and returns when it is obeyed.
  template <typename Order>
  void Tell(Order order) {
    std::unique_lock lock(mutex);
    order();
    const int64_t mine = ++orders;
    Wake();
    changed.wait(lock, [&] { return obeyed >= mine; });
  }

 private:
  void Obey();
  void Accept();
  void PollAll();
  bool ReadFrom(Socket& from, Direction& direction, Connection* answers);
  bool WriteTo(Socket& to, Direction& direction);
  bool Move(Connection& connection, short of_client, short of_server);
  // Whether the server's bytes from now on are kept back.
  bool Keeps(Connection& connection, const std::string& bytes);

  Socket listener_, wake_;
  std::list<Connection> connections_;  // of the thread
  Weather now_;                        // of the thread
};

Result<void> TcpProxy::Impl::Listen() {
  port = process::FreePort();
  listener_ =
      Socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  wake_ = Socket(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const int on = 1;
  setsockopt(listener_.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = Loopback(port);
  if (!wake_.open() ||
      bind(listener_.fd(), reinterpret_cast<const sockaddr*>(&address),
           sizeof address) != 0 ||
      listen(listener_.fd(), 128) != 0) {
    return Error{Code::kUnavailable,
                 std::string("a proxy cannot listen: ") + strerror(errno)};
  }
  return {};
}

void TcpProxy::Impl::Run() {
  while (!stop) {
    Obey();
    PollAll();
  }
}

void TcpProxy::Impl::Obey() {
  const std::lock_guard lock(mutex);
  now_ = weather;
  if (std::exchange(cut, false)) {
    for (Connection& connection : connections_) {
      connection.client.Reset();
      connection.server.Reset();
    }
    connections_.clear();
  }
  if (std::exchange(half_open, false)) {
    for (Connection& connection : connections_) {
      connection.half_open = true;
      connection.server.Reset();
    }
  }
  standing = connections_.size();
  obeyed = orders;
  changed.notify_all();
}

void TcpProxy::Impl::Accept() {
  while (true) {
    Socket client(accept4(listener_.fd(), nullptr, nullptr,
                          SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client.open()) return;
    SendAtOnce(client.fd());
    std::string to;
    {
      const std::lock_guard lock(mutex);
      to = server;
    }
    Connection connection;
    if (!now_.closed) connection.server = ConnectTo(to);
    if (!connection.server.open()) {
      client.Reset();
      continue;
    }
    connection.client = std::move(client);
    connections_.push_back(std::move(connection));
  }
}

bool TcpProxy::Impl::Keeps(Connection& connection, const std::string& bytes) {
  const std::lock_guard lock(mutex);
  if (mark.empty()) return false;
  const std::string seen = connection.tail + bytes;
  if (seen.find(mark) == std::string::npos) {
    connection.tail =
        seen.substr(seen.size() - std::min(seen.size(), mark.size() - 1));
    return false;
  }
  mark.clear();
  mark_seen = true;
  changed.notify_all();
  return true;
}

// False: the side is gone.
bool TcpProxy::Impl::ReadFrom(Socket& from, Direction& direction,
                              Connection* answers) {
  std::string bytes(kPiece, '\0');
  const ssize_t got = recv(from.fd(), bytes.data(), bytes.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) {
    direction.ended = true;
    return true;
  }
  bytes.resize(static_cast<size_t>(got));
  if (answers != nullptr && !answers->keeps_back) {
    answers->keeps_back = Keeps(*answers, bytes);
  }
  if (answers != nullptr && answers->keeps_back) return true;
  const auto delay = answers != nullptr ? now_.delay : milliseconds(0);
  direction.queued += bytes.size();
  direction.pieces.push_back({steady_clock::now() + delay, std::move(bytes)});
  return true;
}

bool TcpProxy::Impl::WriteTo(Socket& to, Direction& direction) {
  while (!direction.pieces.empty()) {
    const Time now = steady_clock::now();
    Direction::Piece& piece = direction.pieces.front();
    if (piece.due > now || direction.not_before > now) return true;
    size_t most = piece.bytes.size();
    if (now_.bytes_per_second > 0) {
      most = std::min(
          most, static_cast<size_t>(now_.bytes_per_second / kPiecesPerSecond));
      direction.not_before = now + milliseconds(1000 / kPiecesPerSecond);
    }
    const ssize_t sent = send(to.fd(), piece.bytes.data(), most, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    direction.queued -= static_cast<size_t>(sent);
    piece.bytes.erase(0, static_cast<size_t>(sent));
    if (piece.bytes.empty()) direction.pieces.pop_front();
  }
  if (direction.ended) shutdown(to.fd(), SHUT_WR);
  return true;
}

// False: the connection is over.
bool TcpProxy::Impl::Move(Connection& connection, short of_client,
                          short of_server) {
  constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
  if ((of_client & kReadable) != 0 && !connection.up.ended &&
      !ReadFrom(connection.client, connection.up, nullptr)) {
    return false;
  }
  if (connection.half_open) {
    connection.up = Direction();  // goes nowhere
    return (of_client & (POLLHUP | POLLERR)) == 0;
  }
  if ((of_server & kReadable) != 0 && !connection.down.ended &&
      !ReadFrom(connection.server, connection.down, &connection)) {
    return false;
  }
  if (!WriteTo(connection.server, connection.up)) return false;
  if (!WriteTo(connection.client, connection.down)) return false;
  const bool through = connection.down.ended && connection.down.pieces.empty();
  return !through || connection.keeps_back;
}

void TcpProxy::Impl::PollAll() {
  std::vector<pollfd> fds = {{listener_.fd(), POLLIN, 0},
                             {wake_.fd(), POLLIN, 0}};
  const Time now = steady_clock::now();
  Time next = now + milliseconds(500);
  const auto wants = [&](const Direction& reads, const Direction& writes) {
    short events = 0;
    if (!reads.ended && reads.queued < kMostQueued) events |= POLLIN;
    if (!writes.pieces.empty()) {
      const Time due = std::max(writes.pieces.front().due, writes.not_before);
      if (due <= now) events |= POLLOUT;
      if (due > now) next = std::min(next, due);
    }
    return events;
  };
  for (const Connection& c : connections_) {
    // poll passes over what is negative. One that has ended is at its end for
    // good, which nobody wants to hear again and again.
    const short up = wants(c.up, c.down), down = wants(c.down, c.up);
    fds.push_back({up == 0 ? -1 : c.client.fd(), up, 0});
    fds.push_back({down == 0 ? -1 : c.server.fd(), down, 0});
  }
  const auto wait = std::chrono::ceil<milliseconds>(next - now).count();
  if (poll(fds.data(), fds.size(), static_cast<int>(wait)) < 0) return;
  uint64_t count = 0;
  if (fds[1].revents != 0) {
    static_cast<void>(read(wake_.fd(), &count, sizeof count));
  }
  size_t at = 2;
  for (auto c = connections_.begin(); c != connections_.end(); at += 2) {
    if (Move(*c, fds[at].revents, fds[at + 1].revents)) {
      ++c;
    } else {
      c->client.Reset();
      c->server.Reset();
      c = connections_.erase(c);
    }
  }
  if (fds[0].revents != 0) Accept();
}

TcpProxy::TcpProxy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<TcpProxy>> TcpProxy::Start(const std::string& server) {
  auto impl = std::make_unique<Impl>();
  impl->server = server;
  if (auto listens = impl->Listen(); !listens) return listens.error();
  impl->thread = std::thread([impl = impl.get()] { impl->Run(); });
  return std::unique_ptr<TcpProxy>(new TcpProxy(std::move(impl)));
}

TcpProxy::~TcpProxy() {
  impl_->stop = true;
  impl_->Wake();
  impl_->thread.join();
}

int TcpProxy::port() const { return impl_->port; }

void TcpProxy::SetServer(const std::string& server) {
  const std::lock_guard lock(impl_->mutex);
  impl_->server = server;
}

void TcpProxy::Set(const Weather& weather) {
  impl_->Tell([&] { impl_->weather = weather; });
}

void TcpProxy::Cut() {
  impl_->Tell([&] { impl_->cut = true; });
}

void TcpProxy::HalfOpen() {
  impl_->Tell([&] { impl_->half_open = true; });
}

void TcpProxy::KeepBack(const std::string& bytes) {
  const std::lock_guard lock(impl_->mutex);
  impl_->mark = bytes;
  impl_->mark_seen = false;
}

Result<void> TcpProxy::AwaitKeptBack(Duration deadline) {
  std::unique_lock lock(impl_->mutex);
  if (impl_->changed.wait_for(lock, deadline,
                              [this] { return impl_->mark_seen; })) {
    return {};
  }
  impl_->mark.clear();
  return Error{Code::kTimedOut, "the server has not said it"};
}

int TcpProxy::connections() const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<int>(impl_->standing);
}

}  // namespace newsmill::testing
