#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/flow/backoff.h"
#include "core/flow/checkpoint.h"
#include "core/flow/freshness.h"
#include "core/flow/lag_monitor.h"
#include "core/flow/outbox.h"
#include "core/flow/settlement_queue.h"
#include "core/flow/settler.h"
#include "core/flow/worker.h"
#include "core/flow/worker_metrics.h"

namespace newsmill {

// The worker behind its face; private to core/flow. Everything below "The
// loop's own" belongs to the thread of Run.
class Worker::Loop : public RebalanceListener, public WorkerPort {
 public:
  Loop(WorkerOptions options, Bus& bus, const Topics& topics, Handler& handler,
       const Clock& clock);
  ~Loop() override;

  Result<RunEnd> Run();
  void RequestStop();
  HttpServer::Probe Health() const;
  HttpServer::Probe Readiness() const;

  // WorkerPort
  bool IsFresh(const TopicPartition& partition) const override;
  std::optional<Delivery> Adopt(Message message,
                                const TopicPartition& owner) override;
  void Reclaim(std::vector<TopicPartition> partitions) override;
  void Stop(Error error) override;
  void Wake() override;

  // RebalanceListener
  Offsets OnAssigned(const std::vector<TopicPartition>& partitions) override;
  void OnRevoked(const std::vector<TopicPartition>& partitions) override;
  void OnLost(const std::vector<TopicPartition>& partitions) override;

 private:
  enum class Phase { kStarting, kRunning, kDraining, kEnded };

  // One partition that is assigned to us.
  struct Partition {
    // Settlements of records that were read under another number are stale.
    uint64_t assignment = 0;
    Checkpoint checkpoint{0};
    // Read and not handed over yet, in order.
    std::deque<Message> waiting;
    // Not before: a record that the handler gave back.
    Instant hand_over_at{};
    size_t handed = 0;  // to the handler, not settled
    bool paused = false;
    // One past the newest record that was handed over.
    int64_t handed_below = 0;
    // Records below it may be handed over: the group knows (guard_crashes).
    int64_t announced = 0;
    // Records below it may have ended an earlier worker.
    int64_t suspect_below = 0;
    // The first record that was read and thrown away.
    std::optional<int64_t> ceiling;

    // False while the handler has not taken the partition on (again).
    bool claimed = false;
    // Where reading resumes when the handler names no offset.
    std::optional<int64_t> resume_at;
    // A claim wants a poll and a commit after the request for it.
    uint64_t claim_after_poll = 0;
    bool confirm_claim = false;

    // Beyond the offset where reading started, by an earlier owner.
    OffsetRuns settled_before;

    std::optional<int64_t> committed;    // acknowledged
    std::string committed_note;          // with it
    std::optional<Instant> commit_sent;  // of the last acknowledged one
  };
  using Partitions = std::map<TopicPartition, Partition>;

  // A delivery whose outputs are on their way.
  struct Sending {
    Settlement settlement;
    bool dead = false;  // the outputs are a dead letter already
    bool with_value = true;
  };

  // worker.cc: the loop itself.
  void Turn();
  void TakeRequests();
  void Poll();
  void Accept(Message message);
  void OnLogError(const std::string& doing, const Error& error);
  void End(Error error, bool may_commit);
  void StartDrain();
  void CheckDrain();
  Result<RunEnd> Finish();
  size_t PollSize() const;
  void Idle(Duration most);
  void Report();

  // worker_startup.cc
  Result<void> Start();
  Result<void> TryStart();
  Result<void> CheckTopics();
  Result<void> TakeEnds(const std::vector<TopicPartition>& range);
  Result<void> AssignByHand(const std::vector<TopicPartition>& range);
  std::vector<TopicPartition> Range() const;

  // worker_partitions.cc: what is ours and what it may be given.
  void Take(const std::vector<TopicPartition>& partitions);
  void Release(const std::vector<TopicPartition>& partitions, bool lost);
  void ReclaimNow(const std::vector<TopicPartition>& partitions);
  void ClaimWhatIsOpen();
  Result<Offsets> Claim(const std::vector<TopicPartition>& partitions);
  bool MayClaim(const TopicPartition& name, Partition& partition);
  void OnClaimError(const Error& error);
  Result<void> Resume(const TopicPartition& name, Partition& partition,
                      const Offsets& starts);
  void HandOver();
  bool HandOverOne(const TopicPartition& name, Partition& partition,
                   Instant now);
  bool WantsPause(const TopicPartition& name, const Partition& partition) const;
  void AdjustPauses();
  Partition* Find(const TopicPartition& name);

  // worker_settle.cc: from settlements to outputs to checkpoints.
  void Settle();
  void OnSettled(Settlement settlement);
  void OnReturned(Partition& partition, Settlement settlement);
  void Send(Sending sending, std::vector<Record> outputs);
  void OnRefused(Sending sending, const Error& error);
  void Complete(const Settlement& settlement);
  void SettleRemaining(const std::vector<TopicPartition>& partitions,
                       Duration most);
  bool HasOutputsUnderWay(const std::vector<TopicPartition>& partitions) const;

  // worker_commit.cc
  std::optional<int64_t> Committable(const TopicPartition& name,
                                     const Partition& partition);
  CommittedOffset ToCommit(const TopicPartition& name,
                           const Partition& partition, int64_t next) const;
  void CommitWhenDue();
  std::optional<int64_t> InHandBelow(const Partition& partition) const;
  void Announce();
  bool HasMoved(const TopicPartition& name, const Partition& partition,
                int64_t next) const;
  bool Commit(const std::vector<TopicPartition>& partitions);
  void OnCommitError(const Error& error);

  // worker_bounds.cc
  void CheckBounds();
  bool EndReached();
  bool GroupReached(const std::vector<TopicPartition>& open);
  bool IsIdle(Instant now);
  size_t InHand() const;

  const WorkerOptions options_;
  Bus& bus_;
  const Topics& topics_;
  Handler& handler_;
  const Clock& clock_;
  WorkerMetrics metrics_;
  Freshness freshness_;
  const std::shared_ptr<SettlementQueue> queue_ =
      std::make_shared<SettlementQueue>();

  // What other threads ask for.
  std::mutex requests_mutex_;
  std::condition_variable requested_;
  std::vector<TopicPartition> reclaims_;  // guarded by requests_mutex_
  std::optional<Error> stop_error_;       // guarded by requests_mutex_
  // By partition that is ours, the number of its assignment.
  std::map<TopicPartition, uint64_t> adopting_;  // guarded by requests_mutex_
  bool woken_ = false;                           // guarded by requests_mutex_
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> adopted_{0};  // deliveries that are not settled

  // What other threads are told.
  std::atomic<Duration::rep> last_turn_{0};  // of Clock::Uptime
  mutable std::mutex status_mutex_;
  std::string not_ready_ = "starting";  // guarded by status_mutex_

  // The loop's own.
  Settler settler_;
  Outbox outbox_;
  std::unique_ptr<LagMonitor> lag_;  // once the log was reached
  std::unique_ptr<Consumer> consumer_;
  Phase phase_ = Phase::kStarting;
  Partitions partitions_;
  std::map<Outbox::Ticket, Sending> sending_;
  uint64_t assignments_ = 0;
  TopicPartition cursor_;    // whose turn it was last to be handed a record
  double average_size_ = 0;  // of a record's value

  std::optional<Error> error_;  // why the worker ends
  bool may_commit_ = true;
  Backoff poll_backoff_, commit_backoff_, claim_backoff_;
  Instant poll_at_{}, commit_at_{}, claim_at_{};
  Instant last_commit_{};
  uint64_t polls_ = 0;        // that the log answered
  std::string log_error_;     // of the last exchange; empty: none
  std::string commit_error_;  // of the last commit; empty: none
  std::string claim_error_;   // why partitions are unread
  bool joined_ = false;       // the group, which may have nothing for us
  bool ever_assigned_ = false;

  // Bounds.
  std::map<TopicPartition, Watermarks> ends_;  // of the range, at the start
  Instant started_{};
  Instant last_record_{};
  Instant ask_group_at_{};
  bool bound_reached_ = false;
  bool stopped_ = false;  // by a signal or a request
  Instant drain_until_{};
};

}  // namespace newsmill
