#pragma once

#include <mutex>
#include <vector>

#include "core/flow/delivery.h"

namespace newsmill {

// Carries settlements from any thread into the worker's loop. Outlives the
// worker where deliveries do.
class SettlementQueue : public SettlementSink {
 public:
  void Settle(Settlement settlement) override;

  // All that came since the last call, in order.
  std::vector<Settlement> Take();

  // From here on settlements are dropped: their offsets stay uncommitted.
  void Close();

 private:
  std::mutex mutex_;
  bool closed_ = false;              // guarded by mutex_
  std::vector<Settlement> settled_;  // guarded by mutex_
};

}  // namespace newsmill
