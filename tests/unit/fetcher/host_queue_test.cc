#include "fetcher/frontier/host_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

Instant At(Duration since_start) { return Instant(1h) + since_start; }

TEST(HostQueue, GivesFetchesInTheirOrder) {
  HostQueue queue({.delay = 0s, .concurrency = 3}, At(0s));
  queue.Push(1);
  queue.Push(2);
  queue.Push(3);
  EXPECT_EQ(queue.Pop(At(0s)), 1u);
  EXPECT_EQ(queue.Pop(At(0s)), 2u);
  EXPECT_EQ(queue.Pop(At(0s)), 3u);
  EXPECT_EQ(queue.Pop(At(0s)), std::nullopt);
}

TEST(HostQueue, WaitsForTheDelayFromTheEndOfTheLastRequest) {
  HostQueue queue({.delay = 2s, .concurrency = 1}, At(0s));
  queue.Push(1);
  queue.Push(2);
  EXPECT_EQ(queue.Pop(At(0s)), 1u);
  EXPECT_EQ(queue.Pop(At(9s)), std::nullopt) << "one at a time";
  EXPECT_EQ(queue.NextReady(), std::nullopt);
  queue.Finish(At(10s));
  EXPECT_EQ(queue.Pop(At(12s) - 1ms), std::nullopt)
      << "delay counts from the end";
  EXPECT_EQ(queue.NextReady(), At(12s));
  EXPECT_EQ(queue.Pop(At(12s)), 2u);
}

TEST(HostQueue, ANewOwnerWaitsBeforeItsFirstRequest) {
  HostQueue queue({.delay = 2s, .concurrency = 1}, At(2s));
  queue.Push(1);
  EXPECT_EQ(queue.Pop(At(2s) - 1ms), std::nullopt);
  EXPECT_EQ(queue.Pop(At(2s)), 1u);
}

TEST(HostQueue, ConcurrencyLetsSlowAnswersOverlapButKeepsTheDelay) {
  HostQueue queue({.delay = 1s, .concurrency = 2}, At(0s));
  for (FetchId fetch = 1; fetch <= 4; ++fetch) queue.Push(fetch);
  EXPECT_EQ(queue.Pop(At(0s)), 1u);
  EXPECT_EQ(queue.Pop(At(0s)), std::nullopt) << "not at the same instant";
  EXPECT_EQ(queue.Pop(At(1s)), 2u) << "while 1 is under way";
  EXPECT_EQ(queue.Pop(At(5s)), std::nullopt) << "not a third";
  queue.Finish(At(6s));
  EXPECT_EQ(queue.NextReady(), At(7s));
  EXPECT_EQ(queue.Pop(At(7s)), 3u);
}

TEST(HostQueue, AFetchThatWaitsForItsOwnTimeHoldsNobodyUp) {
  HostQueue queue({.delay = 1s, .concurrency = 1}, At(0s));
  queue.Push(1, At(10s));
  queue.Push(2);
  EXPECT_EQ(queue.Pop(At(0s)), 2u);
  queue.Finish(At(0s));
  EXPECT_EQ(queue.Pop(At(5s)), std::nullopt);
  EXPECT_EQ(queue.NextReady(), At(10s));
  queue.Push(3);
  EXPECT_EQ(queue.Pop(At(10s)), 1u) << "its time came first";
}

TEST(HostQueue, TheWholeHostWaits) {
  HostQueue queue({.delay = 1s, .concurrency = 1}, At(0s));
  queue.Push(1);
  queue.WaitUntil(At(60s));
  queue.WaitUntil(At(30s));
  EXPECT_EQ(queue.NextReady(), At(60s)) << "a shorter wait changes nothing";
  EXPECT_EQ(queue.Pop(At(60s) - 1ms), std::nullopt);
  EXPECT_EQ(queue.Pop(At(60s)), 1u);
}

TEST(HostQueue, AnEndDoesNotShortenTheWait) {
  HostQueue queue({.delay = 1s, .concurrency = 1}, At(0s));
  queue.Push(1);
  queue.Push(2);
  EXPECT_EQ(queue.Pop(At(0s)), 1u);
  queue.WaitUntil(At(60s));
  queue.Finish(At(2s));
  EXPECT_EQ(queue.NextReady(), At(60s));
}

TEST(HostQueue, AFetchThatMadeNoRequestCostsNoDelay) {
  HostQueue queue({.delay = 1s, .concurrency = 1}, At(0s));
  queue.Push(1);
  queue.Push(2);
  EXPECT_EQ(queue.Pop(At(0s)), 1u);
  queue.Cancel();
  EXPECT_EQ(queue.Pop(At(0s)), 2u);
}

TEST(HostQueue, GivesBackAllThatWaits) {
  HostQueue queue({.delay = 1s, .concurrency = 1}, At(0s));
  queue.Push(1);
  queue.Push(2, At(9s));
  queue.Push(3);
  EXPECT_EQ(queue.Pop(At(0s)), 1u);
  EXPECT_THAT(queue.TakeAll(), ElementsAre(3u, 2u));
  EXPECT_FALSE(queue.idle()) << "one is under way";
  queue.Finish(At(1s));
  EXPECT_TRUE(queue.idle());
}

TEST(HostQueue, FreshGoesFirstAndBulkHasItsShare) {
  HostQueue queue({.delay = 0s, .concurrency = 100}, At(0s));
  for (FetchId fetch = 101; fetch <= 103; ++fetch) {
    queue.Push(fetch, std::nullopt, Lane::kBulk);
  }
  for (FetchId fetch = 1; fetch <= 7; ++fetch) queue.Push(fetch);
  std::vector<FetchId> order;
  while (const auto fetch = queue.Pop(At(0s))) order.push_back(*fetch);
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 101, 4, 5, 6, 102, 7, 103));
}

TEST(HostQueue, WhatIsDueGoesFirstInItsOwnLane) {
  HostQueue queue({.delay = 0s, .concurrency = 100}, At(0s));
  queue.Push(101, std::nullopt, Lane::kBulk);
  queue.Push(103, At(2s), Lane::kBulk);
  queue.Push(102, At(1s), Lane::kBulk);
  queue.Push(1);
  std::vector<FetchId> order;
  while (const auto fetch = queue.Pop(At(3s))) order.push_back(*fetch);
  EXPECT_THAT(order, ElementsAre(1, 102, 103, 101));
}

TEST(HostQueue, HasRoomForWhatItCanBeAskedInTime) {
  HostQueue queue({.delay = 10s, .concurrency = 1}, At(0s));
  EXPECT_EQ(queue.Capacity(30s), 4);
  EXPECT_EQ(queue.Room(Lane::kFresh, 30s, At(0s)), 4);
  queue.Push(1);
  queue.Push(2);
  EXPECT_EQ(queue.Room(Lane::kFresh, 30s, At(0s)), 2);
  EXPECT_EQ(queue.Room(Lane::kBulk, 30s, At(0s)), 2);
  queue.Push(3);
  queue.Push(4);
  EXPECT_EQ(queue.Room(Lane::kFresh, 30s, At(0s)), 0);
  EXPECT_EQ(queue.Room(Lane::kBulk, 30s, At(0s)), 2) << "its share";
}

TEST(HostQueue, HasNoRoomWhileItRestsLonger) {
  HostQueue queue({.delay = 10s, .concurrency = 1}, At(0s));
  queue.WaitUntil(At(31s));
  EXPECT_EQ(queue.Room(Lane::kFresh, 30s, At(0s)), 0);
  EXPECT_EQ(queue.Room(Lane::kBulk, 30s, At(0s)), 0);
  EXPECT_EQ(queue.Room(Lane::kFresh, 30s, At(2s)), 1);
}

}  // namespace
}  // namespace newsmill
