#pragma once

// A fault for the test of the tests: a build with NEWSMILL_PLANTED_FAULTS and
// the variable NEWSMILL_PLANTED_FAULT=commit-before-produce commits a record
// before what came of it is on the log, and then holds the outputs back for
// half a second. A process that is killed in between has lost a task, and the
// audit must say so. No other build contains this.

#ifdef NEWSMILL_PLANTED_FAULTS

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "core/bus/bus.h"
#include "core/runtime/log.h"

namespace newsmill::planted_fault {

// `commit` counts the record as settled, commits, and gives what is committed.
template <typename CommitFunction>
void CommitBeforeProduce(const Message& message, CommitFunction commit) {
  const char* fault = std::getenv("NEWSMILL_PLANTED_FAULT");
  if (fault == nullptr || std::string_view(fault) != "commit-before-produce") {
    return;
  }
  if (commit() <= message.offset) return;  // an older one is in hand
  log::Warn("committed", {{"topic", message.topic},
                          {"partition", message.partition},
                          {"offset", message.offset}});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

}  // namespace newsmill::planted_fault

#endif
