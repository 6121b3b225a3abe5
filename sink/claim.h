#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "sink/sink_batch.h"
#include "sink/store.h"

namespace newsmill {

// A partition that may not be read: to read on would skip records or mix two
// logs.
struct Stopped {
  std::string why;    // and what to do about it
  int64_t place = 0;  // in the log, so that it can be looked at
};

struct Claims {
  std::map<TopicPartition, Owned> owned;
  std::map<TopicPartition, Stopped> stopped;
};

// Makes us the owner of these partitions in the store, and makes sure of each
// that the store speaks of this log: the same cluster, an offset that the log
// holds, and the last record, where it is still retained, with the time that
// the store remembers. Where it does not, the partition is stopped, and that
// one alone. Waits for the log up to `timeout`; an error concerns all.
Result<Claims> ClaimPartitions(Bus& bus, Store& store,
                               const std::vector<TopicPartition>& partitions,
                               Duration timeout);

}  // namespace newsmill
