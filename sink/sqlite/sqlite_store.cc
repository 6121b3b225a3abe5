#include "sink/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include "sink/batch_plan.h"
#include "sink/confirmations.h"
#include "sink/rows.h"
#include "sink/sql_reader.h"
#include "sink/sqlite/database.h"
#include "sink/sqlite/sqlite_migrator.h"

namespace newsmill::sqlite {
namespace {

constexpr char kClaim[] =
    "INSERT INTO sink_offsets (topic, partition, epoch, cluster_id,"
    " claimed_at, updated_at) VALUES ($1, $2, 1, $3, $4, $4)"
    " ON CONFLICT (topic, partition) DO UPDATE SET epoch = epoch + 1,"
    " cluster_id = excluded.cluster_id, claimed_at = excluded.claimed_at"
    " WHERE cluster_id = excluded.cluster_id OR next IS NULL";

constexpr char kAdopt[] =
    "INSERT INTO sink_offsets (topic, partition, epoch, cluster_id, next,"
    " claimed_at, updated_at) VALUES ($1, $2, 1, $3, $4, $5, $5)"
    " ON CONFLICT (topic, partition) DO UPDATE SET"
    " epoch = sink_offsets.epoch + 1, cluster_id = excluded.cluster_id,"
    " next = excluded.next, last_offset = NULL, last_append_time = NULL,"
    " updated_at = excluded.updated_at";

constexpr char kReadOffset[] =
    "SELECT next, epoch, last_offset, last_append_time, cluster_id"
    " FROM sink_offsets WHERE topic = $1 AND partition = $2";

constexpr char kMove[] =
    "UPDATE sink_offsets SET next = $4, last_offset = $6,"
    " last_append_time = $7, updated_at = $8"
    " WHERE topic = $1 AND partition = $2 AND COALESCE(next, $3) = $3"
    " AND epoch = $5";

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<Database> database, bool history,
              const Clock& clock)
      : database_(std::move(database)), history_(history), clock_(clock) {}

  Result<Claimed> Claim(const TopicPartition& partition,
                        const std::string& cluster_id) override;
  Result<BatchResult> Commit(const StoreBatch& batch) override;
  Result<void> AdoptOffsets(const std::vector<AdoptedOffset>& offsets,
                            const std::string& cluster_id) override;
  std::optional<Refusal> refusal() const override { return refusal_; }
  Result<void> SettleWaiting() override;
  Result<void> Ping() override { return database_->Execute("SELECT 1"); }

 private:
  Result<void> MoveOffsets(const StoreBatch& batch, Timestamp now);
  // Remembers which row is to blame, where the error is a row's.
  Error Blame(const Error& error);

  std::unique_ptr<Database> database_;
  const bool history_;
  const Clock& clock_;
  std::optional<Refusal> refusal_;
};

Result<Claimed> SqliteStore::Claim(const TopicPartition& partition,
                                   const std::string& cluster_id) {
  const std::vector<sql::Value> key = {sql::Text(partition.topic),
                                       int64_t{partition.partition}};
  std::vector<sql::Value> values = key;
  values.insert(values.end(), {sql::Text(cluster_id), clock_.Now()});
  Immediate transaction(*database_);
  Result<void> step = transaction.Begin();
  if (!step) return step.error();
  const auto raised = database_->First(kClaim, values);
  if (!raised) return raised.error();
  const auto row = database_->First(kReadOffset, key);
  if (!row) return row.error();
  step = transaction.Commit();
  if (!step) return step.error();
  if (!row->has_value())
    return Error{Code::kInternal, "the claimed offset row is not there"};
  return sql::ReadClaimed(**row);
}

Result<void> SqliteStore::AdoptOffsets(
    const std::vector<AdoptedOffset>& offsets, const std::string& cluster_id) {
  Immediate transaction(*database_);
  if (Result<void> begun = transaction.Begin(); !begun) return begun;
  for (const AdoptedOffset& offset : offsets) {
    sql::Value next = sql::Null{};
    if (offset.next) next = *offset.next;
    const auto done =
        database_->First(kAdopt, {sql::Text(offset.partition.topic),
                                  int64_t{offset.partition.partition},
                                  sql::Text(cluster_id), next, clock_.Now()});
    if (!done) return done.error();
  }
  return transaction.Commit();
}

Result<void> SqliteStore::MoveOffsets(const StoreBatch& batch, Timestamp now) {
  for (size_t i = 0; i < batch.offsets.size(); ++i) {
    const OffsetMove& move = batch.offsets[i];
    const auto moved = database_->First(
        kMove, {sql::Text(move.partition.topic),
                int64_t{move.partition.partition}, move.from, move.to,
                move.epoch, move.last.offset, move.last.append_time, now});
    if (!moved) return moved.error();
    if (database_->Changes() == 1) continue;
    refusal_ = Refusal{Refusal::What::kOffset, i};
    return Error{Code::kFenced,
                 fmt::format("{}[{}] has another owner than the one of epoch "
                             "{}, or does not stand at {}",
                             move.partition.topic, move.partition.partition,
                             move.epoch, move.from)};
  }
  return {};
}

Result<void> SqliteStore::SettleWaiting() {
  Immediate transaction(*database_);
  Result<void> step = transaction.Begin();
  if (!step) return step;
  const auto settled = database_->Run(
      {sql::SettleWaiting(clock_.Now(), {Refusal::What::kOutcome, 0})});
  if (!settled) return settled.error();
  return transaction.Commit();
}

Error SqliteStore::Blame(const Error& error) {
  if (error.code == Code::kInvalidArgument) refusal_ = database_->failed();
  return error;
}

Result<BatchResult> SqliteStore::Commit(const StoreBatch& batch) {
  refusal_.reset();
  const Timestamp now = clock_.Now();
  Immediate transaction(*database_);
  Result<void> step = transaction.Begin();
  if (!step) return step.error();
  Result<sql::HalfWritten> half =
      sql::WriteArticles(*database_, batch, now, history_);
  if (!half) return Blame(half.error());
  const auto rest = database_->Run(half->rest);
  if (!rest) return Blame(rest.error());
  step = MoveOffsets(batch, now);
  if (!step) return step.error();
  step = transaction.Commit();
  if (!step) return step.error();
  return std::move(half->result);
}

}  // namespace

Result<std::unique_ptr<Store>> OpenStore(const std::string& path,
                                         bool auto_migrate, bool history,
                                         const Clock& clock) {
  auto database = Database::Open(path, Database::Mode::kReadWrite);
  if (!database) return database.error();
  const Result<void> ready = PrepareSchema(**database, auto_migrate);
  if (!ready) return ready.error();
  return std::unique_ptr<Store>(
      std::make_unique<SqliteStore>(std::move(*database), history, clock));
}

Result<std::unique_ptr<StoreReader>> OpenReader(const std::string& path) {
  auto database = Database::Open(path, Database::Mode::kReadOnly);
  if (!database) return database.error();
  const Result<void> ready = PrepareSchema(**database, false);
  if (!ready) return ready.error();
  return sql::NewSqlReader(std::move(*database));
}

}  // namespace newsmill::sqlite
