#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/bus/bus.h"

namespace newsmill::kafka {

// What Kafka gave: a record, or without one a place that the reading came to.
struct Fetched {
  std::optional<Message> message;
  int64_t next = 0;  // the position after it
};

// What was fetched of partitions that are paused, per partition in order, until
// somebody wants it. librdkafka throws away what it has fetched of a partition
// when it is paused and fetches it again when it is resumed, so short pauses
// are kept from it. Used by one thread.
class PausedRecords {
 public:
  // True when so much is kept of that partition now that no more should be
  // fetched.
  bool Keep(const TopicPartition& partition, Fetched fetched);

  // The oldest of that partition, nullopt where nothing is kept.
  std::optional<Fetched> Take(const TopicPartition& partition);

  bool Has(const TopicPartition& partition) const;
  void Drop(const TopicPartition& partition);
  void Clear() { shelves_.clear(); }

 private:
  struct Shelf {
    std::deque<Fetched> fetched;
    size_t bytes = 0;
  };

  std::map<TopicPartition, Shelf> shelves_;  // none is empty
};

}  // namespace newsmill::kafka
