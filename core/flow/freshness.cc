#include "core/flow/freshness.h"

namespace newsmill {

void Freshness::Own(const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    confirmed_[partition] = std::nullopt;
  }
}

void Freshness::Forget(const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    confirmed_.erase(partition);
  }
}

void Freshness::Doubt() {
  const std::lock_guard lock(mutex_);
  for (auto& [partition, sent] : confirmed_) sent.reset();
}

void Freshness::Confirm(const TopicPartition& partition, Instant sent) {
  const std::lock_guard lock(mutex_);
  const auto found = confirmed_.find(partition);
  if (found != confirmed_.end()) found->second = sent;
}

bool Freshness::IsFresh(const TopicPartition& partition, Instant now) const {
  const std::lock_guard lock(mutex_);
  const auto found = confirmed_.find(partition);
  return found != confirmed_.end() && found->second &&
         now - *found->second < window_;
}

}  // namespace newsmill
