#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "newsmill/v1/replay_plan.pb.h"

// Plans of replays stand on the log, on topic `replays`, so that every process
// of a replay and everybody who asks for it sees the same one, wherever it
// runs; the offsets in a plan mean nothing without that log anyway.

namespace newsmill {

// A name that can stand in a topic's and a group's name. kInvalidArgument.
Result<void> CheckPlanName(const std::string& name);

// The newest of each plan, by name.
Result<std::map<std::string, v1::ReplayPlan>> ReadPlans(Bus& bus,
                                                        const Topics& topics,
                                                        const Clock& clock);

// kNotFound, with the names that there are.
Result<v1::ReplayPlan> FindPlan(Bus& bus, const Topics& topics,
                                const Clock& clock, const std::string& name);

// Returns when it is durable.
Result<void> WritePlan(Bus& bus, const Topics& topics,
                       const v1::ReplayPlan& plan);

// The group under which a plan's offsets are kept.
std::string GroupOfPlan(const std::string& prefix, const std::string& name);

// What a plan covers, and where it stands.
std::map<TopicPartition, Watermarks> RangeOf(const v1::ReplayPlan& plan);
int64_t RecordsIn(const v1::ReplayPlan& plan);

struct PlanProgress {
  v1::ReplayCounts counts;  // of what is settled
  int64_t left = 0;         // records, as the offsets have it
  bool finished = false;    // every range was worked off
};
Result<PlanProgress> ProgressOf(Admin& admin, const std::string& prefix,
                                const v1::ReplayPlan& plan);

// Counts as a few characters, and back; text that is not ours is none.
std::string EncodeCounts(const v1::ReplayCounts& counts);
v1::ReplayCounts DecodeCounts(const std::string& text);
void AddCounts(const v1::ReplayCounts& counts, v1::ReplayCounts* sum);
int64_t SumOf(const v1::ReplayCounts& counts);

// Hears when a plan is ended by somebody. Used by one thread.
class PlanWatch {
 public:
  PlanWatch(Bus& bus, const Topics& topics, std::string name);

  // The newest state that was written since the last call, if any; does not
  // wait.
  Result<std::optional<v1::ReplayPlan::State>> Look();

 private:
  Bus& bus_;
  const TopicPartition where_;
  const std::string name_;
  std::unique_ptr<Consumer> consumer_;
};

}  // namespace newsmill
