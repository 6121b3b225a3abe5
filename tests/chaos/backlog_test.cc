#include <algorithm>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/chaos/fleet.h"
#include "tests/e2e/services.h"

// Hosts of different speeds share partitions. What a slow one cannot be asked
// soon waits on the backlog, also while its fetcher is killed: nothing is lost,
// nothing is DEAD, nothing is written again and again, and nobody else waits.

namespace newsmill::chaos {
namespace {

using std::chrono::seconds;

constexpr int kFast = 4, kFastTasks = 60;
// More than a host can be asked in the half minute that tasks stay in memory.
constexpr int kSlow = 2, kSlowTasks = 48;
constexpr char kFetcher[] =
    "host_delay = \"1s\"\nrobots = \"off\"\nretry_delays = [\"1s\", \"5s\"]\n";

std::vector<std::string> Targets(const Fleet& fleet) {
  std::vector<std::string> targets;
  for (int n = 0; n < kFastTasks; ++n) {
    for (int host = 0; host < kSlow + kFast; ++host) {
      if (host < kSlow && n >= kSlowTasks) continue;
      targets.push_back(fleet.UrlOf(host, "/" + std::to_string(n)));
    }
  }
  return targets;
}

// Of those that the fast hosts were to be asked: how long the fetcher's thread
// was held up, as while it takes up the backlog.
int64_t LongestPause(const Fleet& fleet) {
  const auto log = fleet.Log();
  int64_t longest = 0;
  if (!log) return longest;
  for (size_t i = 1; i < log->size(); ++i) {
    longest = std::max(longest, (*log)[i].came_ms - (*log)[i - 1].came_ms);
  }
  return longest;
}

void WaitsOnTheLog(Fleet::Options options) {
  options.binary = NEWSMILL_BINARY;
  options.fetcher_settings = kFetcher;
  options.retry_delays = {seconds(1), seconds(5)};
  Fleet fleet;
  ASSERT_GOOD(fleet.Start(std::move(options)));
  for (int host = kSlow; host < kSlow + kFast; ++host) {
    ASSERT_GOOD(fleet.Do({"hosts", "rate", fleet.HostOf(host), "50ms"}));
  }
  const std::vector<std::string> targets = Targets(fleet);
  ASSERT_GOOD(fleet.Enqueue(targets));

  const auto first = fleet.AddFetcher();
  ASSERT_GOOD(first);
  const auto waiting = [](const e2e::WorkerProcess& fetcher) {
    return e2e::Pipeline::Metric(fetcher, "newsmill_fetcher_backlog_tasks");
  };
  ASSERT_TRUE(Await(seconds(60), [&] { return waiting(**first) >= 20; }))
      << (*first)->child->LastLines(20);
  ASSERT_TRUE(Await(seconds(60), [&] { return fleet.Served().size() >= 60; }));
  std::cout << "the longest pause between two requests: " << LongestPause(fleet)
            << " ms\n";
  ASSERT_GOOD(Fleet::Kill(**first));
  const auto second = fleet.AddFetcher();
  ASSERT_GOOD(second);
  ASSERT_TRUE(Await(seconds(180),
                    [&] { return fleet.Served().size() == targets.size(); }))
      << fleet.Served().size() << " were served\n"
      << (*second)->child->LastLines(20);

  // Before anything of it is trimmed.
  const auto writes = fleet.WritesOfTasks();
  ASSERT_GOOD(writes);
  EXPECT_EQ(writes->size(), targets.size());
  int most = 0;
  int64_t waited = 0;
  for (const auto& [task, times] : *writes) {
    most = std::max(most, times);
    waited += times > 1 ? 1 : 0;
  }
  std::cout << waited << " tasks waited; of one were written at most " << most
            << " records\n";
  EXPECT_GE(waited, 20);
  EXPECT_LE(most, 3);

  ASSERT_GOOD(fleet.pipeline().AddWorker("parser"));
  ASSERT_GOOD(fleet.pipeline().AddWorker("sink"));
  ASSERT_GOOD(fleet.AwaitSettled(std::ssize(targets), seconds(120)));
  const auto ledger = fleet.pipeline().Ledger();
  ASSERT_GOOD(ledger);
  EXPECT_EQ(ledger->size(), targets.size());
  for (const LedgerRow& row : *ledger) {
    EXPECT_NE(row.kind, v1::DEAD) << row.target << ": " << row.detail;
  }
  EXPECT_TRUE(fleet.Do({"audit"}));
}

TEST(Backlog, WaitsOnTheEmbeddedLog) {
  Fleet::Options options;
  options.log.tasks_partitions = 2;
  options.log_settings =
      "[log]\nbackend = \"embedded\"\ntasks_partitions = 2\n"
      "session_timeout = \"3s\"\n";
  WaitsOnTheLog(std::move(options));
}

TEST(Backlog, WaitsOnKafka) {
  const auto services = e2e::Services::Start();
  ASSERT_GOOD(services);
  Fleet::Options options;
  options.log_settings = (*services)->LogSettings("backlog");
  options.log.backend = "kafka";
  options.log.prefix = "backlog.";
  options.log.kafka["bootstrap.servers"] = (*services)->broker().bootstrap();
  options.store = (*services)->StoreOf("backlog");
  WaitsOnTheLog(std::move(options));
}

}  // namespace
}  // namespace newsmill::chaos
