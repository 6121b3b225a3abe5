#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/sites/day_plan.h"
#include "newsmill/v1/host_state.pb.h"

namespace newsmill {

// What was used of a day's plan, such that no crash makes it less: requests are
// reserved some at a time, and a reservation is durable before any of it is
// used. So `use`, which is what later owners read, is never below the truth;
// a crash costs the rest of one reservation. Bytes are known only afterwards:
// they are counted when they are there. Used by one thread, but for the
// function that Granted gives.
class DayAccount {
 public:
  // So much of a plan is reserved at a time.
  static constexpr int64_t kParts = 100;

  // When the next request may be made, where the plan says not now.
  std::optional<Timestamp> ClosedUntil(const DayPlan& plan,
                                       const v1::DayUse& use,
                                       Timestamp now) const;

  enum class Step {
    kGo,     // one request was counted
    kWrite,  // `use` was raised: write it, tell Granted's result, ask again
    kWait,   // that is under way
  };
  Step Take(const DayPlan& plan, Timestamp now, v1::DayUse& use);
  // The request that was counted last is not made now.
  void GiveBack() { --used_; }
  // To be told, from any thread, whether the `use` that was written is durable.
  std::function<void(bool durable)> Granted(const v1::DayUse& use) const;

  // A body came in. True where that is worth a record.
  bool Received(const DayPlan& plan, int64_t bytes, Timestamp now,
                v1::DayUse& use);

 private:
  void Renew(const DayPlan& plan, Timestamp now, v1::DayUse& use);

  std::string day_;  // that used_ and granted_ speak of
  int64_t used_ = 0;
  std::shared_ptr<std::atomic<int64_t>> granted_ =
      std::make_shared<std::atomic<int64_t>>(0);
  int64_t written_bytes_ = 0;
};

}  // namespace newsmill
