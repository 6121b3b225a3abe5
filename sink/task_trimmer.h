#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "sink/store_reader.h"

namespace newsmill {

// Lets the log forget tasks that are done with: below the fetchers' committed
// offset, below the store's own, and below the first task without an outcome.
// `tasks` is kept by this and not by age, so a task that waits for weeks is
// still there, and so is one that got lost, for the audit to find.
//
// The backlog and the retry topics are trimmed as well: below what the fetchers
// have behind them, and only what was appended before the oldest open task was
// accepted, so that all it speaks of is settled.
class TaskTrimmer {
 public:
  // `fetcher_group` with its prefix. All outlive the trimmer.
  TaskTrimmer(Admin& admin, StoreReader& reader, std::string fetcher_group);

  // Trims these partitions of `tasks`; says up to where. A partition of which
  // one of the three is not known stays as it is.
  Result<Offsets> Trim(const std::vector<TopicPartition>& partitions);

  // The same for the topics on which tasks wait: their partitions of the same
  // numbers. `retry_group` with its prefix.
  Result<Offsets> TrimWaiting(const std::vector<TopicPartition>& partitions,
                              const Topics& topics,
                              const std::string& retry_group, Timestamp now);

 private:
  Admin& admin_;
  StoreReader& reader_;
  Result<std::optional<Timestamp>> SettledBefore(const Topics& topics,
                                                 Timestamp now);
  Result<Offsets> TrimTo(const Offsets& behind, Timestamp until);

  const std::string fetcher_group_;
};

}  // namespace newsmill
