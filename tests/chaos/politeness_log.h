#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill::chaos {

// One request, as the origin that answered it saw it.
struct Asked {
  int64_t came_ms = 0;      // since 1970
  int64_t answered_ms = 0;  // before the answer's first byte left
  std::string host;
  std::string path;
  std::string agent;  // which fetcher
  int status = 0;
  int64_t retry_after_s = 0;  // what the answer said; 0: nothing
};

// What the site owners ask for.
struct Manners {
  Duration delay{0};  // between an answer and the next request
  int concurrency = 1;
  bool robots_first = false;
};

// What was done against them.
struct Violations {
  int64_t askers = 0;       // two fetchers at one host at the same time
  int64_t delay = 0;        // asked before the delay was over
  int64_t concurrency = 0;  // more requests at a time than allowed
  int64_t retry_after = 0;  // asked before the host's own time
  int64_t robots = 0;       // a page before robots.txt
  std::vector<std::string> examples;

  int64_t all() const {
    return askers + delay + concurrency + retry_after + robots;
  }
  // "0 violations: askers 0, delay 0, …", and the examples.
  std::string ToString() const;
};

// A file of one JSON object a line, as the origin writes it. kCorrupt names the
// line.
Result<std::vector<Asked>> ReadAccessLog(const std::string& file);
std::string ToLine(const Asked& asked);

// Judges by the origin's log alone: nothing that the fetchers say counts.
Violations Judge(std::vector<Asked> log, const Manners& manners);

}  // namespace newsmill::chaos
