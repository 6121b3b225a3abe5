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

}  // namespace
}  // namespace newsmill
