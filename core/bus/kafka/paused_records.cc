#include "core/bus/kafka/paused_records.h"

#include <utility>

namespace newsmill::kafka {
namespace {

// Kept of one partition before it is paused in librdkafka, too.
constexpr size_t kMostBytes = size_t{1} << 20;

size_t SizeOf(const Fetched& fetched) {
  size_t size = sizeof(Fetched);
  if (fetched.message) size += fetched.message->value.size();
  return size;
}

}  // namespace

bool PausedRecords::Keep(const TopicPartition& partition, Fetched fetched) {
  Shelf& shelf = shelves_[partition];
  shelf.bytes += SizeOf(fetched);
  shelf.fetched.push_back(std::move(fetched));
  return shelf.bytes >= kMostBytes;
}

std::optional<Fetched> PausedRecords::Take(const TopicPartition& partition) {
  const auto found = shelves_.find(partition);
  if (found == shelves_.end()) return std::nullopt;
  Shelf& shelf = found->second;
  Fetched oldest = std::move(shelf.fetched.front());
  shelf.fetched.pop_front();
  // As it was when it came: nobody changed it.
  shelf.bytes -= SizeOf(oldest);
  if (shelf.fetched.empty()) shelves_.erase(found);
  return oldest;
}

bool PausedRecords::Has(const TopicPartition& partition) const {
  return shelves_.contains(partition);
}

void PausedRecords::Drop(const TopicPartition& partition) {
  shelves_.erase(partition);
}

}  // namespace newsmill::kafka
