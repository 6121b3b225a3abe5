#pragma once

#ifdef NEWSMILL_PLANTED_FAULTS
#include <csignal>
#include <cstdlib>
#include <cstring>
#endif

#include <string>

#include "core/flow/planted_fault.h"

// Where a test freezes a sink inside its transaction. In a build with
// NEWSMILL_PLANTED_FAULTS the variable NEWSMILL_FAULT_SINK_STOP names one point
// (before-begin, half-sent-flush, before-first-sync, after-sync), at which the
// process stops itself once with SIGSTOP; in every other build this is nothing.

namespace newsmill::postgres::planted {

enum class Point { kBeforeBegin, kHalfSentFlush, kBeforeFirstSync, kAfterSync };

#ifdef NEWSMILL_PLANTED_FAULTS

inline const char* Name(Point point) {
  switch (point) {
    case Point::kBeforeBegin:
      return "before-begin";
    case Point::kHalfSentFlush:
      return "half-sent-flush";
    case Point::kBeforeFirstSync:
      return "before-first-sync";
    case Point::kAfterSync:
      return "after-sync";
  }
  return "";
}

inline bool Stopped(bool now) {
  static bool stopped = false;
  const bool before = stopped;
  stopped = stopped || now;
  return before;
}

inline bool Wanted(Point point) {
  const char* wanted = std::getenv("NEWSMILL_FAULT_SINK_STOP");
  return wanted != nullptr && std::strcmp(wanted, Name(point)) == 0 &&
         !Stopped(false);
}

inline void StopAt(Point point) {
  if (!Wanted(point)) return;
  Stopped(true);
  std::raise(SIGSTOP);
}

inline void Replace(std::string* text, const std::string& what,
                    const std::string& by) {
  const size_t at = text->find(what);
  if (at != std::string::npos) text->replace(at, what.size(), by);
}

inline void Weaken(std::string* text) {
  if (planted_fault::Is("no-epoch")) {
    Replace(text, "AND epoch = $5", "AND epoch >= $5");
  }
  if (planted_fault::Is("silent-fence")) {
    Replace(text, "SELECT 1 / count(*)", "SELECT count(*)");
  }
  if (planted_fault::Is("another-cluster")) {
    Replace(text, "AND (cluster_id = $3 OR next IS NULL)", "");
  }
}

#else

inline void Weaken(std::string*) {}
inline bool Wanted(Point) { return false; }
inline void StopAt(Point) {}

#endif

}  // namespace newsmill::postgres::planted
