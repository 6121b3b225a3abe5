#include "sink/sink_handler.h"

#include <set>

#include <fmt/format.h>

#include "core/runtime/log.h"
#include "core/runtime/metrics.h"

namespace newsmill {
namespace {

constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
constexpr Duration kMostDelay = std::chrono::seconds(30);
constexpr Duration kPingInterval = std::chrono::seconds(5);
// After the last transaction, when others that ran beside it are through, too.
constexpr Duration kSettleWaitingAfter = std::chrono::seconds(1);
constexpr Duration kTrimInterval = std::chrono::minutes(1);

void CountResult(const ArticleResult& result) {
  metrics::Counter("newsmill_sink_articles_total",
                   "Articles that were taken, by what became of them.",
                   {{"result", v1::Reason_Name(result.reason)}})
      .Increment();
}

void CountRows(const StoreBatch& rows) {
  const auto count = [](const char* table, size_t number) {
    metrics::Counter("newsmill_sink_rows_total",
                     "Rows that were handed to the store, by kind.",
                     {{"kind", table}})
        .Increment(static_cast<double>(number));
  };
  count("article", rows.articles.size());
  count("outcome", rows.outcomes.size());
  count("task", rows.accepted.size());
  count("dead_letter", rows.dead_letters.size());
}

prometheus::Counter& FencedTotal() {
  static prometheus::Counter& counter = metrics::Counter(
      "newsmill_sink_fenced_total",
      "Transactions that were refused because a partition had another owner.");
  return counter;
}

prometheus::Counter& StoreErrorsTotal() {
  static prometheus::Counter& counter =
      metrics::Counter("newsmill_sink_store_errors_total",
                       "Transactions that failed for the store's own reasons, "
                       "and are repeated.");
  return counter;
}

prometheus::Counter& RefusedTotal() {
  static prometheus::Counter& counter = metrics::Counter(
      "newsmill_sink_refused_rows_total",
      "Rows that the store refused and that became dead letters.");
  return counter;
}

prometheus::Gauge& StoppedPartitions() {
  static prometheus::Gauge& gauge = metrics::Gauge(
      "newsmill_sink_stopped_partitions",
      "Partitions that are ours and not read, because the store remembers "
      "another log.");
  return gauge;
}

prometheus::Histogram& TransactionSeconds() {
  static prometheus::Histogram& histogram = metrics::Histogram(
      "newsmill_sink_transaction_seconds",
      "How long one store transaction took.",
      {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10});
  return histogram;
}

}  // namespace

SinkHandler::SinkHandler(const SinkConfig& config, Bus& bus,
                         const Topics& topics, const SiteCatalogue& sites,
                         Store& store, const Clock& clock)
    : config_(config),
      bus_(bus),
      topics_(topics),
      tasks_topic_(topics.tasks),
      store_(store),
      clock_(clock),
      batch_(topics, sites, clock),
      backoff_(kFirstDelay, kMostDelay),
      last_trim_(clock.Uptime()) {
  FencedTotal();  // is shown from the start, with 0
  StoreErrorsTotal();
  RefusedTotal();
  StoppedPartitions();
}

std::vector<std::string> SinkHandler::ReadTopics(const Topics& topics) {
  return {topics.articles, topics.articles_replay, topics.outcomes, topics.dead,
          topics.tasks};
}

Result<Offsets> SinkHandler::Assigned(
    const std::vector<TopicPartition>& partitions) {
  // What is still in hand of them was read in the name of an earlier claim.
  for (const TopicPartition& partition : partitions) batch_.Drop(partition);
  const auto claimed =
      ClaimPartitions(bus_, store_, partitions, config_.session_timeout / 2);
  if (!claimed) {
    trouble_ = claimed.error().message;
    return claimed.error();
  }
  if (!not_before_) trouble_.clear();
  Offsets start;
  for (const auto& [partition, stopped] : claimed->stopped) {
    stopped_[partition] = stopped;
    start[partition] = stopped.place;
    log::Error("A partition is not read.", {{"why", stopped.why}});
  }
  for (const auto& [partition, owned] : claimed->owned) {
    stopped_.erase(partition);
    owned_[partition] = owned;
    start[partition] = owned.next;
    log::Debug("Claimed a partition.", {{"topic", partition.topic},
                                        {"partition", partition.partition},
                                        {"epoch", owned.epoch},
                                        {"next", owned.next}});
  }
  StoppedPartitions().Set(static_cast<double>(stopped_.size()));
  return start;
}

void SinkHandler::Revoked(const std::vector<TopicPartition>& partitions,
                          bool lost) {
  if (!lost && !not_before_) Flush();
  for (const TopicPartition& partition : partitions) {
    batch_.Drop(partition);
    owned_.erase(partition);
    stopped_.erase(partition);
  }
  StoppedPartitions().Set(static_cast<double>(stopped_.size()));
}

void SinkHandler::Handle(Delivery delivery) {
  // Read before a fence was noticed: whoever owns the partition reads it again.
  const auto owned = owned_.find(delivery.message().topic_partition());
  if (owned == owned_.end()) return;
  // The store has it already.
  if (delivery.message().offset < owned->second.next)
    return std::move(delivery).Ack();
  if (batch_.empty()) oldest_ = clock_.Uptime();
  batch_.Add(std::move(delivery));
  if (Full() && !not_before_) Flush();
}

bool SinkHandler::Full() const {
  return batch_.records() >= static_cast<size_t>(config_.batch_rows) ||
         batch_.bytes() >= static_cast<size_t>(config_.batch_bytes);
}

bool SinkHandler::HasRoom(const TopicPartition& partition) const {
  return !not_before_ && !Full() && !stopped_.contains(partition);
}

std::string SinkHandler::NotReadyBecause() const {
  if (!trouble_.empty() || stopped_.empty()) return trouble_;
  return stopped_.begin()->second.why;
}

void SinkHandler::Tick(Instant now) {
  if (not_before_ && now < *not_before_) return;
  if (!not_before_) TrimTasks(now);
  if (!batch_.empty()) {
    const bool due = draining_ || not_before_ || Full() ||
                     now - oldest_ >= config_.batch_linger;
    if (due) Flush();
    return;
  }
  const bool sweep = written_ && now - last_answer_ >= kSettleWaitingAfter;
  if (sweep && !not_before_ && !SettleWaiting()) return;
  if (now - last_answer_ < kPingInterval && !not_before_) return;
  const Result<void> alive = store_.Ping();
  if (!alive) return WaitForStore(alive.error());
  last_answer_ = now;
  not_before_.reset();
  trouble_.clear();
  backoff_.Reset();
}

bool SinkHandler::SettleWaiting() {
  const Result<void> settled = store_.SettleWaiting();
  written_ = !settled;
  if (!settled) WaitForStore(settled.error());
  return settled.has_value();
}

void SinkHandler::TrimTasks(Instant now) {
  if (trimmer_ == nullptr || draining_ || now - last_trim_ < kTrimInterval)
    return;
  last_trim_ = now;
  std::vector<TopicPartition> ours;
  for (const auto& [partition, owned] : owned_)
    if (partition.topic == tasks_topic_) ours.push_back(partition);
  if (ours.empty()) return;
  Result<Offsets> trimmed = trimmer_->Trim(ours);
  if (trimmed && !retry_group_.empty()) {
    trimmed = trimmer_->TrimWaiting(ours, topics_, retry_group_, clock_.Now());
  }
  // The log grows, and nothing else happens.
  if (!trimmed)
    log::Warn("The topics of tasks could not be trimmed.",
              {{"error", trimmed.error().message}});
}

void SinkHandler::Drain() {
  draining_ = true;
  if (!not_before_) Flush();
}

void SinkHandler::Flush() {
  while (!batch_.empty()) {
    const StoreBatch& rows = batch_.Rows(owned_);
    const Instant start = clock_.Uptime();
    const Result<BatchResult> result = store_.Commit(rows);
    TransactionSeconds().Observe(
        std::chrono::duration<double>(clock_.Uptime() - start).count());
    if (result) return Settle(*result, rows);
    if (!Recover(result.error())) return;
  }
}

void SinkHandler::Settle(const BatchResult& result, const StoreBatch& rows) {
  if (not_before_) log::Info("The store answers again.");
  not_before_.reset();
  trouble_.clear();
  backoff_.Reset();
  last_answer_ = clock_.Uptime();
  written_ = true;
  for (const ArticleResult& article : result.articles) CountResult(article);
  CountRows(rows);
  for (const OffsetMove& move : rows.offsets)
    owned_.at(move.partition).next = move.to;
  for (Delivery& delivery : batch_.Take()) std::move(delivery).Ack();
}

bool SinkHandler::Recover(const Error& error) {
  if (error.code == Code::kFenced) {
    FencedTotal().Increment();
    LetGoOfFenced();
    return true;
  }
  const std::optional<Refusal> refusal = store_.refusal();
  if (error.code == Code::kInvalidArgument && refusal &&
      batch_.Refuse(*refusal, error.message)) {
    RefusedTotal().Increment();
    log::Warn("The store refused a row; it becomes a dead letter.",
              {{"error", error.message}});
    return true;
  }
  if (IsRetryable(error.code)) {
    // A lost connection is made again at once: it may be all that was lost, and
    // a sink that was frozen hears from the store that it is fenced.
    const bool at_once =
        error.code == Code::kUnavailable && backoff_.failures() == 0;
    WaitForStore(error);
    return at_once;
  }
  WaitForStore(error);
  port_->Stop(error);
  return false;
}

// Only the partition that was refused is looked at again; where the store does
// not say which, all of the batch are.
void SinkHandler::LetGoOfFenced() {
  std::set<TopicPartition> fenced;
  const std::vector<OffsetMove> moves = batch_.Rows(owned_).offsets;
  const std::optional<Refusal> refusal = store_.refusal();
  if (refusal && refusal->what == Refusal::What::kOffset &&
      refusal->index < moves.size())
    fenced.insert(moves[refusal->index].partition);
  else
    for (const OffsetMove& move : moves) fenced.insert(move.partition);

  for (const TopicPartition& partition : fenced) {
    log::Warn("Fenced: the partition has another owner, or its offset moved.",
              {{"topic", partition.topic},
               {"partition", partition.partition},
               {"epoch", owned_.at(partition).epoch}});
    batch_.Drop(partition);
    owned_.erase(partition);
  }
  port_->Reclaim({fenced.begin(), fenced.end()});
}

void SinkHandler::WaitForStore(const Error& error) {
  StoreErrorsTotal().Increment();
  const Duration delay = backoff_.Next();
  not_before_ = clock_.Uptime() + delay;
  trouble_ = error.message;
  log::Warn("The store does not take rows; they are kept and tried again.",
            {{"error", error.message}, {"in", FormatDuration(delay)}});
}

}  // namespace newsmill
