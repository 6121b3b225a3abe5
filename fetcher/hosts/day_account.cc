#include "fetcher/hosts/day_account.h"

#include <algorithm>

namespace newsmill {

std::optional<Timestamp> DayAccount::ClosedUntil(const DayPlan& plan,
                                                 const v1::DayUse& use,
                                                 Timestamp now) const {
  if (const auto opens = plan.OpensAt(now)) return opens;
  const std::string today = plan.DayOf(now);
  if (use.day() != today) return std::nullopt;
  // Of a former owner nothing is known but what it had reserved.
  const int64_t requests = day_ == today ? used_ : use.requests();
  const bool full = (plan.requests && requests >= *plan.requests) ||
                    (plan.bytes && use.bytes() >= *plan.bytes);
  if (!full) return std::nullopt;
  return plan.NextDay(now);
}

void DayAccount::Renew(const DayPlan& plan, Timestamp now, v1::DayUse& use) {
  const std::string today = plan.DayOf(now);
  if (use.day() != today) {
    use.Clear();
    use.set_day(today);
  }
  if (day_ == today) return;
  day_ = today;
  used_ = use.requests();
  written_bytes_ = use.bytes();
  // Another day's answers may still come; they speak of another counter.
  granted_ = std::make_shared<std::atomic<int64_t>>(used_);
}

DayAccount::Step DayAccount::Take(const DayPlan& plan, Timestamp now,
                                  v1::DayUse& use) {
  Renew(plan, now, use);
  if (!plan.requests) return Step::kGo;
  if (used_ < *granted_) {
    ++used_;
    return Step::kGo;
  }
  if (use.requests() > *granted_) return Step::kWait;
  const int64_t part = std::max<int64_t>(*plan.requests / kParts, 1);
  use.set_requests(std::min(used_ + part, *plan.requests));
  return use.requests() > used_ ? Step::kWrite : Step::kWait;
}

std::function<void(bool)> DayAccount::Granted(const v1::DayUse& use) const {
  return [granted = granted_, requests = use.requests()](bool durable) {
    if (durable) granted->store(requests);
  };
}

bool DayAccount::Received(const DayPlan& plan, int64_t bytes, Timestamp now,
                          v1::DayUse& use) {
  if (!plan.bytes) return false;
  Renew(plan, now, use);
  use.set_bytes(use.bytes() + bytes);
  const int64_t part = std::max<int64_t>(*plan.bytes / kParts, 1);
  if (use.bytes() - written_bytes_ < part && use.bytes() < *plan.bytes) {
    return false;
  }
  written_bytes_ = use.bytes();
  return true;
}

}  // namespace newsmill
