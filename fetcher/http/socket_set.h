#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace newsmill {

// The descriptors that libcurl wants to hear of, on one epoll.
//
// libcurl forgets a connection at the end of a transfer and asks for it again
// at the next one. Such a descriptor stays registered, and is taken out only if
// it reports while nobody wants it: two system calls less per page. That is
// safe only for sockets whose opening and closing we see; others (libcurl's
// resolver threads open and close theirs unseen, and the number comes back for
// another file) are taken out at once.
class SocketSet {
 public:
  enum Interest : uint32_t { kNone = 0, kRead = 1, kWrite = 2 };
  struct Event {
    int fd = -1;
    int owner = 0;
    uint32_t ready = kNone;  // of Interest
    bool failed = false;
  };

  SocketSet();
  ~SocketSet();
  SocketSet(const SocketSet&) = delete;
  SocketSet& operator=(const SocketSet&) = delete;

  // A connection's socket was opened, or is about to be closed, by us.
  void Opened(int fd);
  void Closed(int fd);

  // `owner` comes back with the events.
  void Want(int fd, uint32_t interest, int owner = 0);

  // Waits up to that long; -1: for ever. Events of a Wake are swallowed.
  const std::vector<Event>& Wait(int timeout_ms);

  // Makes a waiting Wait return; from any thread.
  void Wake();

  // Sockets that were opened so far.
  uint64_t opened() const { return opened_; }
  // Calls of epoll_ctl so far.
  uint64_t control_calls() const { return control_calls_; }

 private:
  struct Entry {
    uint32_t wanted = kNone;
    uint32_t registered = kNone;
    bool ours = false;
    int owner = 0;
  };
  void Register(int fd, Entry& entry, uint32_t interest);

  int epoll_ = -1;
  int wake_ = -1;
  std::unordered_map<int, Entry> entries_;
  std::vector<Event> events_;
  uint64_t control_calls_ = 0;
  uint64_t opened_ = 0;
};

}  // namespace newsmill
