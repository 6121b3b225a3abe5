#include "fetcher/http/socket_set.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace newsmill {
namespace {

uint32_t ToEpoll(uint32_t interest) {
  uint32_t events = 0;
  if ((interest & SocketSet::kRead) != 0) events |= EPOLLIN;
  if ((interest & SocketSet::kWrite) != 0) events |= EPOLLOUT;
  return events;
}

}  // namespace

SocketSet::SocketSet()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // Without its two descriptors the process has not even started.
  if (epoll_ < 0 || wake_ < 0) std::abort();
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

SocketSet::~SocketSet() {
  close(wake_);
  close(epoll_);
}

void SocketSet::Opened(int fd) {
  ++opened_;
  // Whatever had this number is gone, and the kernel forgot it.
  entries_[fd] = Entry{kNone, kNone, true, 0};
}

void SocketSet::Closed(int fd) { entries_.erase(fd); }

void SocketSet::Want(int fd, uint32_t interest, int owner) {
  Entry& entry = entries_[fd];
  entry.wanted = interest;
  entry.owner = owner;
  if (interest == kNone) {
    if (entry.ours) return;
    Register(fd, entry, kNone);
    entries_.erase(fd);
    return;
  }
  if (entry.registered != interest) Register(fd, entry, interest);
}

void SocketSet::Register(int fd, Entry& entry, uint32_t interest) {
  if (entry.registered == interest) return;
  int operation = EPOLL_CTL_MOD;
  if (interest == kNone) {
    operation = EPOLL_CTL_DEL;
  } else if (entry.registered == kNone) {
    operation = EPOLL_CTL_ADD;
  }
  epoll_event event{};
  event.events = ToEpoll(interest);
  event.data.fd = fd;
  ++control_calls_;
  if (epoll_ctl(epoll_, operation, fd, &event) != 0 && errno == EEXIST) {
    epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  }
  entry.registered = interest;
}

const std::vector<SocketSet::Event>& SocketSet::Wait(int timeout_ms) {
  events_.clear();
  std::array<epoll_event, 256> ready;
  const int count = epoll_wait(epoll_, ready.data(),
                               static_cast<int>(ready.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const int fd = ready[i].data.fd;
    if (fd == wake_) {
      uint64_t ignored = 0;
      // Non-blocking; an empty counter is as good as a read one.
      (void)!read(wake_, &ignored, sizeof ignored);
      continue;
    }
    const auto found = entries_.find(fd);
    if (found == entries_.end()) continue;
    if (found->second.wanted == kNone) {
      // An idle connection that the server closed.
      Register(fd, found->second, kNone);
      continue;
    }
    Event event{fd, found->second.owner, kNone,
                (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0};
    if ((ready[i].events & EPOLLIN) != 0) event.ready |= kRead;
    if ((ready[i].events & EPOLLOUT) != 0) event.ready |= kWrite;
    events_.push_back(event);
  }
  return events_;
}

void SocketSet::Wake() {
  const uint64_t one = 1;
  (void)!write(wake_, &one, sizeof one);
}

}  // namespace newsmill
