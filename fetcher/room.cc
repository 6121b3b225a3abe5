#include "fetcher/room.h"

#include <utility>

namespace newsmill {

Room::Place::Place(Place&& other) noexcept
    : room_(std::exchange(other.room_, nullptr)), bytes_(other.bytes_) {}

Room::Place& Room::Place::operator=(Place&& other) noexcept {
  std::swap(room_, other.room_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Room::Place::~Place() {
  if (room_ != nullptr) room_->GiveBack(bytes_);
}

Room::Place Room::Take(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  taken_ += bytes;
  return Place(this, bytes);
}

int64_t Room::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

void Room::GiveBack(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
}

}  // namespace newsmill
