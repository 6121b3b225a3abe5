#include "core/runtime/signals.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include <sys/eventfd.h>
#include <unistd.h>

namespace newsmill {
namespace {

std::atomic<bool> stop_requested{false};
// Made before a handler can run; a handler may not make it.
std::atomic<int> stop_descriptor{-1};

void Announce() {
  stop_requested.store(true);
  const uint64_t one = 1;
  // Fails only where the counter is full, and then it is readable already.
  [[maybe_unused]] const ssize_t written =
      write(stop_descriptor.load(), &one, sizeof(one));
}

// Only async-signal-safe calls.
void OnStopSignal(int signal_number) {
  if (stop_requested.load()) _exit(128 + signal_number);
  Announce();
}

}  // namespace

void InstallStopSignals() {
  StopFileDescriptor();
  struct sigaction action = {};
  action.sa_handler = OnStopSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  // A peer that hangs up is an error of one write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

bool StopRequested() { return stop_requested.load(); }

int StopFileDescriptor() {
  static const int made = [] {
    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) std::abort();
    stop_descriptor.store(descriptor);
    return descriptor;
  }();
  return made;
}

void RequestStop() {
  StopFileDescriptor();
  Announce();
}

}  // namespace newsmill
