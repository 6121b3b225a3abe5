#include "app/idle_watch.h"

#include <algorithm>
#include <utility>

#include "core/flow/backlog_offsets.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

constexpr Duration kAskEvery = std::chrono::milliseconds(500);

std::vector<TopicPartition> AllPartitionsOf(const StageReads& stage,
                                            const Topics& topics) {
  std::vector<TopicPartition> all;
  for (const std::string& topic : stage.topics) {
    const auto partitions = PartitionsOf(topic, topics);
    all.insert(all.end(), partitions.begin(), partitions.end());
  }
  return all;
}

bool Stands(const CommittedOffsets& group, const TopicPartition& partition,
            const Watermarks& marks) {
  if (marks.end <= marks.begin) return true;  // nothing to read
  const auto at = group.find(partition);
  return at != group.end() && at->second.next >= marks.end;
}

}  // namespace

IdleWatch::IdleWatch(Admin& admin, const Topics& topics,
                     std::vector<StageReads> stages, Duration wanted)
    : admin_(admin),
      topics_(topics),
      stages_(std::move(stages)),
      wanted_(wanted) {}

bool IdleWatch::IsIdle(Instant now) {
  if (asked_at_ && now - *asked_at_ < kAskEvery) return false;
  asked_at_ = now;
  const std::optional<Offsets> ends = EndsIfSettled();
  if (!ends) {
    idle_since_.reset();
    return false;
  }
  if (!idle_since_ || *ends != ends_) {
    ends_ = *ends;
    idle_since_ = now;
  }
  return now - *idle_since_ >= wanted_;
}

// What waits for its host stands on the backlog, behind the position that the
// group keeps with its offsets of `tasks`.
bool IdleWatch::BacklogStands(const CommittedOffsets& group, Offsets& ends) {
  const auto marks =
      admin_.FetchWatermarks(PartitionsOf(topics_.backlog, topics_));
  if (!marks) return false;
  const Offsets positions = BacklogOffsets(group, topics_);
  for (const auto& [partition, mark] : *marks) {
    const auto at = positions.find(partition);
    const bool settled = at != positions.end() && at->second >= mark.end;
    if (mark.end > mark.begin && !settled) return false;
    ends[partition] = mark.end;
  }
  return true;
}

std::optional<Offsets> IdleWatch::EndsIfSettled() {
  Offsets ends;
  for (const StageReads& stage : stages_) {
    const auto partitions = AllPartitionsOf(stage, topics_);
    if (partitions.empty()) continue;
    // The group before the ends: what is written in between is then missed by
    // nobody, since the group does not stand at it.
    const auto group = admin_.GroupOffsets(stage.group, partitions);
    const auto marks =
        group ? admin_.FetchWatermarks(partitions)
              : Result<std::map<TopicPartition, Watermarks>>(group.error());
    if (!marks) {
      log::Debug("The log did not say whether all is done.",
                 {{"error", marks.error().message}});
      return std::nullopt;
    }
    for (const auto& [partition, mark] : *marks) {
      if (!Stands(*group, partition, mark)) return std::nullopt;
      ends[partition] = mark.end;
    }
    if (stage.keeps_backlog && !BacklogStands(*group, ends)) {
      return std::nullopt;
    }
  }
  return ends;
}

}  // namespace newsmill
