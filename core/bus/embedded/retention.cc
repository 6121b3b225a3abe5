#include "core/bus/embedded/retention.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/bus/embedded/topic_table.h"
#include "core/runtime/log.h"

namespace newsmill::embedded {
namespace {

constexpr Duration kPause = std::chrono::minutes(1);
// A record that takes back what was said under its key.
constexpr Duration kTakenBackKept = std::chrono::hours(1);
// Of one transaction; some MB of pages.
constexpr int64_t kRemovedAtOnce = 256;

Result<void> MoveBeginnings(LogFile& log, const Offsets& before) {
  return log.Write([&](Connection& db) -> Result<void> {
    for (const auto& [partition, offset] : before) {
      const auto row = FindPartition(db, partition);
      if (!row) return UnknownPartition(partition);
      if (offset > row->next || offset < 0) {
        return Error{Code::kOutOfRange,
                     "cannot delete the records below offset " +
                         std::to_string(offset) + " of partition " +
                         std::to_string(partition.partition) + " of topic \"" +
                         partition.topic + "\", which ends at " +
                         std::to_string(row->next)};
      }
      db.Prepare(
            "UPDATE partition SET begin_offset = max(begin_offset, ?)"
            " WHERE id = ?")
          .Bind(offset)
          .Bind(row->id)
          .Run();
    }
    return {};
  });
}

// Removes some of what lies below the beginning; how many.
Result<int64_t> RemoveSome(LogFile& log, int64_t partition_id) {
  int64_t removed = 0;
  auto written = log.Write([&](Connection& db) -> Result<void> {
    db.Prepare(
          "DELETE FROM record WHERE id IN ("
          " SELECT r.id FROM record r, partition p WHERE p.id = ?1"
          " AND r.id >= ?2 AND r.id < ?2 + p.begin_offset"
          " ORDER BY r.id LIMIT ?3)")
        .Bind(partition_id)
        .Bind(RecordId(partition_id, 0))
        .Bind(kRemovedAtOnce)
        .Run();
    removed = db.Changes();
    return {};
  });
  if (!written) return written.error();
  return removed;
}

Result<void> RemoveBelowBeginning(LogFile& log, int64_t partition_id) {
  while (true) {
    const auto removed = RemoveSome(log, partition_id);
    if (!removed) return removed.error();
    if (*removed < kRemovedAtOnce) return {};
  }
}

struct Trimmable {
  TopicPartition partition;
  PartitionRow row;
  TopicInfo topic;
};

std::vector<Trimmable> ReadPartitions(Connection& db) {
  std::vector<Trimmable> partitions;
  for (const TopicInfo& topic : ReadTopics(db)) {
    for (int32_t i = 0; i < topic.partitions; ++i) {
      const TopicPartition partition{topic.name, i};
      const auto row = FindPartition(db, partition);
      if (row) partitions.push_back({partition, *row, topic});
    }
  }
  return partitions;
}

// The records of a compacted partition that a later one with the same key has
// replaced, and those that took back what was said, once everybody who reads
// along has seen them.
std::vector<int64_t> FindReplaced(Connection& db, const PartitionRow& row,
                                  Timestamp now) {
  std::vector<int64_t> replaced;
  std::unordered_map<std::string, int64_t> newest;
  const int64_t seen = (now - kTakenBackKept).time_since_epoch().count();
  Query query = db.Prepare(
      "SELECT id, key, length(value) = 0 AND append_ms < ?"
      " FROM record WHERE id >= ? AND id < ? ORDER BY id");
  query.Bind(seen);
  query.Bind(RecordId(row.id, row.begin)).Bind(RecordId(row.id, row.next));
  while (query.Next()) {
    if (query.IsNull(1)) continue;
    const int64_t id = query.Int(0);
    const auto known = newest.find(query.Text(1));
    if (known != newest.end()) {
      replaced.push_back(known->second);
      newest.erase(known);
    }
    if (query.Int(2) != 0) {
      replaced.push_back(id);
    } else {
      newest.emplace(query.Text(1), id);
    }
  }
  return replaced;
}

Result<void> Compact(LogFile& log, Connection& reader, const PartitionRow& row,
                     Timestamp now) {
  const std::vector<int64_t> replaced = FindReplaced(reader, row, now);
  if (auto read = reader.TakeError(); !read) return read;
  for (size_t at = 0; at < replaced.size(); at += kRemovedAtOnce) {
    auto written = log.Write([&](Connection& db) -> Result<void> {
      const size_t end = std::min<size_t>(at + kRemovedAtOnce, replaced.size());
      for (size_t i = at; i < end; ++i) {
        db.Prepare("DELETE FROM record WHERE id = ?").Bind(replaced[i]).Run();
      }
      return {};
    });
    if (!written) return written;
  }
  return {};
}

}  // namespace

Result<void> TrimLog(LogFile& log, const Offsets& before) {
  if (auto moved = MoveBeginnings(log, before); !moved) return moved;
  auto reader = log.OpenReader();
  if (!reader) return reader.error();
  for (const auto& [partition, offset] : before) {
    const auto row = FindPartition(**reader, partition);
    if (auto read = (*reader)->TakeError(); !read) return read;
    if (!row) return UnknownPartition(partition);
    if (auto removed = RemoveBelowBeginning(log, row->id); !removed) {
      return removed;
    }
  }
  return {};
}

Result<void> ApplyRetention(LogFile& log, Timestamp now) {
  auto reader = log.OpenReader();
  if (!reader) return reader.error();
  const std::vector<Trimmable> partitions = ReadPartitions(**reader);
  if (auto read = (*reader)->TakeError(); !read) return read;

  Offsets before;
  for (const auto& [partition, row, topic] : partitions) {
    if (!topic.retention) continue;
    const int64_t keep = OffsetForTime(**reader, row, now - *topic.retention);
    if (keep > row.begin) before[partition] = keep;
  }
  if (auto read = (*reader)->TakeError(); !read) return read;
  if (!before.empty()) {
    if (auto trimmed = TrimLog(log, before); !trimmed) return trimmed;
  }
  for (const auto& [partition, row, topic] : partitions) {
    if (!topic.compacted) continue;
    if (auto done = Compact(log, **reader, row, now); !done) return done;
  }
  return {};
}

RetentionThread::RetentionThread(LogFile& log)
    : log_(log), thread_([this] { RunUntilStopped(); }) {}

RetentionThread::~RetentionThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  thread_.join();
}

void RetentionThread::RunUntilStopped() {
  std::unique_lock lock(mutex_);
  while (!stop_changed_.wait_for(lock, kPause, [this] { return stop_; })) {
    lock.unlock();
    const auto applied = ApplyRetention(log_, Clock::System().Now());
    if (!applied) {
      log::Warn("Old records could not be removed from the log.",
                {{"error", applied.error().message}});
    }
    lock.lock();
  }
}

}  // namespace newsmill::embedded
