#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"

namespace newsmill {

// How far the fetchers are with the backlog: per partition of it, the offset
// below which all is settled, as the fetchers' group keeps it beside the offset
// of the partition of `tasks` (CommitNote). Partitions of which nothing is
// known are left out: there, all that the log holds may wait.
Offsets BacklogOffsets(const CommittedOffsets& fetcher_group,
                       const Topics& topics);

// The partitions of `topic`, which is one of `topics`.
std::vector<TopicPartition> PartitionsOf(const std::string& topic,
                                         const Topics& topics);

}  // namespace newsmill
