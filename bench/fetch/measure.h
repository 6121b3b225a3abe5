#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace newsmill::bench {

// What a piece of work used.
struct Usage {
  double cpu = 0;      // seconds, user and system, all threads
  double elapsed = 0;  // seconds
  double peak_mib = 0;
  int64_t pages = 0;

  double PerThousand() const {
    return pages == 0 ? 0 : cpu * 1000 / static_cast<double>(pages);
  }
};

// Runs `work`, which gives the number of pages, in a process of its own, so
// that nothing but it and its children counts.
Usage Measure(const std::function<int64_t()>& work);

// Runs a program without output; its exit code, 127 where it is not there.
int RunTool(const std::vector<std::string>& argv);

bool IsThere(const std::string& tool);

}  // namespace newsmill::bench
