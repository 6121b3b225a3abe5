#include "fetcher/frontier/frontier.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

Instant At(Duration since_start) { return Instant(1h) + since_start; }

Frontier EveryHost(Duration delay, int concurrency = 1) {
  return Frontier([delay, concurrency](const std::string&) {
    return HostLimits{delay, concurrency};
  });
}

TEST(Frontier, AHostThatMustWaitHoldsNoOtherUp) {
  Frontier frontier = EveryHost(10s);
  frontier.Push("a", 0, At(-10s), 1);
  frontier.Push("a", 0, At(-10s), 2);
  frontier.Push("b", 0, At(-10s), 3);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  EXPECT_EQ(frontier.Pop(At(0s)), 3u);
  EXPECT_EQ(frontier.Pop(At(0s)), std::nullopt);
  frontier.Finish("a", At(1s));
  EXPECT_EQ(frontier.NextReady(), At(11s));
  EXPECT_EQ(frontier.Pop(At(11s)), 2u);
}

TEST(Frontier, HostsTakeTurnsAtTheSameInstant) {
  Frontier frontier = EveryHost(0s, 2);
  frontier.Push("a", 0, At(0s), 1);
  frontier.Push("a", 0, At(0s), 2);
  frontier.Push("b", 0, At(0s), 3);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  EXPECT_EQ(frontier.Pop(At(0s)), 3u);
  EXPECT_EQ(frontier.Pop(At(0s)), 2u);
}

TEST(Frontier, TheHostWhoseTurnCameFirstGoesFirst) {
  Frontier frontier = EveryHost(0s);
  frontier.Push("late", 0, At(0s), 1, At(3s));
  frontier.Push("early", 0, At(0s), 2, At(1s));
  EXPECT_EQ(frontier.Pop(At(9s)), 2u);
  EXPECT_EQ(frontier.Pop(At(9s)), 1u);
}

TEST(Frontier, ReadyIsWhoseTurnHasComeAndWhoHasSomethingToAsk) {
  Frontier frontier = EveryHost(10s);
  EXPECT_EQ(frontier.ReadyAt(At(0s)).hosts, 0u);
  frontier.Push("a", 0, At(-10s), 1);
  frontier.Push("a", 0, At(-10s), 2);
  frontier.Push("b", 0, At(-8s), 3);
  frontier.Push("later", 0, At(-10s), 4, At(60s));
  EXPECT_EQ(frontier.ReadyAt(At(5s)).hosts, 2u);
  EXPECT_EQ(frontier.ReadyAt(At(5s)).since, At(0s));
  EXPECT_EQ(frontier.Pop(At(5s)), 1u);
  EXPECT_EQ(frontier.ReadyAt(At(5s)).hosts, 1u) << "the other one runs";
  EXPECT_EQ(frontier.ReadyAt(At(5s)).since, At(2s));
}

TEST(Frontier, WaitsAFullDelayAfterTakingAPartitionOver) {
  Frontier frontier = EveryHost(5s);
  frontier.Push("a", 0, At(0s), 1);
  EXPECT_EQ(frontier.Pop(At(5s) - 1ms), std::nullopt);
  EXPECT_EQ(frontier.Pop(At(5s)), 1u);
}

TEST(Frontier, RemembersAnIdleHostUntilItsDelayIsOver) {
  Frontier frontier = EveryHost(5s);
  frontier.Push("a", 0, At(-5s), 1);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  frontier.Finish("a", At(1s));
  frontier.Push("a", 0, At(-5s), 2);
  EXPECT_EQ(frontier.Pop(At(2s)), std::nullopt) << "asked a second ago";
  EXPECT_EQ(frontier.Pop(At(6s)), 2u);
  frontier.Finish("a", At(6s));
  EXPECT_EQ(frontier.Pop(At(10s)), std::nullopt);
  EXPECT_EQ(frontier.hosts(), 1u);
  EXPECT_EQ(frontier.Pop(At(11s)), std::nullopt);
  EXPECT_EQ(frontier.hosts(), 0u) << "nothing to remember";
}

TEST(Frontier, WhatIsPutBackComesFirstAgain) {
  Frontier frontier = EveryHost(1s);
  frontier.Push("a", 0, At(-1s), 1);
  frontier.Push("a", 0, At(-1s), 2);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  frontier.PutBack("a", 1, At(0s));
  EXPECT_EQ(frontier.queued(), 2u);
  EXPECT_EQ(frontier.Pop(At(0s)), std::nullopt) << "the request may have left";
  EXPECT_EQ(frontier.Pop(At(1s)), 1u);
}

TEST(Frontier, ATurnCanBeGivenToAnotherRequest) {
  Frontier frontier = EveryHost(1s);
  frontier.Push("a", 0, At(-1s), 1);
  frontier.Push("a", 0, At(-1s), 2);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  frontier.GiveTurnAway("a", 1);
  EXPECT_EQ(frontier.queued(), 2u);
  EXPECT_EQ(frontier.Pop(At(9s)), std::nullopt) << "the turn is taken";
  frontier.Finish("a", At(9s));
  EXPECT_EQ(frontier.Pop(At(10s) - 1ms), std::nullopt);
  EXPECT_EQ(frontier.Pop(At(10s)), 1u) << "before the others";
}

TEST(Frontier, NewLimitsCountFromTheNextDelayOn) {
  std::map<std::string, HostLimits> limits{{"a", {1s, 1}}, {"b", {1s, 1}}};
  Frontier frontier([&](const std::string& host) { return limits[host]; });
  frontier.Push("a", 0, At(-1s), 1);
  frontier.Push("a", 0, At(-1s), 2);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  limits["a"] = {10s, 1};
  frontier.RefreshLimits("a");
  frontier.Finish("a", At(0s));
  EXPECT_EQ(frontier.Pop(At(10s) - 1ms), std::nullopt);
  EXPECT_EQ(frontier.Pop(At(10s)), 2u);
  frontier.RefreshLimits("nobody's");
}

TEST(Frontier, AHostsWaitCanBeAskedFor) {
  Frontier frontier = EveryHost(0s);
  frontier.Push("a", 0, At(0s), 1);
  EXPECT_EQ(frontier.WaitOf("a", At(0s)), std::nullopt);
  frontier.WaitUntil("a", At(60s));
  EXPECT_EQ(frontier.WaitOf("a", At(0s)), At(60s));
  EXPECT_EQ(frontier.WaitOf("b", At(0s)), std::nullopt);
  EXPECT_THAT(frontier.TakeWaiting("a"), ElementsAre(1u));
  EXPECT_EQ(frontier.WaitOf("a", At(0s)), At(60s)) << "though nobody waits";
}

TEST(Frontier, ForgetsAPartitionWithItsHosts) {
  Frontier frontier = EveryHost(0s);
  frontier.Push("a", 1, At(0s), 1);
  frontier.Push("a", 1, At(0s), 2);
  frontier.Push("b", 1, At(0s), 3);
  frontier.Push("c", 2, At(0s), 4);
  EXPECT_EQ(frontier.Pop(At(0s)), 1u);
  EXPECT_THAT(frontier.DropPartition(1), UnorderedElementsAre(2u, 3u));
  EXPECT_EQ(frontier.queued(), 1u);
  frontier.Finish("a", At(1s));  // a late end changes nothing
  EXPECT_EQ(frontier.Pop(At(9s)), 4u);
  EXPECT_EQ(frontier.Pop(At(9s)), std::nullopt);
}

// A pick looks at the host whose turn it is, not at all: what each pick of
// 20,000 hosts gives is the fetch of the host with the earliest turn.
TEST(Frontier, TurnsOfThousandsOfHostsComeInOrder) {
  Frontier frontier = EveryHost(1s);
  constexpr int kHosts = 20'000;
  std::map<FetchId, Instant> turn_of;
  for (int i = 0; i < kHosts; ++i) {
    const Duration turn{(i * 7919) % kHosts};
    const FetchId fetch = static_cast<FetchId>(i);
    turn_of[fetch] = At(turn);
    frontier.Push("host" + std::to_string(i), 0, At(turn) - 1s, fetch);
  }
  Instant last = At(0s);
  for (int i = 0; i < kHosts; ++i) {
    const Instant now = *frontier.NextReady();
    const std::optional<FetchId> fetch = frontier.Pop(now);
    ASSERT_TRUE(fetch);
    EXPECT_EQ(turn_of[*fetch], now);
    EXPECT_GE(now, last);
    last = now;
  }
  EXPECT_EQ(frontier.queued(), 0u);
}

// The rule that matters, over a made-up day: no host is ever asked before its
// delay is over.
TEST(Frontier, NoHostIsAskedBeforeItsDelayIsOver) {
  Frontier frontier = EveryHost(100ms);
  constexpr int kHosts = 50;
  std::map<FetchId, std::string> host_of;
  FetchId next = 1;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < kHosts; ++i) {
      const std::string host = "h" + std::to_string(i);
      host_of[next] = host;
      frontier.Push(host, 0, At(-1s), next++);
    }
  }
  std::map<std::string, Instant> ended;
  std::multimap<Instant, std::string> running;
  int asked = 0;
  for (Duration t{0}; asked < kHosts * 20; t += 1ms) {
    ASSERT_LT(t, 60s) << "the frontier starves somebody";
    while (!running.empty() && running.begin()->first <= At(t)) {
      ended[running.begin()->second] = At(t);
      frontier.Finish(running.begin()->second, At(t));
      running.erase(running.begin());
    }
    while (const std::optional<FetchId> fetch = frontier.Pop(At(t))) {
      const std::string& host = host_of[*fetch];
      const auto last = ended.find(host);
      if (last != ended.end()) {
        EXPECT_GE(At(t) - last->second, 100ms) << host;
      }
      running.emplace(At(t) + Duration(1 + *fetch % 37), host);
      ++asked;
    }
  }
}

}  // namespace
}  // namespace newsmill
