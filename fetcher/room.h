#pragma once

#include <cstdint>
#include <map>
#include <mutex>

namespace newsmill {

// How many tasks a fetcher holds in memory, and of which partition: a slow
// host's partition must not take the room of the others. Thread-safe; outlives
// its places.
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
    Place(Room* room, int32_t partition) : room_(room), partition_(partition) {}

    Room* room_ = nullptr;
    int32_t partition_ = 0;
  };

  explicit Room(int64_t most) : most_(most) {}

  // Equal shares for that many partitions.
  void ShareAmong(size_t partitions);
  // Always given; HasRoom is asked before.
  Place Take(int32_t partition);
  bool HasRoom(int32_t partition) const;
  int64_t taken() const;

 private:
  void GiveBack(int32_t partition);

  const int64_t most_;
  mutable std::mutex mutex_;
  int64_t partitions_ = 1;                 // guarded by mutex_
  int64_t taken_ = 0;                      // guarded by mutex_
  std::map<int32_t, int64_t> taken_from_;  // guarded by mutex_
};

}  // namespace newsmill
