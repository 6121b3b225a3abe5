#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/process_usage.h"
#include "core/base/result.h"
#include "tests/e2e/pipeline.h"

namespace newsmill::bench {

// One way through the pipeline: a log and a store.
struct Setup {
  std::string name;  // "embedded log + SQLite"
  std::string log_settings;
  SinkConfig store;
  // Broker and database, measured beside the workers.
  std::map<std::string, pid_t> services;
  // Commands to run before anything else (`topics create`).
  std::vector<std::vector<std::string>> prepare;
};

struct Measured {
  std::string name;
  int64_t pages = 0;
  double seconds = 0;  // from the workers' start to the last row
  std::map<std::string, ProcessUsage> stages;
  double origin_cpu_seconds = 0;
  // From a task's append to its row, one task at a time in an idle pipeline.
  std::vector<Duration> latencies;  // sorted
};

Result<Measured> Measure(const Setup& setup, const std::string& binary,
                         int64_t pages, int single_tasks);

void Print(const Measured& measured);

}  // namespace newsmill::bench
