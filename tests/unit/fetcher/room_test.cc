#include "fetcher/room.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TEST(Room, CountsBytesAndNotTasks) {
  Room room(1000);
  const Room::Place small = room.Take(10);
  EXPECT_TRUE(room.HasRoom());
  const Room::Place large = room.Take(990);
  EXPECT_FALSE(room.HasRoom());
  EXPECT_EQ(room.taken(), 1000);
}

TEST(Room, APlaceIsGivenUpOnceWhereverItWasMovedTo) {
  Room room(1);
  {
    Room::Place place = room.Take(1);
    EXPECT_FALSE(room.HasRoom());
    Room::Place other = std::move(place);
    EXPECT_FALSE(room.HasRoom());
  }
  EXPECT_TRUE(room.HasRoom());
  EXPECT_EQ(room.taken(), 0);
}

TEST(Room, IsScarceBeforeItIsFull) {
  Room room(100);
  const Room::Place most = room.Take(74);
  EXPECT_FALSE(room.IsScarce());
  const Room::Place one = room.Take(1);
  EXPECT_TRUE(room.IsScarce());
  EXPECT_TRUE(room.HasRoom());
}

}  // namespace
}  // namespace newsmill
