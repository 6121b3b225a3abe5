#include <iostream>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/chaos/fleet.h"
#include "tests/chaos/politeness_log.h"

// 200 hosts are asked by fetchers that join, leave, are killed, and are stopped
// for longer than their session and continued, while tasks wait in every retry
// delay. The hosts' own log says whether any of them was asked against its
// wishes; the ledger, whether every task came to its end.

namespace newsmill::chaos {
namespace {

using std::chrono::seconds;

constexpr int kHosts = 200;
constexpr int kPages = 8;
constexpr Duration kDelay = seconds(1);
constexpr Duration kSession = seconds(3);
// Every delay of fetcher.retry_delays has tasks in it: those of the last fail
// three times.
constexpr int kDelays = 3;

Fleet::Options OptionsOf(const std::string& fault) {
  Fleet::Options options;
  options.binary = NEWSMILL_BINARY;
  options.faulty_binary = NEWSMILL_FAULTY_BINARY;
  options.fault = fault;
  options.log_settings =
      "[log]\nbackend = \"embedded\"\ntasks_partitions = 12\n"
      "session_timeout = \"3s\"\n";
  options.fetcher_settings =
      "host_delay = \"1s\"\nretry_delays = [\"1s\", \"3s\", \"6s\"]\n";
  return options;
}

// Pages of every host, tasks for each retry delay, hosts that ask for time.
std::vector<std::string> Targets(const Fleet& fleet) {
  std::vector<std::string> targets;
  for (int n = 0; n < kPages; ++n) {
    for (int host = 0; host < kHosts; ++host) {
      std::string path = "/" + std::to_string(n);
      if (n == 0 && host % 5 == 0) {
        path = "/later-4" + path;
      } else if (n < kDelays && host % 4 == n) {
        path = "/fails-" + std::to_string(n + 1) + path;
      }
      targets.push_back(fleet.UrlOf(host, path));
    }
  }
  return targets;
}

Violations Look(const Fleet& fleet) {
  const auto log = fleet.Log();
  EXPECT_TRUE(log) << log.error().message;
  if (!log) return {};
  std::set<std::string> agents;
  for (const Asked& asked : *log) agents.insert(asked.agent);
  std::cout << log->size() << " requests of " << agents.size() << " fetchers\n";
  return Judge(*log, {.delay = kDelay, .concurrency = 1, .robots_first = true});
}

void Rest(Duration time) { std::this_thread::sleep_for(time); }

TEST(Politeness, HoldsWhateverBecomesOfTheFetchers) {
  Fleet fleet;
  ASSERT_GOOD(fleet.Start(OptionsOf("")));
  const std::vector<std::string> targets = Targets(fleet);
  ASSERT_GOOD(fleet.Enqueue(targets));
  ASSERT_GOOD(fleet.pipeline().AddWorker("parser"));
  ASSERT_GOOD(fleet.pipeline().AddWorker("sink"));
  const auto first = fleet.AddFetcher();
  ASSERT_GOOD(first);
  const auto second = fleet.AddFetcher();
  ASSERT_GOOD(second);
  Rest(seconds(5));
  const auto third = fleet.AddFetcher();  // joins
  ASSERT_GOOD(third);
  Rest(seconds(3));
  ASSERT_GOOD(Fleet::Kill(**first));
  const auto fourth = fleet.AddFetcher();
  ASSERT_GOOD(fourth);
  Rest(seconds(2));
  // Beyond the session: its partitions are somebody else's when it goes on.
  ASSERT_GOOD(Fleet::Freeze(**second, kSession + seconds(2)));
  Rest(seconds(2));
  ASSERT_GOOD(Fleet::Leave(**third));
  // Just within it: they may still be its own.
  ASSERT_GOOD(Fleet::Freeze(**fourth, kSession - seconds(1)));
  ASSERT_GOOD(Fleet::Kill(**second));
  ASSERT_GOOD(fleet.AddFetcher());
  ASSERT_GOOD(fleet.AwaitSettled(std::ssize(targets), std::chrono::minutes(4)));

  const Violations violations = Look(fleet);
  std::cout << violations.ToString() << std::endl;
  EXPECT_EQ(violations.all(), 0);
  const auto ledger = fleet.pipeline().Ledger();
  ASSERT_GOOD(ledger);
  EXPECT_EQ(ledger->size(), targets.size());
  for (const LedgerRow& row : *ledger) {
    EXPECT_TRUE(row.settled_at && row.kind != v1::DEAD) << row.task_id;
  }
}

// Each must be found by the log alone.
class PlantedRudeness : public ::testing::TestWithParam<const char*> {};

TEST_P(PlantedRudeness, IsFound) {
  Fleet fleet;
  ASSERT_GOOD(fleet.Start(OptionsOf(GetParam())));
  ASSERT_GOOD(fleet.Enqueue(Targets(fleet)));
  ASSERT_GOOD(fleet.AddFetcher());
  Rest(seconds(6));
  ASSERT_GOOD(fleet.AddFetcher());
  Await(seconds(20), [&] { return Look(fleet).all() > 0; });
  const Violations violations = Look(fleet);
  std::cout << violations.ToString() << std::endl;
  EXPECT_GT(violations.all(), 0);
}

INSTANTIATE_TEST_SUITE_P(Faults, PlantedRudeness,
                         ::testing::Values("no-delay", "forgotten-delay",
                                           "two-owners"));

// The judge itself.

Asked At(int64_t came, int64_t answered, const std::string& agent = "a",
         const std::string& path = "/1") {
  return {came, answered, "h", path, agent, 200, 0};
}

TEST(PolitenessJudge, FindsNothingWhereAllIsWell) {
  Asked later = At(0, 10);
  later.status = 429;
  later.retry_after_s = 4;
  const Violations found = Judge(
      {later, At(4010, 4020, "b"), At(5020, 5030, "b")}, {.delay = kDelay});
  EXPECT_EQ(found.all(), 0) << found.ToString();
}

TEST(PolitenessJudge, FindsADelayThatWasNotKept) {
  EXPECT_EQ(Judge({At(0, 10), At(1009, 1020)}, {.delay = kDelay}).delay, 1);
}

TEST(PolitenessJudge, FindsTwoAskersAtATime) {
  const Violations found =
      Judge({At(0, 500), At(400, 600, "b")}, {.delay = kDelay});
  EXPECT_EQ(found.askers, 1);
  EXPECT_EQ(found.concurrency, 1);
}

TEST(PolitenessJudge, FindsTooMuchAtATime) {
  const Violations found = Judge({At(0, 500), At(100, 600), At(200, 700)},
                                 {.delay = kDelay, .concurrency = 2});
  EXPECT_EQ(found.concurrency, 1);
  EXPECT_EQ(found.askers, 0);
}

TEST(PolitenessJudge, FindsARetryAfterThatWasForgotten) {
  Asked later = At(0, 10);
  later.retry_after_s = 4;
  const Violations found =
      Judge({later, At(3000, 3010, "b")}, {.delay = kDelay});
  EXPECT_EQ(found.retry_after, 1);
  EXPECT_EQ(found.delay, 0);
}

TEST(PolitenessJudge, FindsAPageBeforeRobots) {
  const Manners manners{.delay = kDelay, .robots_first = true};
  EXPECT_EQ(Judge({At(0, 1)}, manners).robots, 1);
  EXPECT_EQ(
      Judge({At(0, 1, "a", "/robots.txt"), At(2000, 2001)}, manners).robots, 0);
}

}  // namespace
}  // namespace newsmill::chaos
