#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/config.h"

namespace newsmill {

// The names of the topics, with the prefix of the configuration; two prefixes
// are two crawlers on one log. Immutable after construction.
struct Topics {
  Topics(const BusConfig& config, const std::vector<Duration>& retry_delays);

  std::string tasks;
  std::string backlog;               // as many partitions as `tasks`
  std::vector<std::string> retries;  // one per delay, in the order given
  std::string hosts;                 // compacted; partitions as `tasks`
  std::string control;               // compacted; one partition
  std::string seen;                  // as `hosts`, kept as long as `pages`
  std::string revisits;              // as `hosts`
  std::string replays;               // compacted; one partition
  std::string pages;
  std::string articles;
  std::string articles_replay;
  std::string outcomes;
  std::string dead;
  std::string fetch_log;  // empty: no log of attempts is kept

  // What `topics create` makes and `topics check` compares with.
  std::vector<TopicSpec> specs;

  // `tasks`, the backlog and the retry topics: whatever an age makes the log
  // forget of them is a task that is lost.
  std::vector<std::string> OfTasks() const;

  // Partition count of a topic of `specs`; ends the process for another name.
  int32_t PartitionsOf(const std::string& topic) const;
  // nullopt: for ever. Likewise.
  std::optional<Duration> RetentionOf(const std::string& topic) const;

 private:
  const TopicSpec& SpecOf(const std::string& topic) const;
};

}  // namespace newsmill
