#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/embedded/connection.h"

// Topics, partitions and records as rows. Errors stay with the connection.

namespace newsmill::embedded {

struct PartitionRow {
  int64_t id = 0;
  int64_t begin = 0;
  int64_t next = 0;
  Timestamp last_append{};
};

std::optional<PartitionRow> FindPartition(Connection& db,
                                          const TopicPartition& partition);
Error UnknownPartition(const TopicPartition& partition);
Error UnknownTopic(const std::string& topic);

std::optional<TopicInfo> FindTopic(Connection& db, const std::string& name);
std::vector<TopicInfo> ReadTopics(Connection& db);

// Writes the record at row->next, and moves the row on in memory;
// StorePartition writes it back.
void AppendRecord(Connection& db, PartitionRow& row, const Record& record,
                  Timestamp now);
void StorePartition(Connection& db, const PartitionRow& row);

// Up to `max` records from `offset` on, and no more bytes than `budget` after
// the first one; `budget` shrinks by what was read. The result is where to read
// on: past holes, too.
int64_t ReadRecords(Connection& db, const TopicPartition& partition,
                    const PartitionRow& row, int64_t offset, size_t max,
                    int64_t& budget, std::vector<Message>& messages);

// The first offset whose append time is at or after `time`, else row.next.
int64_t OffsetForTime(Connection& db, const PartitionRow& row, Timestamp time);

// What a record counts for against max_message_bytes.
int64_t SizeOf(const Record& record);

}  // namespace newsmill::embedded
