#pragma once

#include <string>

#include "core/flow/settler.h"
#include "core/runtime/metrics.h"

namespace newsmill {

// What one worker counts, under newsmill_<name>_. Thread-safe.
class WorkerMetrics {
 public:
  explicit WorkerMetrics(const std::string& name);

  void CountSettled(Settler::Kind kind);
  void CountReturned() { returned_.Increment(); }
  void CountStale() { stale_.Increment(); }
  void CountRebalance() { rebalances_.Increment(); }
  void CountCommitFailure() { commit_failures_.Increment(); }

  void SetInHand(size_t records) { in_hand_.Set(static_cast<double>(records)); }
  void SetSpread(int64_t records) { spread_.Set(static_cast<double>(records)); }
  void SetLag(int64_t records) { lag_.Set(static_cast<double>(records)); }
  void SetPartitions(size_t count) {
    partitions_.Set(static_cast<double>(count));
  }

 private:
  prometheus::Counter& acked_;
  prometheus::Counter& finished_;
  prometheus::Counter& retried_;
  prometheus::Counter& dead_;
  prometheus::Counter& returned_;
  prometheus::Counter& stale_;
  prometheus::Counter& rebalances_;
  prometheus::Counter& commit_failures_;
  prometheus::Gauge& in_hand_;
  prometheus::Gauge& spread_;
  prometheus::Gauge& lag_;
  prometheus::Gauge& partitions_;
};

}  // namespace newsmill
