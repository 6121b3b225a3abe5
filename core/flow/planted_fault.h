#pragma once

// Faults for the test of the tests, in a build with NEWSMILL_PLANTED_FAULTS and
// by the variable NEWSMILL_PLANTED_FAULT, which names one or, with commas,
// some. No other build contains them.
//
// commit-before-produce: commits a record before what came of it is on the log,
// and then holds the outputs back for half a second. A process that is killed
// in between has lost a task, and the audit must say so.
//
// crash-on-page: a page with the words "crash the parser" aborts the process
// that parses it.
//
// no-crash-guard: a parser does not remember what was in hand when it ended; a
// planted page ends it again and again.
//
// no-epoch: a sink's fence does not ask who owns the partition, only where its
// offset stands. silent-fence: it is an UPDATE, and that of no row is no error.
// Triggers on the tables must show rows of a sink that was thawed.
//
// one-version: an outcome raises the version that articles are held against. An
// article that was overtaken by one is missing.
//
// another-cluster: a sink goes on at its offset whatever log that was of.
//
// no-version-guard: a sink writes whatever arrives last. A trigger on the table
// must show it.
//
// no-delay, forgotten-delay, two-owners: hosts are asked without a delay;
// neither the delay nor what was learned of a host is kept when a partition
// changes hands; retries are fetched by the owner of another partition. The
// hosts' own log must show each.

#ifdef NEWSMILL_PLANTED_FAULTS

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "core/bus/bus.h"
#include "core/runtime/log.h"

namespace newsmill::planted_fault {

inline bool Is(std::string_view fault) {
  const char* wanted = std::getenv("NEWSMILL_PLANTED_FAULT");
  std::string_view left = wanted == nullptr ? "" : wanted;
  while (!left.empty()) {
    const size_t comma = left.find(',');
    if (left.substr(0, comma) == fault) return true;
    left.remove_prefix(comma == left.npos ? left.size() : comma + 1);
  }
  return false;
}

// `commit` counts the record as settled, commits, and gives what is committed.
template <typename CommitFunction>
void CommitBeforeProduce(const Message& message, CommitFunction commit) {
  if (!Is("commit-before-produce")) return;
  if (commit() <= message.offset) return;  // an older one is in hand
  log::Warn("committed", {{"topic", message.topic},
                          {"partition", message.partition},
                          {"offset", message.offset}});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

}  // namespace newsmill::planted_fault

#endif
