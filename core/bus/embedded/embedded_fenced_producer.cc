#include "core/bus/embedded/embedded_fenced_producer.h"

#include <utility>

#include "core/bus/embedded/topic_table.h"

namespace newsmill::embedded {
namespace {

Result<void> Append(Connection& db, const Record& record, Timestamp now) {
  if (!record.partition) {
    return Error{Code::kInvalidArgument, "a fenced record for topic \"" +
                                             record.topic +
                                             "\" names no partition"};
  }
  const auto topic = FindTopic(db, record.topic);
  if (!topic) return UnknownTopic(record.topic);
  if (SizeOf(record) > topic->max_message_bytes) {
    return Error{Code::kTooLarge, "a record of " +
                                      std::to_string(SizeOf(record)) +
                                      " bytes is too large for topic \"" +
                                      topic->name + "\", which takes up to " +
                                      std::to_string(topic->max_message_bytes)};
  }
  auto row = FindPartition(db, {record.topic, *record.partition});
  if (!row) {
    Error error = UnknownPartition({record.topic, *record.partition});
    error.code = Code::kInvalidArgument;
    return error;
  }
  AppendRecord(db, *row, record, now);
  StorePartition(db, *row);
  return {};
}

}  // namespace

Result<std::unique_ptr<FencedProducer>> EmbeddedFencedProducer::Create(
    LogFile& log, const FencedProducerOptions& options) {
  int64_t epoch = 0;
  auto raised = log.Write([&](Connection& db) -> Result<void> {
    db.Execute(
        "CREATE TABLE IF NOT EXISTS fence ("
        "  id TEXT PRIMARY KEY,"
        "  epoch INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID");
    Query query = db.Prepare(
        "INSERT INTO fence VALUES (?, 1)"
        " ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1 RETURNING epoch");
    query.Bind(options.id);
    while (query.Next()) epoch = query.Int(0);
    return {};
  });
  if (!raised) return raised.error();
  return std::unique_ptr<FencedProducer>(
      new EmbeddedFencedProducer(log, options.id, epoch));
}

Result<void> EmbeddedFencedProducer::Write(const std::vector<Record>& records) {
  const Timestamp now = Clock::System().Now();
  return log_.Write([&](Connection& db) -> Result<void> {
    if (auto mine = CheckEpoch(db); !mine) return mine;
    for (const Record& record : records) {
      if (auto appended = Append(db, record, now); !appended) return appended;
    }
    return {};
  });
}

Result<void> EmbeddedFencedProducer::CheckEpoch(Connection& db) const {
  Query query = db.Prepare("SELECT epoch FROM fence WHERE id = ?");
  query.Bind(id_);
  if (query.Next() && query.Int(0) == epoch_) return {};
  return Error{Code::kFenced, "another producer was made as " + id_};
}

}  // namespace newsmill::embedded
