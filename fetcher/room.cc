#include "fetcher/room.h"

#include <algorithm>
#include <utility>

namespace newsmill {

Room::Place::Place(Place&& other) noexcept
    : room_(std::exchange(other.room_, nullptr)),
      partition_(other.partition_) {}

Room::Place& Room::Place::operator=(Place&& other) noexcept {
  std::swap(room_, other.room_);
  std::swap(partition_, other.partition_);
  return *this;
}

Room::Place::~Place() {
  if (room_ != nullptr) room_->GiveBack(partition_);
}

void Room::ShareAmong(size_t partitions) {
  const std::lock_guard lock(mutex_);
  partitions_ = std::max<int64_t>(1, static_cast<int64_t>(partitions));
}

Room::Place Room::Take(int32_t partition) {
  const std::lock_guard lock(mutex_);
  ++taken_;
  ++taken_from_[partition];
  return Place(this, partition);
}

bool Room::HasRoom(int32_t partition) const {
  const std::lock_guard lock(mutex_);
  if (taken_ >= most_) return false;
  const auto found = taken_from_.find(partition);
  const int64_t share = std::max<int64_t>(1, most_ / partitions_);
  return found == taken_from_.end() || found->second < share;
}

int64_t Room::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

void Room::GiveBack(int32_t partition) {
  const std::lock_guard lock(mutex_);
  --taken_;
  if (--taken_from_[partition] == 0) taken_from_.erase(partition);
}

}  // namespace newsmill
