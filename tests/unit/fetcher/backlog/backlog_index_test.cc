#include "fetcher/backlog/backlog_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
constexpr Lane kFresh = Lane::kFresh, kBulk = Lane::kBulk;

// Records 0 to count - 1, all of one host.
BacklogIndex OfOneHost(int64_t count) {
  BacklogIndex index(SidePosition{});
  for (int64_t at = 0; at < count; ++at) index.Add(at, "a", kBulk);
  return index;
}

TEST(BacklogIndex, GivesTheRecordsOfAHostInOrderWhereverTheyStand) {
  BacklogIndex index(SidePosition{10});
  index.Add(10, "a", kBulk);
  index.Add(11, "b", kBulk);
  index.Add(12, "a", kBulk);
  index.Add(13, "a", kFresh);
  EXPECT_THAT(index.Take("a", kBulk, 5), ElementsAre(10, 12));
  EXPECT_THAT(index.Take("a", kFresh, 5), ElementsAre(13));
  EXPECT_FALSE(index.Waits("a", kBulk));
  EXPECT_TRUE(index.Waits("b", kBulk));
  EXPECT_FALSE(index.Waits("b", kFresh));
}

TEST(BacklogIndex, EverythingBelowTheOldestUnsettledRecordIsSettled) {
  BacklogIndex index = OfOneHost(4);
  index.Take("a", kBulk, 4);
  index.Settle(1);
  index.Settle(2);
  EXPECT_EQ(index.Position(), (SidePosition{0, {{1, 2}}}));
  index.Settle(0);
  EXPECT_EQ(index.Position(), (SidePosition{3, {}}));
  EXPECT_EQ(index.unsettled(), 1u);
}

TEST(BacklogIndex, WhatAnEarlierOwnerSettledDoesNotWait) {
  BacklogIndex index(SidePosition{5, {{6, 1}, {8, 1}}});
  for (int64_t at = 5; at < 9; ++at) index.Add(at, "a", kBulk);
  EXPECT_THAT(index.Take("a", kBulk, 9), ElementsAre(5, 7));
  EXPECT_EQ(index.Position(), (SidePosition{5, {{6, 1}, {8, 1}}}))
      << "and the next owner is told as well";
}

TEST(BacklogIndex, ARecordThatTellsWhatIsSettledIsBelieved) {
  BacklogIndex index = OfOneHost(4);
  index.AddSettled(4);
  index.Believe({{0, 1}, {2, 1}});
  EXPECT_EQ(index.next(), 1);
  EXPECT_THAT(index.Take("a", kBulk, 9), ElementsAre(1, 3));
}

TEST(BacklogIndex, WhatWasRecordedNeedsNoPlaceInTheNote) {
  BacklogIndex index = OfOneHost(5);
  index.Take("a", kBulk, 5);
  index.Settle(1);
  index.Settle(3);
  EXPECT_EQ(index.BeginRecord(), (OffsetRuns{{1, 1}, {3, 1}}));
  index.Settle(4);
  EXPECT_EQ(index.Position(), (SidePosition{0, {{1, 1}, {3, 2}}}))
      << "until it is durable it stands in the note";
  index.EndRecord(true);
  EXPECT_EQ(index.Position(), (SidePosition{0, {{4, 1}}}));
}

TEST(BacklogIndex, WhatCouldNotBeRecordedStaysInTheNote) {
  BacklogIndex index = OfOneHost(3);
  index.Take("a", kBulk, 3);
  index.Settle(1);
  index.BeginRecord();
  index.EndRecord(false);
  EXPECT_EQ(index.Position(), (SidePosition{0, {{1, 1}}}));
}

TEST(BacklogIndex, WhatComesBackWaitsInFront) {
  BacklogIndex index = OfOneHost(3);
  EXPECT_THAT(index.Take("a", kBulk, 2), ElementsAre(0, 1));
  index.PutBack(1, "a", kBulk);
  index.PutBack(0, "a", kBulk);
  EXPECT_THAT(index.Take("a", kBulk, 9), ElementsAre(0, 1, 2));
}

TEST(BacklogIndex, HolesAreNoRecords) {
  BacklogIndex index(SidePosition{});
  index.Add(3, "a", kBulk);
  EXPECT_EQ(index.next(), 3);
  EXPECT_EQ(index.end(), 4);
}

TEST(BacklogIndex, ForgetsWhatTheLogForgot) {
  BacklogIndex index = OfOneHost(4);
  index.Forget(2);
  EXPECT_EQ(index.next(), 2);
  EXPECT_THAT(index.Take("a", kBulk, 9), ElementsAre(2, 3));
  index.Forget(100);
  EXPECT_EQ(index.next(), 100);
  EXPECT_EQ(index.end(), 100);
  EXPECT_EQ(index.unsettled(), 0u);
}

TEST(BacklogIndex, TellsOfHostsThatCameToWait) {
  BacklogIndex index = OfOneHost(2);
  index.Add(2, "b", kBulk);
  EXPECT_THAT(index.TakeNewHosts(), ElementsAre("a", "b"));
  EXPECT_THAT(index.TakeNewHosts(), IsEmpty());
  index.Take("a", kBulk, 9);
  index.Add(3, "a", kBulk);
  EXPECT_THAT(index.TakeNewHosts(), ElementsAre("a"));
}

TEST(RunSet, JoinsWhatTouchesAndOverlaps) {
  RunSet set;
  set.Add({5, 1});
  set.Add({7, 1});
  set.Add({6, 1});
  set.Add({1, 2});
  set.Add({2, 3});
  EXPECT_EQ(set.runs(), (OffsetRuns{{1, 7}}));
  set.DropBelow(4);
  EXPECT_EQ(set.runs(), (OffsetRuns{{4, 4}}));
  EXPECT_TRUE(set.Contains(7));
  EXPECT_FALSE(set.Contains(8));
  EXPECT_FALSE(set.Contains(3));
}

}  // namespace
}  // namespace newsmill
