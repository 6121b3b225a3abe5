#pragma once

#include <random>

#include "core/base/time.h"

namespace newsmill {

// Growing delays for an infrastructure that is not there: doubled from `first`
// up to `most`, each with up to a fifth of jitter. Used by one thread.
class Backoff {
 public:
  Backoff(Duration first, Duration most);

  Duration Next();
  void Reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  Duration first_, most_;
  int failures_ = 0;
  std::minstd_rand random_;
};

}  // namespace newsmill
