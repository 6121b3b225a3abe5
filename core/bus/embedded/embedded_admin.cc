#include "core/bus/embedded/embedded_admin.h"

#include <optional>

#include "core/bus/embedded/group.h"
#include "core/bus/embedded/retention.h"
#include "core/bus/embedded/topic_table.h"

namespace newsmill::embedded {
namespace {

// As an untouched Kafka broker: what fits here fits there.
constexpr int64_t kDefaultMaxMessageBytes = 1048588;
// SQLite takes 1 GB; memory is the bound.
constexpr int64_t kLargestMaxMessageBytes = int64_t{64} << 20;

Result<void> CheckSpec(const TopicSpec& spec) {
  const int64_t max = spec.max_message_bytes.value_or(kDefaultMaxMessageBytes);
  if (spec.name.empty() || spec.partitions < 1 || max < 1 ||
      max > kLargestMaxMessageBytes) {
    return Error{Code::kInvalidArgument,
                 "topic \"" + spec.name + "\" with " +
                     std::to_string(spec.partitions) +
                     " partitions and records of up to " + std::to_string(max) +
                     " bytes cannot be made; expected a name, at least 1 "
                     "partition and at most " +
                     std::to_string(kLargestMaxMessageBytes) + " bytes"};
  }
  return {};
}

Result<void> CheckSame(const TopicSpec& spec, const TopicInfo& existing) {
  if (spec.partitions == existing.partitions) return {};
  return Error{Code::kBadConfiguration,
               "topic \"" + spec.name + "\" exists with " +
                   std::to_string(existing.partitions) +
                   " partitions; expected " + std::to_string(spec.partitions)};
}

void InsertTopic(Connection& db, const TopicSpec& spec) {
  std::optional<int64_t> retention;
  if (spec.retention) retention = spec.retention->count();
  db.Prepare("INSERT INTO topic VALUES (?, ?, ?, ?, ?)")
      .Bind(spec.name)
      .Bind(static_cast<int64_t>(spec.partitions))
      .Bind(retention)
      .Bind(static_cast<int64_t>(spec.compacted))
      .Bind(spec.max_message_bytes.value_or(kDefaultMaxMessageBytes))
      .Run();
  for (int64_t i = 0; i < spec.partitions; ++i) {
    db.Prepare("INSERT INTO partition (topic, number) VALUES (?, ?)")
        .Bind(spec.name)
        .Bind(i)
        .Run();
  }
}

}  // namespace

Result<void> EmbeddedAdmin::Read(const LogFile::Body& body) {
  const std::lock_guard lock(mutex_);
  reader_->Execute("BEGIN");
  Result<void> result = body(*reader_);
  reader_->Execute("END");
  if (auto read = reader_->TakeError(); !read) result = read;
  if (reader_->InTransaction()) {
    reader_->Execute("ROLLBACK");
    static_cast<void>(reader_->TakeError());
  }
  return result;
}

Result<std::string> EmbeddedAdmin::ClusterId() {
  std::string id;
  auto read = Read([&](Connection& db) -> Result<void> {
    Query query =
        db.Prepare("SELECT value FROM meta WHERE name = 'cluster_id'");
    if (query.Next()) id = query.Text(0);
    return {};
  });
  if (!read) return read.error();
  return id;
}

Result<void> EmbeddedAdmin::CreateTopic(const TopicSpec& spec) {
  if (auto checked = CheckSpec(spec); !checked) return checked;
  return log_.Write([&](Connection& db) -> Result<void> {
    const auto existing = FindTopic(db, spec.name);
    if (existing) return CheckSame(spec, *existing);
    InsertTopic(db, spec);
    return {};
  });
}

Result<std::vector<TopicInfo>> EmbeddedAdmin::ListTopics() {
  std::vector<TopicInfo> topics;
  auto read = Read([&](Connection& db) -> Result<void> {
    topics = ReadTopics(db);
    return {};
  });
  if (!read) return read.error();
  return topics;
}

Result<std::map<TopicPartition, Watermarks>> EmbeddedAdmin::FetchWatermarks(
    const std::vector<TopicPartition>& partitions) {
  std::map<TopicPartition, Watermarks> watermarks;
  auto read = Read([&](Connection& db) -> Result<void> {
    for (const TopicPartition& partition : partitions) {
      const auto row = FindPartition(db, partition);
      if (!row) return UnknownPartition(partition);
      watermarks[partition] = {row->begin, row->next};
    }
    return {};
  });
  if (!read) return read.error();
  return watermarks;
}

Result<Offsets> EmbeddedAdmin::OffsetsForTime(
    const std::vector<TopicPartition>& partitions, Timestamp time) {
  Offsets offsets;
  auto read = Read([&](Connection& db) -> Result<void> {
    for (const TopicPartition& partition : partitions) {
      const auto row = FindPartition(db, partition);
      if (!row) return UnknownPartition(partition);
      offsets[partition] = OffsetForTime(db, *row, time);
    }
    return {};
  });
  if (!read) return read.error();
  return offsets;
}

Result<CommittedOffsets> EmbeddedAdmin::GroupOffsets(
    const std::string& group, const std::vector<TopicPartition>& partitions) {
  CommittedOffsets offsets;
  auto read = Read([&](Connection& db) -> Result<void> {
    offsets = ReadCommitted(db, group, partitions);
    return {};
  });
  if (!read) return read.error();
  return offsets;
}

Result<void> EmbeddedAdmin::DeleteRecords(const Offsets& before) {
  return TrimLog(log_, before);
}

}  // namespace newsmill::embedded
