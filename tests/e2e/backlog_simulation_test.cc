// Slow hosts with long queues beside many short ones, in simulated time and at
// full size.

#include <algorithm>
#include <random>

#include "tests/e2e/backlog_simulation.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::SimulatedHttp;
using testing::Simulation;

constexpr int64_t kReadRate = 10000;  // records of `tasks` a second
constexpr int kSlow = 3, kSlowTasks = 50000;
constexpr int kSmall = 200, kSmallTasks = 50;
constexpr auto kBulk = v1::FetchTask::BULK;

FetcherConfig Config() {
  FetcherConfig config;
  config.host_delay = 1s;
  return config;
}

BusConfig Partitions(int64_t count) {
  BusConfig bus;
  bus.tasks_partitions = count;
  return bus;
}

// The host of each task; shuffled, and always the same.
std::vector<std::string> MixedHosts() {
  std::vector<std::string> hosts;
  for (int i = 0; i < kSlow; ++i) {
    hosts.insert(hosts.end(), kSlowTasks, "slow" + std::to_string(i));
  }
  for (int i = 0; i < kSmall; ++i) {
    hosts.insert(hosts.end(), kSmallTasks, "small" + std::to_string(i));
  }
  std::mt19937 random(4);  // NOLINT: the same each time
  std::shuffle(hosts.begin(), hosts.end(), random);
  return hosts;
}

Duration Percentile99(const Simulation& simulation, const std::string& prefix) {
  std::vector<Duration> waits;
  for (const Simulation::Task& task : simulation.tasks) {
    if (task.host.starts_with(prefix)) waits.push_back(task.waited);
  }
  std::sort(waits.begin(), waits.end());
  return waits[waits.size() * 99 / 100];
}

int MostWrites(const Simulation& simulation) {
  int most = 0;
  for (const Simulation::Task& task : simulation.tasks) {
    most = std::max(most, task.writes);
  }
  return most;
}

TEST(BacklogSimulation, SlowHostsKeepTheirRateAndHoldNobodyUp) {
  Simulation simulation(Partitions(4), Config());
  simulation.clock.Advance(10s);  // no host is new
  const Timestamp start = simulation.clock.Now();
  for (const std::string& host : MixedHosts()) simulation.Append(host, kBulk);
  simulation.RunUntil(
      [&] { return simulation.finished == simulation.tasks.size(); }, 60000s,
      kReadRate);
  ASSERT_EQ(simulation.finished, simulation.tasks.size());

  const Duration allowed = kSlowTasks * (1s + SimulatedHttp::kAnswerTime);
  Duration longest{0};
  for (const Simulation::Task& task : simulation.tasks) {
    EXPECT_EQ(task.fetches, 1);
    longest = std::max(longest, Duration(task.done - start));
  }
  EXPECT_LE(longest * 95, allowed * 100) << "95 % of what they allow";
  EXPECT_LT(Percentile99(simulation, "small"), 60s);
  EXPECT_LE(MostWrites(simulation), 2);
  EXPECT_EQ(simulation.failed, 0);
  EXPECT_EQ(simulation.elsewhere, 0);
}

TEST(BacklogSimulation, TheSameHoldsOnOnePartition) {
  Simulation simulation(Partitions(1), Config());
  simulation.clock.Advance(10s);
  for (const std::string& host : MixedHosts()) simulation.Append(host, kBulk);
  simulation.RunUntil([] { return false; }, 1000s, kReadRate);

  std::map<std::string, int> done;
  for (const Simulation::Task& task : simulation.tasks) {
    if (task.outcomes > 0) ++done[task.host];
  }
  for (int i = 0; i < kSlow; ++i) {
    EXPECT_GE(done["slow" + std::to_string(i)], 0.95 * 1000 / 1.05);
  }
  for (int i = 0; i < kSmall; ++i) {
    EXPECT_EQ(done["small" + std::to_string(i)], kSmallTasks);
  }
  EXPECT_LT(Percentile99(simulation, "small"), 60s);
  EXPECT_LE(MostWrites(simulation), 2);
  EXPECT_EQ(simulation.failed, 0);
}

TEST(BacklogSimulation, AFreshTaskOvertakesAHundredThousandBulkOnes) {
  Simulation simulation(Partitions(4), Config());
  simulation.clock.Advance(10s);
  for (int i = 0; i < 100000; ++i) simulation.Append("slow", kBulk);
  simulation.RunUntil([] { return false; }, 30s, kReadRate);
  const size_t fresh = simulation.Append("slow", v1::FetchTask::FRESH);
  simulation.RunUntil([&] { return simulation.tasks[fresh].fetches > 0; }, 60s,
                      kReadRate);
  EXPECT_EQ(simulation.tasks[fresh].fetches, 1);
  EXPECT_LT(simulation.tasks[fresh].waited, 10s);
  EXPECT_EQ(simulation.tasks[fresh].writes, 1);
}

TEST(BacklogSimulation, BulkHasItsShareBesideFreshTasksWithoutEnd) {
  Simulation simulation(Partitions(1), Config());
  simulation.clock.Advance(10s);
  for (int i = 0; i < 1000; ++i) simulation.Append("slow", kBulk);
  for (int i = 0; i < 1000; ++i) {
    simulation.Append("slow", v1::FetchTask::FRESH);
  }
  simulation.RunUntil([] { return false; }, 420s, kReadRate);
  int bulk = 0, fresh = 0;
  for (size_t i = 0; i < simulation.tasks.size(); ++i) {
    (i < 1000 ? bulk : fresh) += simulation.tasks[i].outcomes;
  }
  EXPECT_GE(bulk + fresh, 370);  // the delay has jitter
  EXPECT_NEAR(bulk, (bulk + fresh) / kBulkShare, 40);
}

TEST(BacklogSimulation, AnotherOwnerGoesOnWhereOneWasKilled) {
  Simulation simulation(Partitions(2), Config());
  simulation.clock.Advance(10s);
  for (int i = 0; i < 900; ++i) {
    simulation.Append("slow" + std::to_string(i % 3), kBulk);
  }
  for (int kill = 0; kill < 5; ++kill) {
    simulation.RunUntil([] { return false; }, 37s, kReadRate);
    simulation.Crash();
  }
  simulation.RunUntil(
      [&] { return simulation.finished == simulation.tasks.size(); }, 900s,
      kReadRate);
  EXPECT_EQ(simulation.finished, simulation.tasks.size());
  int again = 0;
  for (const Simulation::Task& task : simulation.tasks) {
    again += task.fetches - 1;
  }
  EXPECT_LE(again, 5 * 3) << "what ran when a process was killed";
  EXPECT_LE(MostWrites(simulation), 3);
  EXPECT_EQ(simulation.failed, 0);
}

TEST(BacklogSimulation, WhatTheNoteCannotHoldStandsOnTheLog) {
  Simulation simulation(Partitions(1), Config());
  simulation.clock.Advance(10s);
  // One task of the slowest stands before each of the others, so that what is
  // settled is all holes.
  for (int i = 0; i < 600; ++i) {
    simulation.Append("slow", kBulk);
    simulation.Append("host" + std::to_string(i), kBulk);
    simulation.Append("host" + std::to_string(i % 300), kBulk);
  }
  simulation.RunUntil([] { return false; }, 120s, kReadRate);
  simulation.Crash();
  simulation.RunUntil(
      [&] { return simulation.finished == simulation.tasks.size(); }, 900s,
      kReadRate);
  EXPECT_EQ(simulation.finished, simulation.tasks.size());
  int again = 0;
  for (const Simulation::Task& task : simulation.tasks) {
    again += task.fetches - 1;
  }
  EXPECT_LE(again, 3);
}

TEST(BacklogSimulation, MemoryStaysWithinItsBudget) {
  FetcherConfig config = Config();
  config.max_queued_bytes = 1000000;
  Simulation simulation(Partitions(1), config);
  simulation.clock.Advance(10s);
  for (int i = 0; i < 20000; ++i) {
    simulation.Append("host" + std::to_string(i % 1000), v1::FetchTask::FRESH);
  }
  int64_t most = 0;
  simulation.RunUntil(
      [&] {
        most = std::max(most, simulation.memory());
        return simulation.finished == simulation.tasks.size();
      },
      2000s, kReadRate);
  EXPECT_EQ(simulation.finished, simulation.tasks.size());
  EXPECT_LE(most, config.max_queued_bytes * 3 / 2);
  EXPECT_LE(MostWrites(simulation), 2);
}

}  // namespace
}  // namespace newsmill
