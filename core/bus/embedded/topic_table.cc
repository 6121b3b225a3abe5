#include "core/bus/embedded/topic_table.h"

#include <algorithm>
#include <utility>

#include "core/bus/embedded/header_codec.h"
#include "core/bus/embedded/log_file.h"

namespace newsmill::embedded {
namespace {

TopicInfo ReadTopic(const Query& query) {
  TopicInfo topic;
  topic.name = query.Text(0);
  topic.partitions = static_cast<int32_t>(query.Int(1));
  topic.compacted = query.Int(3) != 0;
  topic.max_message_bytes = query.Int(4);
  if (!query.IsNull(2)) topic.retention = Duration(query.Int(2));
  return topic;
}

Timestamp FromMilliseconds(int64_t count) { return Timestamp(Duration(count)); }

}  // namespace

std::optional<PartitionRow> FindPartition(Connection& db,
                                          const TopicPartition& partition) {
  Query query = db.Prepare(
      "SELECT id, begin_offset, next_offset, last_append_ms FROM partition"
      " WHERE topic = ? AND number = ?");
  query.Bind(partition.topic).Bind(static_cast<int64_t>(partition.partition));
  if (!query.Next()) return std::nullopt;
  return PartitionRow{query.Int(0), query.Int(1), query.Int(2),
                      FromMilliseconds(query.Int(3))};
}

Error UnknownPartition(const TopicPartition& partition) {
  return {Code::kNotFound, "the log has no partition " +
                               std::to_string(partition.partition) +
                               " of topic \"" + partition.topic + "\""};
}

Error UnknownTopic(const std::string& topic) {
  return {Code::kNotFound, "the log has no topic \"" + topic + "\""};
}

std::optional<TopicInfo> FindTopic(Connection& db, const std::string& name) {
  Query query = db.Prepare(
      "SELECT name, partitions, retention_ms, compacted, max_message_bytes"
      " FROM topic WHERE name = ?");
  if (!query.Bind(name).Next()) return std::nullopt;
  return ReadTopic(query);
}

std::vector<TopicInfo> ReadTopics(Connection& db) {
  std::vector<TopicInfo> topics;
  Query query = db.Prepare(
      "SELECT name, partitions, retention_ms, compacted, max_message_bytes"
      " FROM topic ORDER BY name");
  while (query.Next()) topics.push_back(ReadTopic(query));
  return topics;
}

void AppendRecord(Connection& db, PartitionRow& row, const Record& record,
                  Timestamp now) {
  // The log's clock never runs backwards within a partition, whatever the
  // machine's does; so times can be looked up by bisection.
  row.last_append = std::max(row.last_append, now);
  const std::string headers = EncodeHeaders(record.headers);
  Query query = db.Prepare("INSERT INTO record VALUES (?, ?, ?, ?, ?)");
  query.Bind(RecordId(row.id, row.next))
      .Bind(row.last_append.time_since_epoch().count())
      .BindBlob(record.key);
  if (record.headers.empty()) {
    query.BindNull();
  } else {
    query.BindBlob(std::string_view(headers));
  }
  query.BindBlob(std::string_view(record.value)).Run();
  ++row.next;
}

void StorePartition(Connection& db, const PartitionRow& row) {
  db.Prepare(
        "UPDATE partition SET next_offset = ?, last_append_ms = ? WHERE id = ?")
      .Bind(row.next)
      .Bind(row.last_append.time_since_epoch().count())
      .Bind(row.id)
      .Run();
}

int64_t ReadRecords(Connection& db, const TopicPartition& partition,
                    const PartitionRow& row, int64_t offset, size_t max,
                    int64_t& budget, std::vector<Message>& messages) {
  Query query = db.Prepare(
      "SELECT id, append_ms, key, headers, value FROM record"
      " WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
  query.Bind(RecordId(row.id, offset))
      .Bind(RecordId(row.id, row.next))
      .Bind(static_cast<int64_t>(max));
  size_t count = 0;
  while ((messages.empty() || budget > 0) && query.Next()) {
    ++count;
    Message& message = messages.emplace_back();
    message.topic = partition.topic;
    message.partition = partition.partition;
    message.offset = OffsetOf(query.Int(0));
    message.append_time = FromMilliseconds(query.Int(1));
    message.key = query.OptionalText(2);
    message.headers = DecodeHeaders(query.Text(3));
    message.value = query.Text(4);
    budget -= static_cast<int64_t>(message.value.size()) + 1;
    offset = message.offset + 1;
  }
  const bool exhausted = count < max && budget > 0;
  return exhausted ? row.next : offset;
}

int64_t OffsetForTime(Connection& db, const PartitionRow& row, Timestamp time) {
  const int64_t wanted = time.time_since_epoch().count();
  int64_t low = row.begin;
  int64_t high = row.next;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    // Offsets may have holes: the first record at or after `middle`.
    Query query = db.Prepare(
        "SELECT id, append_ms FROM record WHERE id >= ? AND id < ?"
        " ORDER BY id LIMIT 1");
    query.Bind(RecordId(row.id, middle)).Bind(RecordId(row.id, high));
    if (query.Next() && query.Int(1) < wanted) {
      low = OffsetOf(query.Int(0)) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

int64_t SizeOf(const Record& record) {
  size_t size = record.value.size();
  if (record.key) size += record.key->size();
  for (const Header& header : record.headers) {
    size += header.name.size() + header.value.size();
  }
  return static_cast<int64_t>(size);
}

}  // namespace newsmill::embedded
