#include "core/runtime/signals.h"

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <poll.h>

namespace newsmill {
namespace {

bool Readable(int descriptor) {
  pollfd entry{descriptor, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

// Exit status 0 where all holds; each runs in a process of its own, because a
// stop cannot be taken back.
[[noreturn]] void ExitWith(bool holds) { std::_Exit(holds ? 0 : 1); }

TEST(SignalsDeathTest, TheFirstSignalAsksForADrain) {
  EXPECT_EXIT(
      {
        InstallStopSignals();
        const bool before = StopRequested() || Readable(StopFileDescriptor());
        std::raise(SIGTERM);
        ExitWith(!before && StopRequested() && Readable(StopFileDescriptor()));
      },
      testing::ExitedWithCode(0), "");
}

TEST(SignalsDeathTest, TheSecondSignalEndsTheProcessAtOnce) {
  EXPECT_EXIT(
      {
        InstallStopSignals();
        std::raise(SIGINT);
        std::raise(SIGINT);
        ExitWith(true);
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(SignalsDeathTest, AStopCanBeAskedForWithoutASignal) {
  EXPECT_EXIT(
      {
        RequestStop();
        ExitWith(StopRequested() && Readable(StopFileDescriptor()));
      },
      testing::ExitedWithCode(0), "");
}

TEST(SignalsDeathTest, AClosedPipeIsNoEnd) {
  EXPECT_EXIT(
      {
        InstallStopSignals();
        std::raise(SIGPIPE);
        ExitWith(true);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace newsmill
