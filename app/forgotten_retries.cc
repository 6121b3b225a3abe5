#include "app/forgotten_retries.h"

#include <algorithm>

namespace newsmill {
namespace {

Result<int64_t> Waiting(Admin& admin, const TopicInfo& topic,
                        const std::string& group) {
  std::vector<TopicPartition> partitions;
  partitions.reserve(static_cast<size_t>(topic.partitions));
  for (int32_t p = 0; p < topic.partitions; ++p) {
    partitions.push_back({topic.name, p});
  }
  const auto forwarded = admin.GroupOffsets(group, partitions);
  if (!forwarded) return forwarded.error();
  const auto marks = admin.FetchWatermarks(partitions);
  if (!marks) return marks.error();
  int64_t waiting = 0;
  for (const auto& [partition, mark] : *marks) {
    const auto known = forwarded->find(partition);
    const int64_t next =
        known == forwarded->end() ? mark.begin : known->second.next;
    waiting += std::max<int64_t>(0, mark.end - std::max(next, mark.begin));
  }
  return waiting;
}

}  // namespace

Result<void> CheckForgottenRetries(Admin& admin, const Topics& topics,
                                   const std::string& retry_group) {
  const std::string prefix = topics.tasks + ".retry.";
  const auto on_log = admin.ListTopics();
  if (!on_log) return on_log.error();
  for (const TopicInfo& topic : *on_log) {
    if (!topic.name.starts_with(prefix)) continue;
    if (std::ranges::find(topics.retries, topic.name) != topics.retries.end())
      continue;
    const Result<int64_t> waiting = Waiting(admin, topic, retry_group);
    if (!waiting) return waiting.error();
    if (*waiting == 0) continue;
    const std::string delay = topic.name.substr(prefix.size());
    return Error{Code::kBadConfiguration,
                 std::to_string(*waiting) + " records wait on " + topic.name +
                     ", and nobody would forward them: fetcher.retry_delays "
                     "has no \"" +
                     delay + "\"; put it back until the topic is worked off"};
  }
  return {};
}

}  // namespace newsmill
