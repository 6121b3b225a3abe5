#pragma once

#include <sys/types.h>

#include <optional>

namespace newsmill::bench {

// What a process has used up to now, by the kernel's account (proc(5)).
struct ProcessUsage {
  double cpu_seconds = 0;    // user and system, all threads
  int64_t peak_rss_kib = 0;  // VmHWM
};

// nullopt: no such process.
std::optional<ProcessUsage> UsageOf(pid_t pid);

// Of a process and all its descendants that run now (PostgreSQL's backends).
ProcessUsage UsageOfTree(pid_t root);

// CPU seconds of the same, and of the children of `root` that have ended.
double CpuWithEnded(pid_t root);

}  // namespace newsmill::bench
