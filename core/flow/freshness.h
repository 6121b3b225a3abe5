#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/time.h"
#include "core/bus/bus.h"

namespace newsmill {

// Which partitions the group's coordinator has lately confirmed as ours: the
// last acknowledged commit was sent less than `window` ago. It counts from the
// sending, because the coordinator may have answered at once and the answer
// have waited here while the process was frozen. Thread-safe.
class Freshness {
 public:
  explicit Freshness(Duration window) : window_(window) {}

  // Ours from now on, and not fresh before the first Confirm.
  void Own(const std::vector<TopicPartition>& partitions);
  // A revoke is pending or done.
  void Forget(const std::vector<TopicPartition>& partitions);
  // Ours or not: not fresh before the next Confirm.
  void Doubt();
  // A commit of this partition, sent at `sent`, was acknowledged.
  void Confirm(const TopicPartition& partition, Instant sent);

  bool IsFresh(const TopicPartition& partition, Instant now) const;

 private:
  const Duration window_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<TopicPartition, std::optional<Instant>> confirmed_;
};

}  // namespace newsmill
