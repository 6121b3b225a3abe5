#include "fetcher/room.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TEST(Room, ASlowPartitionDoesNotTakeTheOthersShare) {
  Room room(4);
  room.ShareAmong(2);
  const Room::Place first = room.Take(0);
  EXPECT_TRUE(room.HasRoom(0));
  const Room::Place second = room.Take(0);
  EXPECT_FALSE(room.HasRoom(0));
  EXPECT_TRUE(room.HasRoom(1));
}

TEST(Room, APlaceIsGivenUpOnceWhereverItWasMovedTo) {
  Room room(1);
  {
    Room::Place place = room.Take(0);
    EXPECT_FALSE(room.HasRoom(0));
    Room::Place other = std::move(place);
    EXPECT_FALSE(room.HasRoom(0));
  }
  EXPECT_TRUE(room.HasRoom(0));
  EXPECT_EQ(room.taken(), 0);
}

TEST(Room, IsFullWhenTheWholeIs) {
  Room room(2);
  room.ShareAmong(8);
  const Room::Place first = room.Take(0);
  const Room::Place second = room.Take(1);
  EXPECT_FALSE(room.HasRoom(2));
}

}  // namespace
}  // namespace newsmill
