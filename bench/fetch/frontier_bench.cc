#include "bench/fetch/frontier_bench.h"

#include <ctime>
#include <string>
#include <vector>

#include "fetcher/frontier/frontier.h"

namespace newsmill::bench {
namespace {

double CpuNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 +
         static_cast<double>(now.tv_nsec);
}

}  // namespace

double NanosecondsPerPick(int64_t hosts) {
  constexpr int64_t kPerHost = 4;
  constexpr Duration kDelay = std::chrono::milliseconds(10);
  Frontier frontier([kDelay](const std::string&) {
    return HostLimits{kDelay, 1};
  });
  const Instant start{std::chrono::hours(1)};
  std::vector<std::string> names;
  for (int64_t i = 0; i < hosts; ++i) {
    names.push_back("host" + std::to_string(i) + ".example");
  }
  for (int64_t i = 0; i < hosts * kPerHost; ++i) {
    frontier.Push(names[static_cast<size_t>(i % hosts)], 0, Instant{},
                  static_cast<FetchId>(i));
  }
  double used = 0;
  int64_t picks = 0;
  for (Instant now = start; picks < hosts * kPerHost; now += kDelay) {
    const double before = CpuNanoseconds();
    while (const auto id = frontier.Pop(now)) {
      frontier.Finish(names[static_cast<size_t>(*id) % names.size()], now);
      ++picks;
    }
    used += CpuNanoseconds() - before;
  }
  return used / static_cast<double>(picks);
}

}  // namespace newsmill::bench
