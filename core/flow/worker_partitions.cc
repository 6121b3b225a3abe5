// What is ours, whether the handler has taken it on, and who may be handed a
// record now.

#include <algorithm>

#include "core/flow/planted_fault.h"
#include "core/flow/worker_loop.h"
#include "core/runtime/log.h"

namespace newsmill {

Worker::Loop::Partition* Worker::Loop::Find(const TopicPartition& name) {
  const auto found = partitions_.find(name);
  return found == partitions_.end() ? nullptr : &found->second;
}

void Worker::Loop::Take(const std::vector<TopicPartition>& partitions) {
  joined_ = true;
  // One of more workers than partitions stands by.
  if (partitions.empty()) return;
  if (!ever_assigned_) last_record_ = clock_.Uptime();
  ever_assigned_ = true;
  for (const TopicPartition& name : partitions) {
    partitions_[name] = Partition();
    partitions_[name].assignment = ++assignments_;
    const std::lock_guard lock(requests_mutex_);
    adopting_[name] = assignments_;
  }
  freshness_.Own(partitions);
  metrics_.CountRebalance();
  log::Info("Partitions assigned.", {{"worker", options_.name},
                                     {"new", partitions.size()},
                                     {"all", partitions_.size()}});
}

Offsets Worker::Loop::OnAssigned(
    const std::vector<TopicPartition>& partitions) {
  Take(partitions);
  if (partitions.empty() || phase_ != Phase::kRunning) return {};
  const Result<Offsets> starts = Claim(partitions);
  if (!starts) {
    OnClaimError(starts.error());
    return {};
  }
  for (const TopicPartition& name : partitions) {
    partitions_[name].claimed = true;
  }
  for (const auto& [name, start] : *starts) {
    if (Partition* partition = Find(name)) {
      partition->checkpoint = Checkpoint(start);
    }
  }
  return *starts;
}

void Worker::Loop::OnRevoked(const std::vector<TopicPartition>& partitions) {
  Release(partitions, false);
}

void Worker::Loop::OnLost(const std::vector<TopicPartition>& partitions) {
  Release(partitions, true);
}

void Worker::Loop::Release(const std::vector<TopicPartition>& partitions,
                           bool lost) {
  freshness_.Forget(partitions);
  std::vector<TopicPartition> owned;
  for (const TopicPartition& name : partitions) {
    if (Find(name) != nullptr) owned.push_back(name);
    const std::lock_guard lock(requests_mutex_);
    adopting_.erase(name);
  }
  if (owned.empty()) return;
  handler_.Revoked(owned, lost);
  if (!lost && may_commit_) {
    // The group gives up on us after a session timeout without a sign.
    SettleRemaining(
        owned, std::min(options_.drain_timeout, options_.session_timeout / 2));
    // Unsettled in their checkpoints, and in nobody's hand.
    for (const TopicPartition& name : owned) {
      if (Partition* partition = Find(name)) partition->waiting.clear();
    }
    Commit(owned);
  }
  for (const TopicPartition& name : owned) partitions_.erase(name);
  if (partitions_.empty()) claim_error_.clear();
  metrics_.CountRebalance();
  log::Info(lost ? "Partitions lost." : "Partitions released.",
            {{"worker", options_.name},
             {"gone", owned.size()},
             {"left", partitions_.size()}});
}

void Worker::Loop::ReclaimNow(const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& name : partitions) {
    Partition* partition = Find(name);
    if (partition == nullptr) continue;
    if (partition->claimed) {
      partition->resume_at = Committable(name, *partition);
    }
    partition->assignment = ++assignments_;
    {
      const std::lock_guard lock(requests_mutex_);
      adopting_[name] = assignments_;
    }
    partition->checkpoint = Checkpoint(partition->resume_at.value_or(0));
    partition->waiting.clear();
    partition->handed = 0;
    partition->claimed = false;
    partition->claim_after_poll = polls_ + 1;
    partition->confirm_claim = true;
    log::Info("Claiming a partition again.", {{"worker", options_.name},
                                              {"topic", name.topic},
                                              {"partition", name.partition}});
  }
}

void Worker::Loop::ClaimWhatIsOpen() {
  if (phase_ != Phase::kRunning || clock_.Uptime() < claim_at_) return;
  std::vector<TopicPartition> open;
  for (auto& [name, partition] : partitions_) {
    if (!partition.claimed && MayClaim(name, partition)) open.push_back(name);
  }
  if (open.empty()) return;
  const Result<Offsets> starts = Claim(open);
  if (!starts) return OnClaimError(starts.error());
  for (const TopicPartition& name : open) {
    const Result<void> resumed = Resume(name, partitions_[name], *starts);
    if (!resumed) return OnClaimError(resumed.error());
  }
  claim_backoff_.Reset();
  claim_error_.clear();
}

// With what its earlier owner left. A handler that names where to start knows
// better than the group.
Result<Offsets> Worker::Loop::Claim(
    const std::vector<TopicPartition>& partitions) {
  const Result<CommittedOffsets> left = consumer_->Committed(partitions);
  if (!left) return left.error();
  std::map<TopicPartition, CommitNote> notes;
  for (const auto& [name, offset] : *left) {
    notes[name] = CommitNote::Decode(offset.next, offset.metadata);
    if (notes[name].side) handler_.Recall(name, *notes[name].side);
    if (!notes[name].tally.empty()) {
      handler_.RecallTally(name, notes[name].tally);
    }
  }
  Result<Offsets> starts = handler_.Assigned(partitions);
  if (!starts) return starts;
  for (auto& [name, note] : notes) {
    Partition* const partition = Find(name);
    if (partition == nullptr || starts->contains(name)) continue;
    partition->settled_before = std::move(note.settled);
    partition->suspect_below = note.in_hand_below.value_or(0);
#ifdef NEWSMILL_PLANTED_FAULTS
    if (planted_fault::Is("no-crash-guard")) partition->suspect_below = 0;
#endif
    std::erase_if(partition->waiting, [&](const Message& message) {
      const bool done = Contains(partition->settled_before, message.offset);
      if (done) partition->checkpoint.Finish(message.offset);
      return done;
    });
  }
  return starts;
}

// A partition that was fenced may have gone to somebody else without our having
// heard of it: only a poll and an acknowledged commit after it say whose it is.
bool Worker::Loop::MayClaim(const TopicPartition& name, Partition& partition) {
  if (polls_ < partition.claim_after_poll) return false;
  if (!partition.confirm_claim || !partition.resume_at) return true;
  if (clock_.Uptime() < commit_at_) return false;
  const Result<void> confirmed = consumer_->Commit(
      {{name, ToCommit(name, partition, *partition.resume_at)}});
  if (!confirmed) {
    OnCommitError(confirmed.error());
    return false;
  }
  partition.confirm_claim = false;
  return true;
}

Result<void> Worker::Loop::Resume(const TopicPartition& name,
                                  Partition& partition, const Offsets& starts) {
  std::optional<int64_t> start = partition.resume_at;
  const auto given = starts.find(name);
  if (given != starts.end()) start = given->second;
  if (start) {
    const Result<void> sought = consumer_->Seek(name, *start);
    if (!sought) return sought;
    // Read in the meantime, from a position that does not count any more.
    partition.waiting.clear();
    partition.ceiling.reset();
    partition.checkpoint = Checkpoint(*start);
  }
  partition.claimed = true;
  partition.resume_at.reset();
  return {};
}

void Worker::Loop::OnClaimError(const Error& error) {
  claim_error_ = "partitions cannot be taken on: " + error.message;
  if (!IsRetryable(error.code)) return End(error, true);
  const Duration delay = claim_backoff_.Next();
  claim_at_ = clock_.Uptime() + delay;
  log::Warn("Partitions cannot be taken on now.",
            {{"worker", options_.name},
             {"error", error.message},
             {"next_attempt_in", FormatDuration(delay)}});
}

void Worker::Loop::HandOver() {
  if (phase_ != Phase::kRunning || outbox_.stalled() || outbox_.full()) return;
  const Instant now = clock_.Uptime();
  // One of each in turn, from where the last time ended: where room is scarce,
  // no partition is left behind.
  size_t without = 0;
  auto next = partitions_.upper_bound(cursor_);
  while (without < partitions_.size()) {
    if (next == partitions_.end()) next = partitions_.begin();
    const bool handed = HandOverOne(next->first, next->second, now);
    without = handed ? 0 : without + 1;
    if (handed) cursor_ = next->first;
    ++next;
  }
}

bool Worker::Loop::HandOverOne(const TopicPartition& name, Partition& partition,
                               Instant now) {
  if (!partition.claimed || partition.waiting.empty() ||
      now < partition.hand_over_at || !handler_.HasRoom(name)) {
    return false;
  }
  const int64_t offset = partition.waiting.front().offset;
  if (options_.guard_crashes && offset >= partition.announced) return false;
  Message message = std::move(partition.waiting.front());
  partition.waiting.pop_front();
  ++partition.handed;
  partition.handed_below = std::max(partition.handed_below, offset + 1);
  Delivery delivery(std::move(message), partition.assignment, queue_);
  if (offset < partition.suspect_below) delivery.Suspect();
  handler_.Handle(std::move(delivery));
  return true;
}

bool Worker::Loop::WantsPause(const TopicPartition& name,
                              const Partition& partition) const {
  return phase_ != Phase::kRunning || outbox_.stalled() || outbox_.full() ||
         !partition.claimed || !partition.waiting.empty() ||
         partition.ceiling ||
         partition.checkpoint.spread() > options_.max_spread ||
         !handler_.HasRoom(name);
}

void Worker::Loop::AdjustPauses() {
  std::vector<TopicPartition> pause, resume;
  for (const auto& [name, partition] : partitions_) {
    const bool wanted = WantsPause(name, partition);
    if (wanted != partition.paused) (wanted ? pause : resume).push_back(name);
  }
  for (auto* change : {&pause, &resume}) {
    if (change->empty()) continue;
    const bool pausing = change == &pause;
    const Result<void> done =
        pausing ? consumer_->Pause(*change) : consumer_->Resume(*change);
    if (!done) return OnLogError("pausing partitions", done.error());
    for (const TopicPartition& name : *change) {
      partitions_[name].paused = pausing;
    }
  }
}

}  // namespace newsmill
