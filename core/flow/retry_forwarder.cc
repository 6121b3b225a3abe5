#include "core/flow/retry_forwarder.h"

#include <algorithm>
#include <utility>

#include "core/bus/partitioner.h"
#include "core/flow/planted_fault.h"
#include "core/flow/settler.h"
#include "core/flow/task_codec.h"

namespace newsmill {

RetryForwarder::RetryForwarder(const Topics& topics,
                               std::vector<Duration> delays, const Clock& clock)
    : topics_(topics), delays_(std::move(delays)), clock_(clock) {}

void RetryForwarder::Attach(WorkerPort&) {}

Result<Offsets> RetryForwarder::Assigned(const std::vector<TopicPartition>&) {
  return Offsets();
}

void RetryForwarder::Revoked(const std::vector<TopicPartition>& partitions,
                             bool) {
  for (const TopicPartition& partition : partitions) held_.erase(partition);
}

bool RetryForwarder::HasRoom(const TopicPartition& partition) const {
  const auto found = held_.find(partition);
  return found == held_.end() || found->second.size() < kMostHeld;
}

void RetryForwarder::Handle(Delivery delivery) {
  v1::FetchTask task;
  if (!task.ParseFromString(delivery.message().value)) {
    return std::move(delivery).Fail(
        {.reason = v1::REASON_MALFORMED_RECORD,
         .detail = "a record of a retry topic that is no FetchTask"});
  }
  const Timestamp due = DueOf(delivery.message(), task);
  const TopicPartition partition = delivery.message().topic_partition();
  delivery.Describe(std::move(task));
  held_[partition].push_back({std::move(delivery), due});
}

Timestamp RetryForwarder::DueOf(const Message& message,
                                const v1::FetchTask& task) const {
  if (!task.has_not_before()) return clock_.Now();
  const Timestamp wanted = FromProto(task.not_before());
  const auto topic =
      std::find(topics_.retries.begin(), topics_.retries.end(), message.topic);
  const auto tier = static_cast<size_t>(topic - topics_.retries.begin());
  if (tier >= delays_.size()) return wanted;
  return std::min(wanted, message.append_time + delays_[tier]);
}

void RetryForwarder::Tick(Instant) {
  const Timestamp now = clock_.Now();
  for (auto& [partition, queue] : held_) {
    while (!queue.empty() && queue.front().due <= now) {
      Forward(std::move(queue.front().delivery));
      queue.pop_front();
    }
  }
}

void RetryForwarder::Forward(Delivery delivery) const {
  const v1::FetchTask& task = delivery.task();
  const Duration left = task.has_not_before()
                            ? FromProto(task.not_before()) - clock_.Now()
                            : Duration(0);
  const std::string& topic = left > Duration(0)
                                 ? topics_.retries[RetryTier(delays_, 0, left)]
                                 : topics_.tasks;
  std::vector<Record> outputs;
  outputs.push_back(EncodeTask(task, topic));
#ifdef NEWSMILL_PLANTED_FAULTS
  if (planted_fault::Is("two-owners") && topic == topics_.tasks) {
    const int32_t partitions = topics_.PartitionsOf(topics_.tasks);
    const int32_t own = PartitionForKey(*outputs[0].key, partitions);
    outputs[0].partition = (own + partitions / 2) % partitions;
  }
#endif
  std::move(delivery).Ack(std::move(outputs));
}

void RetryForwarder::Drain() { held_.clear(); }

}  // namespace newsmill
