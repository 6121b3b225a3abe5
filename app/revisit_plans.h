#pragma once

#include <functional>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "newsmill/v1/seen_page.pb.h"

namespace newsmill {

// What the topic `revisits` says of an article, and where.
struct StandingPlan {
  int32_t partition = 0;
  v1::PlannedRevisit plan;
};

// As they are now; cancelled ones are left out. The first due comes first; last
// those without a time, whose task is on its way or was the last.
Result<std::vector<StandingPlan>> ReadRevisitPlans(Bus& bus,
                                                   const Topics& topics,
                                                   const Clock& clock);

// Ends the chains that `which` picks and gives how many. Each partition with
// one is taken over for that, so that nobody plans or puts the next round
// meanwhile; its fetcher notices at its next plan, takes it back and reads it
// anew. kUnavailable where fetchers keep taking a partition back.
Result<int64_t> CancelRevisits(
    Bus& bus, const Topics& topics, const std::string& prefix,
    const Clock& clock,
    const std::function<bool(const v1::PlannedRevisit&)>& which);

}  // namespace newsmill
