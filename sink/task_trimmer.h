#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "sink/store_reader.h"

namespace newsmill {

// Lets the log forget tasks that are done with: below the fetchers' committed
// offset, below the store's own, and below the first task without an outcome.
// `tasks` is kept by this and not by age, so a task that waits for weeks is
// still there, and so is one that got lost, for the audit to find.
class TaskTrimmer {
 public:
  // `fetcher_group` with its prefix. All outlive the trimmer.
  TaskTrimmer(Admin& admin, StoreReader& reader, std::string fetcher_group);

  // Trims these partitions of `tasks`; says up to where. A partition of which
  // one of the three is not known stays as it is.
  Result<Offsets> Trim(const std::vector<TopicPartition>& partitions);

 private:
  Admin& admin_;
  StoreReader& reader_;
  const std::string fetcher_group_;
};

}  // namespace newsmill
