#include "sink/postgres/postgres_store.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <random>

#include <fmt/format.h>

#include "sink/batch_plan.h"
#include "sink/confirmations.h"
#include "sink/guard.h"
#include "sink/postgres/connection.h"
#include "sink/postgres/owners.h"
#include "sink/postgres/planted_faults.h"
#include "sink/postgres/postgres_migrator.h"
#include "sink/rows.h"

namespace newsmill::postgres {
namespace {

using What = Refusal::What;

// Races with other sinks that are repeated before anybody hears of them.
constexpr int kMostRepeats = 5;

#define NEWSMILL_OWN_BACKEND                        \
  "backend_pid = pg_backend_pid(), backend_start =" \
  " (SELECT backend_start FROM pg_stat_activity"    \
  " WHERE pid = pg_backend_pid())"

constexpr char kFormerOwner[] =
    "SELECT backend_pid, backend_start FROM sink_offsets"
    " WHERE topic = $1 AND partition = $2::integer";

constexpr char kMakeRow[] =
    "INSERT INTO sink_offsets (topic, partition, epoch, cluster_id,"
    " claimed_at, updated_at) VALUES ($1, $2, 0, $3, $4, $4)"
    " ON CONFLICT (topic, partition) DO NOTHING";

constexpr char kRaiseEpoch[] =
    "UPDATE sink_offsets SET epoch = epoch + 1, cluster_id = $3,"
    " claimed_at = $4, " NEWSMILL_OWN_BACKEND
    " WHERE topic = $1 AND partition = $2"
    " AND (cluster_id = $3 OR next IS NULL)";

constexpr char kAdopt[] =
    "INSERT INTO sink_offsets (topic, partition, epoch, cluster_id, next,"
    " claimed_at, updated_at) VALUES ($1, $2, 1, $3, $4, $5, $5)"
    " ON CONFLICT (topic, partition) DO UPDATE SET"
    " epoch = sink_offsets.epoch + 1, cluster_id = excluded.cluster_id,"
    " next = excluded.next, last_offset = NULL, last_append_time = NULL,"
    " updated_at = excluded.updated_at";

constexpr char kReadOffset[] =
    "SELECT next, epoch, last_offset, to_char(last_append_time"
    " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), cluster_id"
    " FROM sink_offsets WHERE topic = $1 AND partition = $2::integer";

constexpr char kTakeOver[] =
    "UPDATE sink_offsets SET " NEWSMILL_OWN_BACKEND
    " WHERE topic = $1 AND partition = $2 AND epoch = $3::bigint";

// Raises where it does not hit: COMMIT follows in the same flush, and an UPDATE
// of no row would be no error.
std::string MoveOffsetText() {
  std::string text =
      "WITH u AS (UPDATE sink_offsets SET next = $4, last_offset = $6,"
      " last_append_time = $7, updated_at = $8"
      " WHERE topic = $1 AND partition = $2 AND COALESCE(next, $3) = $3"
      " AND epoch = $5 RETURNING 1) SELECT 1 / count(*) FROM u";
  planted::Weaken(&text);
  return text;
}

const sql::Statement& MoveOffset() {
  static const sql::Statement statement{
      "move_offset",
      MoveOffsetText(),
      {sql::Type::kText, sql::Type::kInteger, sql::Type::kBigint,
       sql::Type::kBigint, sql::Type::kBigint, sql::Type::kBigint,
       sql::Type::kTime, sql::Type::kTime}};
  return statement;
}

std::vector<const sql::Statement*> PreparedStatements() {
  std::vector<const sql::Statement*> statements = sql::AllStatements();
  statements.push_back(&MoveOffset());
  return statements;
}

// A transaction in flushes that each end with a Sync. BEGIN leaves with the
// first of them, COMMIT with the last, right behind the fence.
class PipelinedTransaction final : public sql::Transaction {
 public:
  explicit PipelinedTransaction(Connection& connection)
      : connection_(connection) {}

  Result<std::vector<std::optional<sql::Row>>> Run(
      const std::vector<sql::Write>& writes) override {
    auto answers = Send(writes, false);
    if (answers && !writes.empty()) planted::StopAt(planted::Point::kAfterSync);
    return answers;
  }
  Result<void> RunAndCommit(const std::vector<sql::Write>& writes) {
    const auto answers = Send(writes, true);
    if (!answers) return answers.error();
    return {};
  }
  // What the statement that failed came from; nothing for BEGIN and COMMIT.
  const std::optional<Refusal>& failed() const { return failed_; }

 private:
  Result<std::vector<std::optional<sql::Row>>> Send(
      const std::vector<sql::Write>& writes, bool commit);

  Connection& connection_;
  bool begun_ = false;
  std::optional<Refusal> failed_;
};

Result<std::vector<std::optional<sql::Row>>> PipelinedTransaction::Send(
    const std::vector<sql::Write>& writes, bool commit) {
  std::vector<Sent> statements;
  statements.reserve(writes.size() + 2);
  if (!begun_) statements.push_back({nullptr, "BEGIN"});
  const size_t first = statements.size();
  for (const sql::Write& write : writes) statements.push_back({&write, ""});
  if (commit) statements.push_back({nullptr, "COMMIT"});
  begun_ = true;

  auto answers = connection_.Pipeline(statements);
  if (!answers) {
    const size_t failed = connection_.failed();
    if (!connection_.broken() && failed >= first &&
        failed - first < writes.size())
      failed_ = writes[failed - first].origin;
    return answers.error();
  }
  answers->erase(answers->begin(),
                 answers->begin() + static_cast<std::ptrdiff_t>(first));
  answers->resize(writes.size());
  return answers;
}

class PostgresStore final : public Store {
 public:
  PostgresStore(const SinkConfig& config, const Clock& clock)
      : config_(config), clock_(clock) {}

  // With a connection; repeated after one was lost.
  Result<void> Connect(bool auto_migrate);

  Result<Claimed> Claim(const TopicPartition& partition,
                        const std::string& cluster_id) override;
  Result<BatchResult> Commit(const StoreBatch& batch) override;
  Result<void> AdoptOffsets(const std::vector<AdoptedOffset>& offsets,
                            const std::string& cluster_id) override;
  std::optional<Refusal> refusal() const override { return refusal_; }
  Result<void> SettleWaiting() override;
  Result<void> Ping() override;

 private:
  Result<void> AdoptOnce(const std::vector<AdoptedOffset>& offsets,
                         const std::string& cluster_id);
  Result<Claimed> ClaimOnce(const TopicPartition& partition,
                            const std::string& cluster_id);
  Result<BatchResult> CommitOnce(const StoreBatch& batch);
  // Rolls back; whether the same may be tried again at once.
  bool RepeatAfter(const Error& error, int repeats);
  Error Blame(const Error& error, const PipelinedTransaction& transaction);
  Result<void> RememberFormer(const std::vector<sql::Value>& key);

  const SinkConfig config_;
  const Clock& clock_;
  std::unique_ptr<Connection> connection_;
  std::map<TopicPartition, int64_t> epochs_;  // of our claims
  FormerOwners former_;
  std::optional<Refusal> refusal_;
  std::minstd_rand random_{std::random_device{}()};
};

std::vector<sql::Value> KeyOf(const TopicPartition& partition) {
  return {partition.topic, int64_t{partition.partition}};
}

Result<void> PostgresStore::Connect(bool auto_migrate) {
  if (connection_ != nullptr && !connection_->broken()) return {};
  connection_.reset();
  ConnectionOptions options;
  options.url = config_.url;
  options.schema = config_.schema;
  options.tcp_user_timeout = config_.session_timeout;
  options.application_name = "newsmill sink";
  // Both below the session timeout: a frozen owner lets go before its successor
  // has waited for long, and the successor does not lose its own session.
  options.idle_in_transaction = config_.session_timeout / 2;
  options.lock_timeout = config_.session_timeout / 5;
  auto connection = Connection::Open(options);
  if (!connection) return connection.error();
  Result<void> step = PrepareSchema(**connection, config_.schema, auto_migrate);
  if (!step) return step.error();
  step = (*connection)->Prepare(PreparedStatements());
  if (!step) return step.error();
  // A successor must find this session, not the lost one.
  for (const auto& [partition, epoch] : epochs_) {
    std::vector<sql::Value> values = KeyOf(partition);
    values.emplace_back(epoch);
    const auto taken = (*connection)->Ask(kTakeOver, values);
    if (!taken) return taken.error();
  }
  connection_ = std::move(*connection);
  return {};
}

Result<void> PostgresStore::Ping() {
  const Result<void> connected = Connect(false);
  if (!connected) return connected;
  return connection_->Execute("SELECT 1");
}

Result<void> PostgresStore::SettleWaiting() {
  for (int repeats = 0;; ++repeats) {
    const Result<void> connected = Connect(false);
    if (!connected) return connected;
    PipelinedTransaction transaction(*connection_);
    const Result<void> settled = transaction.RunAndCommit(
        {sql::SettleWaiting(clock_.Now(), {What::kOutcome, 0})});
    if (settled || !RepeatAfter(settled.error(), repeats)) return settled;
  }
}

bool PostgresStore::RepeatAfter(const Error& error, int repeats) {
  const std::string sqlstate = connection_->sqlstate();
  if (connection_->broken()) return false;
  if (!connection_->Execute("ROLLBACK")) return false;
  if (error.code != Code::kConflict || repeats >= kMostRepeats) return false;
  if (sqlstate == kLockNotAvailable) {
    // Nobody to end: the lock's holder is alive, and its commit will show.
    if (former_.empty()) return false;
    const Result<int> ended = former_.End(*connection_);
    return ended && *ended > 0;
  }
  const auto jitter = std::uniform_int_distribution<int>(1, 20)(random_);
  usleep(static_cast<useconds_t>(jitter * (repeats + 1) * 1000));
  return true;
}

Result<void> PostgresStore::RememberFormer(const std::vector<sql::Value>& key) {
  const auto rows = connection_->Ask(kFormerOwner, key);
  if (!rows) return rows.error();
  if (!rows->empty() && rows->front().at(0) && rows->front().at(1))
    former_.Remember({*rows->front()[0], *rows->front()[1]});
  return {};
}

Result<Claimed> PostgresStore::ClaimOnce(const TopicPartition& partition,
                                         const std::string& cluster_id) {
  const std::vector<sql::Value> key = KeyOf(partition);
  std::vector<sql::Value> values = key;
  values.insert(values.end(), {cluster_id, clock_.Now()});
  // Before the row is asked for: it may be locked by the owner to be ended.
  const Result<void> remembered = RememberFormer(key);
  if (!remembered) return remembered.error();
  const Result<void> begun = connection_->Execute("BEGIN");
  if (!begun) return begun.error();
  std::string raise_epoch = kRaiseEpoch;
  planted::Weaken(&raise_epoch);
  for (const char* statement : {kMakeRow, raise_epoch.c_str()}) {
    const auto done = connection_->Ask(statement, values);
    if (!done) return done.error();
  }
  const auto rows = connection_->Ask(kReadOffset, key);
  if (!rows) return rows.error();
  const Result<void> committed = connection_->Execute("COMMIT");
  if (!committed) return committed.error();
  if (rows->empty())
    return Error{Code::kInternal, "the claimed offset row is not there"};
  return sql::ReadClaimed(rows->front());
}

Result<void> PostgresStore::AdoptOnce(const std::vector<AdoptedOffset>& offsets,
                                      const std::string& cluster_id) {
  Result<void> step = connection_->Execute("BEGIN");
  if (!step) return step;
  for (const AdoptedOffset& offset : offsets) {
    std::vector<sql::Value> values = KeyOf(offset.partition);
    sql::Value next = sql::Null{};
    if (offset.next) next = *offset.next;
    values.insert(values.end(), {cluster_id, next, clock_.Now()});
    const auto done = connection_->Ask(kAdopt, values);
    if (!done) return done.error();
  }
  return connection_->Execute("COMMIT");
}

Result<void> PostgresStore::AdoptOffsets(
    const std::vector<AdoptedOffset>& offsets, const std::string& cluster_id) {
  for (int repeats = 0;; ++repeats) {
    const Result<void> connected = Connect(false);
    if (!connected) return connected;
    const Result<void> adopted = AdoptOnce(offsets, cluster_id);
    if (adopted || !RepeatAfter(adopted.error(), repeats)) return adopted;
  }
}

Result<Claimed> PostgresStore::Claim(const TopicPartition& partition,
                                     const std::string& cluster_id) {
  for (int repeats = 0;; ++repeats) {
    const Result<void> connected = Connect(false);
    if (!connected) return connected.error();
    Result<Claimed> claimed = ClaimOnce(partition, cluster_id);
    if (claimed) {
      if (claimed->cluster_id == cluster_id)
        epochs_[partition] = claimed->epoch;
      return claimed;
    }
    if (!RepeatAfter(claimed.error(), repeats)) return claimed.error();
  }
}

// In the order in which every sink locks them.
std::vector<sql::Write> PlanMoves(const StoreBatch& batch, Timestamp now) {
  std::vector<size_t> order(batch.offsets.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return batch.offsets[a].partition < batch.offsets[b].partition;
  });
  std::vector<sql::Write> writes;
  for (const size_t i : order) {
    const OffsetMove& move = batch.offsets[i];
    std::vector<sql::Value> values = KeyOf(move.partition);
    values.insert(values.end(), {move.from, move.to, move.epoch,
                                 move.last.offset, move.last.append_time, now});
    writes.push_back({&MoveOffset(), std::move(values), {What::kOffset, i}});
  }
  return writes;
}

Error PostgresStore::Blame(const Error& error,
                           const PipelinedTransaction& transaction) {
  if (connection_->broken() || !transaction.failed()) return error;
  const Refusal& origin = *transaction.failed();
  if (origin.what == What::kOffset &&
      connection_->sqlstate() == kDivisionByZero) {
    refusal_ = origin;
    return {Code::kFenced,
            "a partition has another owner, or its offset moved"};
  }
  if (error.code == Code::kInvalidArgument) refusal_ = origin;
  return error;
}

Result<BatchResult> PostgresStore::CommitOnce(const StoreBatch& batch) {
  if (!batch.articles.empty()) planted::StopAt(planted::Point::kBeforeBegin);
  const Timestamp now = clock_.Now();
  PipelinedTransaction transaction(*connection_);
  Result<sql::HalfWritten> half =
      sql::WriteArticles(transaction, batch, now, config_.keeps_history());
  if (!half) return Blame(half.error(), transaction);
  std::vector<sql::Write> last = std::move(half->rest);
  std::vector<sql::Write> moves = PlanMoves(batch, now);
  std::move(moves.begin(), moves.end(), std::back_inserter(last));
  const Result<void> committed = transaction.RunAndCommit(last);
  if (!committed) return Blame(committed.error(), transaction);
  return std::move(half->result);
}

Result<BatchResult> PostgresStore::Commit(const StoreBatch& batch) {
  for (int repeats = 0;; ++repeats) {
    refusal_.reset();
    const Result<void> connected = Connect(false);
    if (!connected) return connected.error();
    Result<BatchResult> result = CommitOnce(batch);
    if (result || !RepeatAfter(result.error(), repeats)) return result;
  }
}

}  // namespace

Result<std::unique_ptr<Store>> OpenStore(const SinkConfig& config,
                                         const Clock& clock) {
  auto store = std::make_unique<PostgresStore>(config, clock);
  const Result<void> connected = store->Connect(config.auto_migrate);
  if (!connected) return connected.error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace newsmill::postgres
