#include "parser/html/arena.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace newsmill {
namespace {

constexpr size_t kFirstChunk = 64 << 10;
constexpr size_t kLargestChunk = 4 << 20;
constexpr size_t kAlignment = 16;
// Asking the time costs about as much as an allocation.
constexpr uint32_t kCallsPerLookAtTheClock = 256;

std::chrono::nanoseconds ThreadCpuTime() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

GuardedArena::GuardedArena(size_t max_bytes, Duration deadline)
    : exit{}, max_bytes_(max_bytes), deadline_(ThreadCpuTime() + deadline) {
  // Refill must not throw inside the C library's frames: the largest number of
  // chunks is known.
  chunks_.reserve(max_bytes / kFirstChunk + 64);
}

void* GuardedArena::Allocate(size_t size) {
  if (++calls_ % kCallsPerLookAtTheClock == 0 && ThreadCpuTime() >= deadline_) {
    Leave(Stop::kDeadline);
  }
  if (size > max_bytes_ - used_) Leave(Stop::kBytes);
  const size_t rounded =
      (std::max<size_t>(size, 1) + kAlignment - 1) & ~(kAlignment - 1);
  if (rounded > left_) Refill(rounded);
  void* const memory = next_;
  next_ += rounded;
  left_ -= rounded;
  used_ = std::min(used_ + rounded, max_bytes_);
  return memory;
}

void GuardedArena::Refill(size_t size) {
  const size_t doubled = kFirstChunk << std::min<size_t>(chunks_.size(), 10);
  const size_t chunk = std::max(size, std::min(doubled, kLargestChunk));
  void* const memory = std::malloc(chunk);
  if (memory == nullptr || chunks_.size() == chunks_.capacity()) {
    std::free(memory);
    Leave(Stop::kNoMemory);
  }
  chunks_.emplace_back(memory);
  next_ = static_cast<char*>(memory);
  left_ = chunk;
}

void GuardedArena::Leave(Stop stop) {
  stop_ = stop;
  std::longjmp(exit, 1);
}

}  // namespace newsmill
