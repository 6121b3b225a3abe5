// When a bounded run is at its end.

#include <algorithm>

#include "core/flow/worker_loop.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

constexpr Duration kAskGroupEvery = std::chrono::milliseconds(500);

}  // namespace

size_t Worker::Loop::InHand() const {
  size_t records = 0;
  for (const auto& [name, partition] : partitions_) {
    records += partition.checkpoint.in_flight();
  }
  return records;
}

void Worker::Loop::CheckBounds() {
  if (phase_ != Phase::kRunning) return;
  const Bounds& bounds = options_.bounds;
  bound_reached_ =
      ((bounds.until_end || !bounds.range.empty()) && EndReached()) ||
      (bounds.until_idle && IsIdle(clock_.Uptime()));
  if (bound_reached_) StartDrain();
}

bool Worker::Loop::IsIdle(Instant now) {
  const Duration wanted = *options_.bounds.until_idle;
  // A group of more workers than partitions gives some of them nothing.
  if (!ever_assigned_) {
    return now - started_ >= options_.startup_timeout + wanted;
  }
  // A handler that is not ready has not looked at what there is.
  if (!handler_.NotReadyBecause().empty()) last_record_ = now;
  const bool settled =
      InHand() == 0 && adopted_ == 0 && outbox_.empty() && !handler_.HasMore();
  const bool well =
      log_error_.empty() && commit_error_.empty() && claim_error_.empty();
  return settled && well && now - last_record_ >= wanted;
}

bool Worker::Loop::EndReached() {
  if (adopted_ > 0 || handler_.HasMore()) return false;
  std::vector<TopicPartition> open;
  for (const auto& [name, marks] : ends_) {
    if (marks.end <= marks.begin) continue;
    const Partition* partition = Find(name);
    const std::optional<int64_t> next =
        partition == nullptr ? std::nullopt : Committable(name, *partition);
    if (next && *next >= marks.end) continue;
    if (partition != nullptr && partition->checkpoint.in_flight() > 0) {
      return false;
    }
    // Ours, and there is more to read: a group whose offsets are a copy may
    // stand further than the handler, whose store was restored.
    if (partition != nullptr && (next || !partition->claimed)) return false;
    open.push_back(name);
  }
  // Before the assignment nobody knows which of them are ours.
  return open.empty() || (joined_ && GroupReached(open));
}

// What other members of the group have in hand, and what was worked off before
// this run and has no position yet, is judged by the group's offsets.
bool Worker::Loop::GroupReached(const std::vector<TopicPartition>& open) {
  const Instant now = clock_.Uptime();
  if (now < ask_group_at_) return false;
  ask_group_at_ = now + kAskGroupEvery;
  const Result<CommittedOffsets> offsets =
      bus_.admin().GroupOffsets(options_.group, open);
  if (!offsets) {
    log::Warn("The group's offsets are not known now.",
              {{"group", options_.group}, {"error", offsets.error().message}});
    return false;
  }
  return std::all_of(open.begin(), open.end(), [&](const auto& name) {
    const auto found = offsets->find(name);
    return found != offsets->end() && found->second.next >= ends_[name].end;
  });
}

}  // namespace newsmill
