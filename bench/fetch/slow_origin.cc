#include "bench/fetch/slow_origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <deque>
#include <set>

#include "tests/support/process/free_port.h"

namespace newsmill::bench {
namespace {

using Clock = std::chrono::steady_clock;

const std::string& Answer() {
  static const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
      "1024\r\n\r\n" +
      std::string(1024, 'x');
  return answer;
}

// -1: somebody else has the port.
int Listen(const std::string& address, int port) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  if (bind(server, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
      listen(server, 4096) != 0) {
    close(server);
    return -1;
  }
  return server;
}

// A request is one read: the bench's clients send it in one piece.
[[noreturn]] void Serve(const std::set<int>& servers, Clock::duration delay) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int events = epoll_create1(0);
  const auto watch = [events](int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event);
  };
  for (const int server : servers) watch(server);
  std::deque<std::pair<Clock::time_point, int>> due;
  std::array<epoll_event, 512> ready{};
  std::array<char, 16 * 1024> request{};
  while (true) {
    const int count = epoll_wait(events, ready.data(), ready.size(), 5);
    const auto now = Clock::now();
    for (int i = 0; i < count; ++i) {
      const int from = ready[static_cast<size_t>(i)].data.fd;
      if (servers.contains(from)) {
        while (true) {
          const int client = accept4(from, nullptr, nullptr, SOCK_NONBLOCK);
          if (client < 0) break;
          watch(client);
        }
      } else if (read(from, request.data(), request.size()) > 0) {
        due.emplace_back(now + delay, from);
      } else {
        close(from);
      }
    }
    for (; !due.empty() && due.front().first <= now; due.pop_front()) {
      (void)!send(due.front().second, Answer().data(), Answer().size(),
                  MSG_NOSIGNAL);
    }
  }
}

}  // namespace

SlowOrigin::SlowOrigin(int addresses, std::chrono::milliseconds delay) {
  const int port = process::FreePort();
  std::set<int> servers;
  for (int i = 0; i < addresses; ++i) {
    const std::string address =
        "127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
    const int server = Listen(address, port);
    if (server < 0) break;
    servers.insert(server);
    addresses_.push_back(address + ":" + std::to_string(port));
  }
  if (std::ssize(addresses_) == addresses) child_ = fork();
  if (child_ == 0) Serve(servers, delay);
  for (const int server : servers) close(server);
}

SlowOrigin::~SlowOrigin() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

}  // namespace newsmill::bench
