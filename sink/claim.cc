#include "sink/claim.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/flow/planted_fault.h"
#include "sink/offset_standing.h"

namespace newsmill {
namespace {

Stopped Stop(const TopicPartition& partition, const std::string& why,
             const Claimed& claimed, const Watermarks& log) {
  return {fmt::format(
              "{}[{}]: {}. Nothing of it is read. `newsmill offsets show` "
              "says how all stand, `newsmill offsets adopt --from-time TIME` "
              "goes on from then, `newsmill offsets reset` from the beginning; "
              "rows that are there already stay as they are",
              partition.topic, partition.partition, why),
          std::clamp(claimed.next.value_or(log.begin), log.begin, log.end)};
}

// Reads one record of each partition, at the offsets given.
Result<std::map<TopicPartition, Message>> ReadOneEach(Bus& bus,
                                                      const Offsets& offsets,
                                                      Duration timeout) {
  std::map<TopicPartition, Message> found;
  if (offsets.empty()) return found;
  auto consumer = bus.NewConsumer({});
  if (!consumer) return consumer.error();
  const Result<void> assigned = (*consumer)->Assign(offsets);
  if (!assigned) return assigned.error();

  const Instant end = Clock::System().Uptime() + timeout;
  while (found.size() < offsets.size()) {
    const Duration left = end - Clock::System().Uptime();
    if (left <= Duration::zero())
      return Error{
          Code::kTimedOut,
          fmt::format("the last records of {} partitions could not be "
                      "read within {}",
                      offsets.size() - found.size(), FormatDuration(timeout))};
    auto messages = (*consumer)->Poll(offsets.size(), left);
    if (!messages) return messages.error();
    std::vector<TopicPartition> done;
    for (Message& message : *messages) {
      const TopicPartition partition = message.topic_partition();
      if (found.emplace(partition, std::move(message)).second)
        done.push_back(partition);
    }
    // What comes after the one record is of no interest here.
    const Result<void> paused = (*consumer)->Pause(done);
    if (!paused) return paused.error();
  }
  const Result<void> closed = (*consumer)->Close(timeout);
  if (!closed) return closed.error();
  return found;
}

// Stops those whose last record is not the one that the store remembers.
Result<void> CheckLastRecords(Bus& bus,
                              const std::map<TopicPartition, Claimed>& claimed,
                              const std::map<TopicPartition, Watermarks>& log,
                              Duration timeout, Claims& claims) {
  Offsets last;
  for (const auto& [partition, owned] : claims.owned) {
    const std::optional<RecordIdentity>& known = claimed.at(partition).last;
#ifdef NEWSMILL_PLANTED_FAULTS
    if (planted_fault::Is("another-cluster")) continue;
#endif
    if (known && known->offset >= log.at(partition).begin)
      last[partition] = known->offset;
  }
  const auto records = ReadOneEach(bus, last, timeout);
  if (!records) return records.error();
  for (const auto& [partition, record] : *records) {
    const RecordIdentity& expected = *claimed.at(partition).last;
    if (record.offset == expected.offset &&
        record.append_time == expected.append_time)
      continue;
    claims.owned.erase(partition);
    claims.stopped[partition] =
        Stop(partition,
             fmt::format("the store has read offset {} of {}, and the log "
                         "holds there offset {} of {}: the topic was made "
                         "again, or the database was restored from another",
                         expected.offset, FormatRfc3339(expected.append_time),
                         record.offset, FormatRfc3339(record.append_time)),
             claimed.at(partition), log.at(partition));
  }
  return {};
}

}  // namespace

std::string WhyNotOfThisLog(const std::optional<int64_t>& next,
                            const std::string& read_cluster,
                            const std::string& cluster_id,
                            const Watermarks& log) {
  if (!next) return {};
  if (read_cluster != cluster_id)
    return fmt::format("the store has read cluster {}, and this is {}",
                       read_cluster, cluster_id);
  if (*next > log.end)
    return fmt::format(
        "the store has read up to offset {}, and the log ends at {}: the topic "
        "was made again, or lost records",
        *next, log.end);
  if (*next < log.begin)
    return fmt::format(
        "the store has read up to offset {}, and the log begins at {}: records "
        "were deleted before they were read",
        *next, log.begin);
  return {};
}

Result<Claims> ClaimPartitions(Bus& bus, Store& store,
                               const std::vector<TopicPartition>& partitions,
                               Duration timeout) {
  const Result<std::string> cluster_id = bus.admin().ClusterId();
  if (!cluster_id) return cluster_id.error();
  const auto watermarks = bus.admin().FetchWatermarks(partitions);
  if (!watermarks) return watermarks.error();

  std::map<TopicPartition, Claimed> claimed;
  Claims claims;
  for (const TopicPartition& partition : partitions) {
    const Result<Claimed> row = store.Claim(partition, *cluster_id);
    if (!row) return row.error();
    claimed[partition] = *row;
#ifdef NEWSMILL_PLANTED_FAULTS
    if (planted_fault::Is("another-cluster")) {
      claims.owned[partition] = {row->epoch, row->next.value_or(0)};
      continue;
    }
#endif
    const Watermarks& log = watermarks->at(partition);
    if (const std::string why =
            WhyNotOfThisLog(row->next, row->cluster_id, *cluster_id, log);
        !why.empty())
      claims.stopped[partition] = Stop(partition, why, *row, log);
    else
      claims.owned[partition] = {row->epoch, row->next.value_or(log.begin)};
  }
  const Result<void> checked =
      CheckLastRecords(bus, claimed, *watermarks, timeout, claims);
  if (!checked) return checked.error();
  return claims;
}

}  // namespace newsmill
