#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace newsmill::bench {

// A server in a process of its own that answers every request after `delay`
// with a page of 1 KB, on so many loopback addresses; for thousands of requests
// that only wait. Ended by the destructor.
class SlowOrigin {
 public:
  SlowOrigin(int addresses, std::chrono::milliseconds delay);
  ~SlowOrigin();
  SlowOrigin(const SlowOrigin&) = delete;
  SlowOrigin& operator=(const SlowOrigin&) = delete;

  bool runs() const { return child_ > 0; }
  const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  pid_t child_ = -1;
  std::vector<std::string> addresses_;
};

}  // namespace newsmill::bench
