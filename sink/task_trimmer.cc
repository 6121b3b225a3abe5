#include "sink/task_trimmer.h"

#include <algorithm>

namespace newsmill {

TaskTrimmer::TaskTrimmer(Admin& admin, StoreReader& reader,
                         std::string fetcher_group)
    : admin_(admin),
      reader_(reader),
      fetcher_group_(std::move(fetcher_group)) {}

Result<Offsets> TaskTrimmer::Trim(
    const std::vector<TopicPartition>& partitions) {
  const auto fetched = admin_.GroupOffsets(fetcher_group_, partitions);
  if (!fetched) return fetched.error();
  // In this order: what stands below `stored` is in the ledger when the oldest
  // open task is looked for.
  const Result<Offsets> stored = reader_.NextOffsets();
  if (!stored) return stored.error();
  const Result<Offsets> unsettled = reader_.FirstUnsettled();
  if (!unsettled) return unsettled.error();
  const auto log = admin_.FetchWatermarks(partitions);
  if (!log) return log.error();

  Offsets before;
  for (const TopicPartition& partition : partitions) {
    const auto by_fetcher = fetched->find(partition);
    const auto by_store = stored->find(partition);
    if (by_fetcher == fetched->end() || by_store == stored->end()) continue;
    int64_t offset = std::min(by_fetcher->second.next, by_store->second);
    const auto open = unsettled->find(partition);
    if (open != unsettled->end()) offset = std::min(offset, open->second);
    if (offset > log->at(partition).begin) before[partition] = offset;
  }
  if (before.empty()) return before;
  const Result<void> deleted = admin_.DeleteRecords(before);
  if (!deleted) return deleted.error();
  return before;
}

}  // namespace newsmill
