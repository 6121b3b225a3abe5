#pragma once

#include <functional>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"

namespace newsmill {

// Reads every record with from <= offset < to, of each partition of `to`, in
// the partition's order; from the beginning where `from` says nothing. Ends by
// position, so control records at the end do not hold it up. `trimmed` is told
// of partitions whose records were deleted before they were read; the rest of
// them is read. kTimedOut when the log gives nothing for `patience`.
Result<void> VisitRange(
    Bus& bus, const Offsets& from, const Offsets& to, Duration patience,
    const std::function<void(const Message&)>& visit,
    const std::function<void(const TopicPartition&)>& trimmed);

// The ID of the task that a record of any topic but `tasks` speaks of. Records
// of ours have it in a header, so that bodies need not be read.
std::string TaskIdOf(const Message& message, const Topics& topics);

}  // namespace newsmill
