#include "core/flow/worker.h"

#include <algorithm>
#include <utility>

#include "core/flow/worker_loop.h"
#include "core/runtime/log.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
constexpr Duration kLongestDelay = std::chrono::seconds(5);
// A turn waits that long for records: longer where nothing else can happen.
constexpr Duration kShortWait = std::chrono::milliseconds(10);
constexpr Duration kLongWait = std::chrono::milliseconds(50);
// A loop that has not turned for that long does not turn any more.
constexpr Duration kStuck = std::chrono::seconds(30);
// What one poll may bring, by the size of the records seen so far.
constexpr double kPollBytes = 16 << 20;

}  // namespace

Worker::Loop::Loop(WorkerOptions options, Bus& bus, const Topics& topics,
                   Handler& handler, const Clock& clock)
    : options_(std::move(options)),
      bus_(bus),
      topics_(topics),
      handler_(handler),
      clock_(clock),
      metrics_(options_.name),
      freshness_(options_.session_timeout / 2),
      settler_(options_.stage, topics, options_.retry_delays),
      outbox_(bus, ProducerOptions{options_.name}, clock),
      poll_backoff_(kFirstDelay, kLongestDelay),
      commit_backoff_(kFirstDelay, options_.session_timeout / 4),
      claim_backoff_(kFirstDelay, kLongestDelay) {}

Worker::Loop::~Loop() { queue_->Close(); }

Result<RunEnd> Worker::Loop::Run() {
  handler_.Attach(*this);
  if (const Result<void> started = Start(); !started) return started.error();
  while (phase_ != Phase::kEnded) Turn();
  return Finish();
}

void Worker::Loop::Turn() {
  last_turn_ = clock_.Uptime().time_since_epoch().count();
  TakeRequests();
  handler_.Tick(clock_.Uptime());
  Settle();
  ClaimWhatIsOpen();
  HandOver();
  CommitWhenDue();
  CheckBounds();
  CheckDrain();
  if (phase_ == Phase::kEnded) return;
  AdjustPauses();
  Poll();
  Report();
}

void Worker::Loop::TakeRequests() {
  std::vector<TopicPartition> reclaims;
  std::optional<Error> error;
  {
    const std::lock_guard lock(requests_mutex_);
    reclaims.swap(reclaims_);
    error.swap(stop_error_);
  }
  if (error) return End(*std::move(error), false);
  ReclaimNow(reclaims);
  if (phase_ != Phase::kRunning || !(stop_ || StopRequested())) return;
  stopped_ = true;
  StartDrain();
}

size_t Worker::Loop::PollSize() const {
  const double fitting = kPollBytes / std::max(average_size_, 1.0);
  return std::clamp<size_t>(static_cast<size_t>(fitting), 1,
                            options_.poll_batch);
}

void Worker::Loop::Poll() {
  if (clock_.Uptime() < poll_at_) return Idle(kShortWait);
  const bool quiet = InHand() == 0 && outbox_.empty();
  Duration wait = quiet ? kLongWait : kShortWait;
  {
    const std::lock_guard lock(requests_mutex_);
    if (std::exchange(woken_, false)) wait = Duration(0);
  }
  Result<std::vector<Message>> messages = consumer_->Poll(PollSize(), wait);
  if (!messages) return OnLogError("reading", messages.error());
  ++polls_;
  poll_backoff_.Reset();
  log_error_.clear();
  for (Message& message : *messages) Accept(std::move(message));
  Announce();
  HandOver();
}

void Worker::Loop::Accept(Message message) {
  const TopicPartition name = message.topic_partition();
  Partition* partition = Find(name);
  if (partition == nullptr) return;
  last_record_ = clock_.Uptime();
  average_size_ +=
      (static_cast<double>(message.value.size()) - average_size_) / 16;
  const auto end = ends_.find(name);
  const bool beyond = end != ends_.end() && message.offset >= end->second.end;
  if (beyond || phase_ == Phase::kDraining || partition->ceiling) {
    // Thrown away: it must not be committed past.
    if (!partition->ceiling) partition->ceiling = message.offset;
    return;
  }
  partition->checkpoint.Begin(message.offset);
  if (Contains(partition->settled_before, message.offset)) {
    return partition->checkpoint.Finish(message.offset);
  }
  partition->waiting.push_back(std::move(message));
}

void Worker::Loop::OnLogError(const std::string& doing, const Error& error) {
  log_error_ = "the log failed while " + doing + ": " + error.message;
  // The listener hears which partitions are gone.
  const bool passing = IsRetryable(error.code) || error.code == Code::kFenced;
  if (!passing) return End(error, true);
  const Duration delay = poll_backoff_.Next();
  poll_at_ = clock_.Uptime() + delay;
  log::Warn("The log cannot be used now.",
            {{"doing", doing},
             {"error", error.message},
             {"next_attempt_in", FormatDuration(delay)}});
}

void Worker::Loop::End(Error error, bool may_commit) {
  log::Error("The worker ends.",
             {{"worker", options_.name}, {"error", error.message}});
  if (!error_) error_ = std::move(error);
  may_commit_ = may_commit_ && may_commit;
  phase_ = Phase::kEnded;
}

void Worker::Loop::StartDrain() {
  log::Info("Draining.", {{"worker", options_.name}, {"in_hand", InHand()}});
  phase_ = Phase::kDraining;
  drain_until_ = clock_.Uptime() + options_.drain_timeout;
  // Unsettled in their checkpoints, so nothing is committed past them.
  for (auto& [name, partition] : partitions_) partition.waiting.clear();
  handler_.Drain();
}

void Worker::Loop::CheckDrain() {
  if (phase_ != Phase::kDraining) return;
  size_t handed = 0;
  for (const auto& [name, partition] : partitions_) handed += partition.handed;
  if (handed == 0 && adopted_ == 0 && outbox_.empty()) {
    phase_ = Phase::kEnded;
  } else if (clock_.Uptime() >= drain_until_) {
    log::Warn("Not all was finished in time; the rest is read again.",
              {{"worker", options_.name}, {"records", handed}});
    phase_ = Phase::kEnded;
  }
}

Result<RunEnd> Worker::Loop::Finish() {
  std::vector<TopicPartition> owned;
  for (const auto& [name, partition] : partitions_) owned.push_back(name);
  if (options_.bounds.by_hand() || error_) {
    Release(owned, !may_commit_);
  } else if (may_commit_) {
    Commit(owned);
  }
  const Result<void> closed =
      consumer_ ? consumer_->Close(options_.session_timeout) : Result<void>();
  if (!closed) {
    log::Warn("The group was not left in order.",
              {{"worker", options_.name}, {"error", closed.error().message}});
  }
  // What the consumer did not ask back in time: the handler outlives this loop
  // and must not ask it for freshness any more.
  std::vector<TopicPartition> left;
  for (const auto& [name, partition] : partitions_) left.push_back(name);
  Release(left, true);
  queue_->Close();
  {
    const std::lock_guard lock(status_mutex_);
    not_ready_ = "ended";
  }
  if (error_) return *error_;
  const bool early = options_.bounds.bounded() && stopped_ && !bound_reached_;
  log::Info("Ended.", {{"worker", options_.name}, {"finished", !early}});
  return early ? RunEnd::kStoppedEarly : RunEnd::kFinished;
}

void Worker::Loop::Idle(Duration most) {
  std::unique_lock lock(requests_mutex_);
  requested_.wait_for(lock, most,
                      [this] { return woken_ || stop_error_.has_value(); });
  woken_ = false;
}

void Worker::Loop::Report() {
  int64_t spread = 0;
  for (const auto& [name, partition] : partitions_) {
    spread = std::max(spread, partition.checkpoint.spread());
  }
  metrics_.SetInHand(InHand());
  metrics_.SetSpread(spread);
  metrics_.SetPartitions(partitions_.size());

  std::string reason = handler_.NotReadyBecause();
  if (phase_ == Phase::kDraining) reason = "draining";
  if (outbox_.stalled()) reason = "the log does not take records";
  if (!claim_error_.empty()) reason = claim_error_;
  if (!commit_error_.empty()) reason = commit_error_;
  if (!log_error_.empty()) reason = log_error_;
  if (!joined_) reason = "no partitions assigned yet";
  const std::lock_guard lock(status_mutex_);
  not_ready_ = std::move(reason);
}

void Worker::Loop::RequestStop() {
  const std::lock_guard lock(requests_mutex_);
  stop_ = true;
  woken_ = true;
  requested_.notify_all();
}

void Worker::Loop::Stop(Error error) {
  const std::lock_guard lock(requests_mutex_);
  if (!stop_error_) stop_error_ = std::move(error);
  woken_ = true;
  requested_.notify_all();
}

void Worker::Loop::Wake() {
  const std::lock_guard lock(requests_mutex_);
  woken_ = true;
  requested_.notify_all();
}

void Worker::Loop::Reclaim(std::vector<TopicPartition> partitions) {
  const std::lock_guard lock(requests_mutex_);
  reclaims_.insert(reclaims_.end(), partitions.begin(), partitions.end());
  woken_ = true;
  requested_.notify_all();
}

std::optional<Delivery> Worker::Loop::Adopt(Message message,
                                            const TopicPartition& owner) {
  const std::lock_guard lock(requests_mutex_);
  const auto found = adopting_.find(owner);
  if (found == adopting_.end()) return std::nullopt;
  ++adopted_;
  return Delivery(std::move(message), found->second, queue_, owner);
}

bool Worker::Loop::IsFresh(const TopicPartition& partition) const {
  return freshness_.IsFresh(partition, clock_.Uptime());
}

HttpServer::Probe Worker::Loop::Health() const {
  const Duration::rep last = last_turn_;
  if (last == 0) return {true, "not started"};
  const Duration age = clock_.Uptime().time_since_epoch() - Duration(last);
  return {age < kStuck, "the loop turned " + FormatDuration(age) + " ago"};
}

HttpServer::Probe Worker::Loop::Readiness() const {
  const std::lock_guard lock(status_mutex_);
  return {not_ready_.empty(), not_ready_.empty() ? "ready" : not_ready_};
}

Worker::Worker(WorkerOptions options, Bus& bus, const Topics& topics,
               Handler& handler, const Clock& clock)
    : loop_(std::make_unique<Loop>(std::move(options), bus, topics, handler,
                                   clock)) {}
Worker::~Worker() = default;

Result<RunEnd> Worker::Run() { return loop_->Run(); }
void Worker::RequestStop() { loop_->RequestStop(); }
HttpServer::Probe Worker::Health() const { return loop_->Health(); }
HttpServer::Probe Worker::Readiness() const { return loop_->Readiness(); }

}  // namespace newsmill
