// What is committed and when; what an acknowledged commit proves.

#include <algorithm>

#include "core/flow/worker_loop.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

// Progress is committed that soon.
constexpr Duration kProgress = std::chrono::milliseconds(200);
// At least every quarter of the session timeout, with a margin for the turn.
constexpr int kKeepAlive = 5;
// Records that are said to be in hand beyond those that were read.
constexpr int64_t kAnnouncedAhead = 64;

}  // namespace

std::optional<int64_t> Worker::Loop::Committable(const TopicPartition& name,
                                                 const Partition& partition) {
  if (!partition.claimed) return std::nullopt;
  if (partition.checkpoint.in_flight() > 0) {
    return partition.checkpoint.Next(0);
  }
  if (partition.ceiling) return *partition.ceiling;
  const Result<int64_t> position = consumer_->Position(name);
  if (!position) return std::nullopt;  // not known before the first record
  return partition.checkpoint.Next(*position);
}

CommittedOffset Worker::Loop::ToCommit(const TopicPartition& name,
                                       const Partition& partition,
                                       int64_t next) const {
  const CommitNote note{partition.checkpoint.SettledBeyond(kMostNoteBytes),
                        handler_.SideOf(name), InHandBelow(partition),
                        handler_.TallyOf(name)};
  return {next, note.Encode(next)};
}

// A little further than what was read, so that a thin stream of records does
// not cost a commit each.
std::optional<int64_t> Worker::Loop::InHandBelow(
    const Partition& partition) const {
  if (!options_.guard_crashes) return std::nullopt;
  if (phase_ == Phase::kRunning && !partition.waiting.empty()) {
    return std::max(partition.waiting.back().offset + 1 + kAnnouncedAhead,
                    partition.announced);
  }
  if (partition.handed == 0) return std::nullopt;
  return std::max(partition.handed_below, partition.announced);
}

// Before a record is worked on, the group must know that it may be.
void Worker::Loop::Announce() {
  if (!options_.guard_crashes || phase_ != Phase::kRunning) return;
  if (clock_.Uptime() < commit_at_) return;
  std::vector<TopicPartition> unknown;
  for (const auto& [name, partition] : partitions_) {
    const bool wanted = partition.claimed && !partition.waiting.empty() &&
                        partition.waiting.front().offset >= partition.announced;
    if (wanted) unknown.push_back(name);
  }
  if (!unknown.empty()) Commit(unknown);
}

void Worker::Loop::CommitWhenDue() {
  const Instant now = clock_.Uptime();
  if (phase_ == Phase::kEnded || now < commit_at_) return;
  bool due = false, moved = false;
  const bool may_move = now - last_commit_ >= kProgress;
  std::vector<TopicPartition> owned;
  for (const auto& [name, partition] : partitions_) {
    const std::optional<int64_t> next = Committable(name, partition);
    if (!next) continue;
    owned.push_back(name);
    due = due || !partition.commit_sent ||
          now - *partition.commit_sent >= options_.session_timeout / kKeepAlive;
    moved = moved || (may_move && HasMoved(name, partition, *next));
  }
  if (due || moved) Commit(owned);
}

bool Worker::Loop::HasMoved(const TopicPartition& name,
                            const Partition& partition, int64_t next) const {
  return next != partition.committed ||
         ToCommit(name, partition, next).metadata != partition.committed_note;
}

bool Worker::Loop::Commit(const std::vector<TopicPartition>& partitions) {
  CommittedOffsets offsets;
  for (const TopicPartition& name : partitions) {
    const Partition* partition = Find(name);
    if (partition == nullptr) continue;
    const std::optional<int64_t> next = Committable(name, *partition);
    if (next) offsets[name] = ToCommit(name, *partition, *next);
  }
  if (offsets.empty()) return true;
  std::map<TopicPartition, int64_t> announced;
  for (const auto& [name, offset] : offsets) {
    Partition& partition = partitions_[name];
    const int64_t below = InHandBelow(partition).value_or(0);
    announced[name] = below;
    // Not known to be taken, and it may be.
    partition.announced = std::min(partition.announced, below);
  }
  const Instant sent = clock_.Uptime();
  const Result<void> committed = consumer_->Commit(offsets);
  if (!committed) {
    OnCommitError(committed.error());
    return false;
  }
  for (const auto& [name, offset] : offsets) {
    Partition& partition = partitions_[name];
    partition.committed = offset.next;
    partition.committed_note = offset.metadata;
    partition.announced = announced[name];
    partition.commit_sent = sent;
    freshness_.Confirm(name, sent);
  }
  Offsets all;
  for (const auto& [name, partition] : partitions_) {
    if (partition.committed) all[name] = *partition.committed;
  }
  lag_->Update(std::move(all));
  last_commit_ = sent;
  commit_error_.clear();
  commit_backoff_.Reset();
  return true;
}

void Worker::Loop::OnCommitError(const Error& error) {
  metrics_.CountCommitFailure();
  commit_error_ = "offsets cannot be committed: " + error.message;
  const bool by_hand = options_.bounds.by_hand();
  const bool fenced = error.code == Code::kFenced && !by_hand;
  if (!fenced && !IsRetryable(error.code)) return End(error, false);
  // Some of it is somebody else's, and the next poll tells which: the listener
  // then lets go of it.
  if (fenced) freshness_.Doubt();
  const Duration delay = commit_backoff_.Next();
  commit_at_ = clock_.Uptime() + delay;
  log::Warn("Offsets were not committed.",
            {{"worker", options_.name},
             {"error", error.message},
             {"next_attempt_in", FormatDuration(delay)}});
}

}  // namespace newsmill
