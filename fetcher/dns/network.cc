#include "fetcher/dns/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace newsmill {
namespace {

// Connecting a datagram socket looks for a route and sends nothing.
bool HasRoute(const sockaddr* address, socklen_t size) {
  const int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool found = connect(fd, address, size) == 0;
  close(fd);
  return found;
}

}  // namespace

bool HasRouteOut() {
  // Documentation addresses stand for all that only a default route reaches.
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(9);
  inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
  if (HasRoute(reinterpret_cast<const sockaddr*>(&v4), sizeof v4)) return true;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(9);
  inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  return HasRoute(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

}  // namespace newsmill
