#include "sink/task_trimmer.h"

#include <algorithm>

#include "core/flow/backlog_offsets.h"

namespace newsmill {
namespace {

// A store that is further behind says nothing yet.
constexpr Duration kStoreMayBeBehind = std::chrono::minutes(1);

}  // namespace

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

// Whatever was appended before that instant speaks of settled tasks; nullopt:
// the store has not read far enough to say so.
Result<std::optional<Timestamp>> TaskTrimmer::SettledBefore(
    const Topics& topics, Timestamp now) {
  // In this order, as above.
  const Result<Offsets> stored = reader_.NextOffsets();
  if (!stored) return stored.error();
  const Result<std::optional<Timestamp>> oldest = reader_.OldestOpen();
  if (!oldest) return oldest.error();
  const auto tasks = PartitionsOf(topics.tasks, topics);
  const Timestamp until =
      std::min(oldest->value_or(Timestamp::max()), now - kStoreMayBeBehind);
  const auto accepted = admin_.OffsetsForTime(tasks, until);
  if (!accepted) return accepted.error();
  for (const TopicPartition& partition : tasks) {
    const auto next = stored->find(partition);
    const int64_t read = next == stored->end() ? 0 : next->second;
    if (read < accepted->at(partition)) return std::optional<Timestamp>();
  }
  return std::optional<Timestamp>(until);
}

Result<Offsets> TaskTrimmer::TrimWaiting(
    const std::vector<TopicPartition>& partitions, const Topics& topics,
    const std::string& retry_group, Timestamp now) {
  std::vector<TopicPartition> backlog, retries;
  for (const TopicPartition& partition : partitions) {
    backlog.push_back({topics.backlog, partition.partition});
    for (const std::string& topic : topics.retries) {
      if (partition.partition < topics.PartitionsOf(topic)) {
        retries.push_back({topic, partition.partition});
      }
    }
  }
  const auto fetched = admin_.GroupOffsets(fetcher_group_, partitions);
  if (!fetched) return fetched.error();
  Offsets behind = BacklogOffsets(*fetched, topics);
  const auto forwarded = admin_.GroupOffsets(retry_group, retries);
  if (!forwarded) return forwarded.error();
  for (const auto& [partition, offset] : *forwarded) {
    behind[partition] = offset.next;
  }
  const auto settled = SettledBefore(topics, now);
  if (!settled) return settled.error();
  if (!*settled) return Offsets();
  return TrimTo(behind, **settled);
}

// Below these offsets, as far as it was appended before `until`.
Result<Offsets> TaskTrimmer::TrimTo(const Offsets& behind, Timestamp until) {
  std::vector<TopicPartition> all;
  for (const auto& [partition, offset] : behind) all.push_back(partition);
  if (all.empty()) return Offsets();
  const auto log = admin_.FetchWatermarks(all);
  if (!log) return log.error();
  const auto first_open = admin_.OffsetsForTime(all, until);
  if (!first_open) return first_open.error();
  Offsets before = behind;
  for (auto& [partition, offset] : before) {
    offset = std::min(offset, first_open->at(partition));
  }
  std::erase_if(before, [&](const auto& entry) {
    return entry.second <= log->at(entry.first).begin;
  });
  if (before.empty()) return before;
  const Result<void> deleted = admin_.DeleteRecords(before);
  if (!deleted) return deleted.error();
  return before;
}

}  // namespace newsmill
