#include <iostream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/chaos/fleet.h"

// `newsmill hosts pause|resume|block|rate`, given from a shell, reach a fleet
// of two fetchers that is at work, hold for fetchers that start later, and the
// hosts' own log shows it.

namespace newsmill::chaos {
namespace {

using std::chrono::seconds;

constexpr int kHosts = 8;
constexpr int kTasks = 200;
// Within that every fetcher of the fleet has heard of an order.
constexpr Duration kHeard = seconds(5);

class Orders : public ::testing::Test {
 protected:
  void SetUp() override {
    Fleet::Options options;
    options.binary = NEWSMILL_BINARY;
    options.log_settings =
        "[log]\nbackend = \"embedded\"\ntasks_partitions = 8\n"
        "session_timeout = \"3s\"\n";
    options.fetcher_settings =
        "host_delay = \"200ms\"\nhost_delay_jitter = 0\nrobots = \"off\"\n"
        "retry_delays = [\"1s\", \"5s\"]\n";
    ASSERT_GOOD(fleet_.Start(std::move(options)));
    std::vector<std::string> targets;
    for (int n = 0; n < kTasks; ++n) {
      for (int host = 0; host < kHosts; ++host) {
        targets.push_back(fleet_.UrlOf(host, "/" + std::to_string(n)));
      }
    }
    ASSERT_GOOD(fleet_.Enqueue(targets));
    for (e2e::WorkerProcess*& fetcher : fetchers_) {
      const auto added = fleet_.AddFetcher();
      ASSERT_GOOD(added);
      fetcher = *added;
    }
    // All hosts are asked, by both.
    ASSERT_TRUE(Await(seconds(60), [&] {
      std::set<std::string> hosts, agents;
      for (const Asked& asked : Log()) {
        hosts.insert(asked.host);
        agents.insert(asked.agent);
      }
      return hosts.size() == kHosts && agents.size() == 2;
    }));
  }

  std::vector<Asked> Log() const {
    const auto log = fleet_.Log();
    EXPECT_TRUE(log) << log.error().message;
    return log ? *log : std::vector<Asked>();
  }
  // When the host was asked, from an instant on.
  std::vector<int64_t> AskedSince(int host, Timestamp since) const {
    std::vector<int64_t> times;
    for (const Asked& asked : Log()) {
      if (asked.host == fleet_.HostOf(host) &&
          asked.came_ms >= since.time_since_epoch().count()) {
        times.push_back(asked.came_ms);
      }
    }
    return times;
  }
  static Timestamp Now() { return Clock::System().Now(); }
  static void Rest(Duration time) { std::this_thread::sleep_for(time); }
  bool AwaitAsked(int host) const {
    const Timestamp since = Now();
    return Await(seconds(30), [&] { return !AskedSince(host, since).empty(); });
  }

  Fleet fleet_;
  e2e::WorkerProcess* fetchers_[2] = {};
};

TEST_F(Orders, PauseAndResumeActWithinFiveSecondsAndOutliveTheFleet) {
  for (const int host : {0, 1, 2, 3}) {
    ASSERT_GOOD(fleet_.Do({"hosts", "pause", fleet_.HostOf(host), "--reason",
                           "their owner wrote"}));
  }
  const Timestamp heard = Now() + kHeard;
  Rest(kHeard + seconds(3));
  for (const int host : {0, 1, 2, 3}) {
    EXPECT_TRUE(AskedSince(host, heard).empty()) << host;
  }
  for (const int host : {4, 5, 6, 7}) {
    EXPECT_FALSE(AskedSince(host, heard).empty()) << host;
  }

  // Nobody that knew is left.
  const Timestamp restarted = Now();
  for (e2e::WorkerProcess* fetcher : fetchers_) {
    ASSERT_GOOD(Fleet::Kill(*fetcher));
  }
  for (int i = 0; i < 2; ++i) ASSERT_GOOD(fleet_.AddFetcher());
  ASSERT_TRUE(AwaitAsked(4));
  Rest(seconds(3));
  for (const int host : {0, 1, 2, 3}) {
    EXPECT_TRUE(AskedSince(host, restarted).empty()) << host;
  }

  ASSERT_GOOD(fleet_.Do({"hosts", "resume", fleet_.HostOf(0)}));
  const Timestamp resumed = Now();
  ASSERT_TRUE(AwaitAsked(0));
  EXPECT_LE(AskedSince(0, resumed).front(),
            (resumed + kHeard).time_since_epoch().count());
  EXPECT_TRUE(AskedSince(1, restarted).empty()) << "still paused";
}

TEST_F(Orders, TasksOfABlockedHostEndAndNobodyAsksIt) {
  ASSERT_GOOD(fleet_.pipeline().AddWorker("parser"));
  ASSERT_GOOD(fleet_.pipeline().AddWorker("sink"));
  ASSERT_GOOD(fleet_.Do({"hosts", "block", fleet_.HostOf(0), "--reason",
                         "a complaint", "--who", "anna"}));
  const Timestamp heard = Now() + kHeard;
  ASSERT_GOOD(fleet_.AwaitSettled(kHosts * kTasks, std::chrono::minutes(3)));
  EXPECT_TRUE(AskedSince(0, heard).empty());
  const auto ledger = fleet_.pipeline().Ledger();
  ASSERT_GOOD(ledger);
  int blocked = 0;
  for (const LedgerRow& row : *ledger) {
    const bool of_host = row.target.starts_with(fleet_.UrlOf(0, "/"));
    if (row.reason != v1::REASON_BLOCKED_BY_OPERATOR) continue;
    ++blocked;
    EXPECT_TRUE(of_host) << row.target;
    EXPECT_EQ(row.kind, v1::SKIPPED);
    EXPECT_NE(row.detail.find("blocked by anna"), std::string::npos)
        << row.detail;
    EXPECT_NE(row.detail.find("a complaint"), std::string::npos);
  }
  std::cout << blocked << " tasks were blocked\n";
  EXPECT_GE(blocked, kTasks / 2);
}

TEST_F(Orders, ARateActsWithinFiveSeconds) {
  ASSERT_GOOD(fleet_.Do({"hosts", "rate", fleet_.HostOf(0), "2s"}));
  const Timestamp heard = Now() + kHeard;
  Rest(kHeard + seconds(7));
  const std::vector<int64_t> slowed = AskedSince(0, heard);
  ASSERT_GE(slowed.size(), 2u);
  for (size_t i = 1; i < slowed.size(); ++i) {
    EXPECT_GE(slowed[i] - slowed[i - 1], 2000);
  }
  EXPECT_GT(AskedSince(1, heard).size(), slowed.size());
}

}  // namespace
}  // namespace newsmill::chaos
