#include "core/flow/backlog_offsets.h"

#include "core/flow/commit_note.h"

namespace newsmill {

Offsets BacklogOffsets(const CommittedOffsets& fetcher_group,
                       const Topics& topics) {
  Offsets offsets;
  for (const auto& [partition, offset] : fetcher_group) {
    if (partition.topic != topics.tasks) continue;
    const CommitNote note = CommitNote::Decode(offset.next, offset.metadata);
    if (!note.side) continue;
    offsets[{topics.backlog, partition.partition}] = note.side->next;
  }
  return offsets;
}

std::vector<TopicPartition> PartitionsOf(const std::string& topic,
                                         const Topics& topics) {
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < topics.PartitionsOf(topic); ++i) {
    partitions.push_back({topic, i});
  }
  return partitions;
}

}  // namespace newsmill
