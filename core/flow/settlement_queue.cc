#include "core/flow/settlement_queue.h"

#include <utility>

namespace newsmill {

void SettlementQueue::Settle(Settlement settlement) {
  const std::lock_guard lock(mutex_);
  if (!closed_) settled_.push_back(std::move(settlement));
}

std::vector<Settlement> SettlementQueue::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(settled_, {});
}

void SettlementQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  settled_.clear();
}

}  // namespace newsmill
