#pragma once

#include <chrono>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/base/time.h"

namespace newsmill {

// Memory for one run of a C library that has no limits of its own: nothing is
// freed before the end, and when the budget of bytes or time is used up, the
// library is left by longjmp. Time is the thread's own CPU time: how busy or
// how long frozen the machine is decides nothing. Of one thread.
class GuardedArena {
 public:
  enum class Stop : uint8_t { kNone, kBytes, kDeadline, kNoMemory };

  GuardedArena(size_t max_bytes, Duration deadline);

  GuardedArena(const GuardedArena&) = delete;
  GuardedArena& operator=(const GuardedArena&) = delete;

  // 16-byte aligned. Never returns null: jumps to `exit` instead, after `stop`
  // was set. Frames between hold no C++ objects.
  void* Allocate(size_t size);

  // Where Allocate jumps to; set by setjmp before the library is called.
  std::jmp_buf exit;
  Stop stop() const { return stop_; }
  size_t used() const { return used_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  void Refill(size_t size);
  [[noreturn]] void Leave(Stop stop);

  const size_t max_bytes_;
  const std::chrono::nanoseconds deadline_;
  std::vector<std::unique_ptr<void, Free>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t used_ = 0;
  uint32_t calls_ = 0;
  Stop stop_ = Stop::kNone;
};

}  // namespace newsmill
