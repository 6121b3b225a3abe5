#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "newsmill/v1/replay_plan.pb.h"

namespace newsmill {

// Which records of a topic were asked for.
struct PlanWish {
  std::optional<Timestamp> from, to;  // append times; `to` itself is left out
  // PARTITION:BEGIN-END; partitions that are not named are left out.
  std::vector<std::string> offsets;
};

// What of the wish the log does not hold any more.
struct PlanGap {
  int32_t partition = 0;
  int64_t retained_from = 0;  // offset
  // The first record that is left; nullopt: the wish named offsets.
  std::optional<Timestamp> first_time;
};

struct PlannedRanges {
  std::vector<v1::ReplayPlan::Range> ranges;  // not empty ones
  std::vector<PlanGap> gaps;
};

// Freezes the wish to offsets; asks the log for offsets and, where something
// may have been deleted, for one record of the partition.
// kInvalidArgument: offsets that are none, or beyond the end.
Result<PlannedRanges> PlanRanges(Bus& bus, const std::string& topic,
                                 int32_t partitions, const PlanWish& wish);

}  // namespace newsmill
