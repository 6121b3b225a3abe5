#include "app/cli/standard_streams.h"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace newsmill {

void EnsureStandardStreams() {
  constexpr std::array kAll = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
  for (const int descriptor : kAll) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // The wrong way round, so that each use is an error. open() gives the
    // lowest number that is free, which is this one.
    const int way = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", way) != descriptor) std::abort();
  }
}

}  // namespace newsmill
