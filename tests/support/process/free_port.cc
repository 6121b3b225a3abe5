#include "tests/support/process/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <utility>

namespace newsmill::process {
namespace {

constexpr int kLowest = 10000;
constexpr int kHighest = 65535;

// The first and last port of the kernel's own range.
std::pair<int, int> OutgoingPorts() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  int first = 32768;
  int last = 60999;
  file >> first >> last;
  return {first, last};
}

// A socket that holds the port, or -1 where another has it.
int Hold(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

}  // namespace

std::vector<int> FreePorts(int count) {
  const auto [first, last] = OutgoingPorts();
  // On a machine that gives every port away none is better than another.
  const bool avoid = first > kLowest || last < kHighest;
  std::random_device random;
  std::uniform_int_distribution<int> any(kLowest, kHighest);
  std::vector<int> held;
  std::vector<int> ports;
  while (static_cast<int>(ports.size()) < count) {
    const int port = any(random);
    if (avoid && port >= first && port <= last) continue;
    const int fd = Hold(port);
    if (fd < 0) continue;
    held.push_back(fd);
    ports.push_back(port);
  }
  for (const int fd : held) close(fd);
  return ports;
}

int FreePort() { return FreePorts(1).front(); }

}  // namespace newsmill::process
