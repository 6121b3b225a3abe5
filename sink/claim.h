#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "sink/sink_batch.h"
#include "sink/store.h"

namespace newsmill {

// Makes us the owner of these partitions in the store, and makes sure that the
// store speaks of this log: the same cluster, an offset that the log holds, and
// the last record, where it is still retained, with the time that the store
// remembers. Anything else is kBadConfiguration with an explanation: to read on
// would skip records or mix two logs. Waits for the log up to `timeout`.
Result<std::map<TopicPartition, Owned>> ClaimPartitions(
    Bus& bus, Store& store, const std::vector<TopicPartition>& partitions,
    Duration timeout);

}  // namespace newsmill
