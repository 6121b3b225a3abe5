#pragma once

#include <cstdint>
#include <mutex>

namespace newsmill {

// The memory that a fetcher spends on waiting tasks: one budget of bytes,
// whatever their number. Thread-safe; outlives its places.
class Room {
 public:
  // One task's place, given up when it is destroyed.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

   private:
    friend class Room;
    Place(Room* room, int64_t bytes) : room_(room), bytes_(bytes) {}

    Room* room_ = nullptr;
    int64_t bytes_ = 0;
  };

  explicit Room(int64_t most_bytes) : most_(most_bytes) {}

  // Always given; HasRoom is asked before.
  Place Take(int64_t bytes);
  // Whether one more may come: false pauses the intake. `expected`: bytes that
  // are on their way.
  bool HasRoom(int64_t expected = 0) const {
    return taken() + expected < most_;
  }
  // Three quarters are used: what need not be held now goes to the log.
  bool IsScarce() const { return taken() >= most_ - most_ / 4; }
  int64_t taken() const;

 private:
  void GiveBack(int64_t bytes);

  const int64_t most_;
  mutable std::mutex mutex_;
  int64_t taken_ = 0;  // guarded by mutex_
};

}  // namespace newsmill
