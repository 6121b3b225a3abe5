#include <signal.h>

#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/chaos/polite_origin.h"
#include "tests/chaos/politeness_log.h"
#include "tests/e2e/pipeline.h"

// 200 hosts are asked by fetchers that join, leave, are killed, and are stopped
// for longer than their session and continued, while tasks wait in every retry
// delay. The hosts' own log says whether any of them was asked against its
// wishes; the ledger, whether every task came to its end.

namespace newsmill::chaos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kHosts = 200;
constexpr Duration kDelay = seconds(1);
constexpr Duration kSession = seconds(3);

class Fleet {
 public:
  Result<void> Start(const std::string& fault) {
    fault_ = fault;
    access_log_ = folder_ / "access.jsonl";
    auto origin = PoliteOrigin::Start(access_log_);
    if (!origin) return origin.error();
    origin_ = std::move(*origin);
    e2e::PipelineOptions options;
    options.binary = NEWSMILL_BINARY;
    options.log_settings =
        "[log]\nbackend = \"embedded\"\ntasks_partitions = 12\n"
        "session_timeout = \"3s\"\n";
    options.fetcher_settings =
        "host_delay = \"1s\"\nretry_delays = [\"1s\", \"3s\", \"6s\"]\n"
        "allow_addresses = [\"127.0.0.0/8\"]\n";
    auto pipeline = e2e::Pipeline::Start(std::move(options));
    if (!pipeline) return pipeline.error();
    pipeline_ = std::move(*pipeline);
    return {};
  }

  // Pages of every host, tasks for each retry delay, hosts that ask for time.
  Result<int64_t> Enqueue(int pages) {
    std::string targets;
    int64_t tasks = 0;
    const auto add = [&](int host, const std::string& path) {
      targets += "http://127.0.0." + std::to_string(host + 2) + ":" +
                 std::to_string(origin_->port()) + path + "\n";
      ++tasks;
    };
    for (int n = 0; n < pages; ++n) {
      for (int host = 0; host < kHosts; ++host) {
        const std::string number = "/" + std::to_string(n);
        if (n == 0 && host % 5 == 0) {
          add(host, "/later-4" + number);
        } else if (n < 3 && host % 4 == n) {
          add(host, "/fails-" + std::to_string(n + 1) + number);
        } else {
          add(host, number);
        }
      }
    }
    const auto put = pipeline_->Command({"enqueue", "--file", "-"}, targets);
    if (!put) return put.error();
    if (put->status.code != 0) return Error{Code::kInternal, put->errors};
    return tasks;
  }

  Result<e2e::WorkerProcess*> AddFetcher() {
    const std::string name = "fetcher-" + std::to_string(++fetchers_);
    e2e::WorkerSetup setup;
    setup.environment["NEWSMILL_FETCHER__USER_AGENT"] = name;
    if (!fault_.empty()) {
      setup.binary = NEWSMILL_FAULTY_BINARY;
      setup.environment["NEWSMILL_PLANTED_FAULT"] = fault_;
    }
    return pipeline_->AddWorker("fetcher", std::move(setup));
  }

  // Replaced by one of another name: it is another asker.
  Result<void> Kill(e2e::WorkerProcess& fetcher) {
    if (auto sent = fetcher.child->Signal(SIGKILL); !sent) return sent;
    const auto ended = fetcher.child->Wait(seconds(30));
    return ended ? Result<void>() : ended.error();
  }
  // The group gives its partitions to others meanwhile.
  static Result<void> Freeze(e2e::WorkerProcess& fetcher) {
    if (auto stopped = fetcher.child->Stop(); !stopped) return stopped;
    std::this_thread::sleep_for(kSession + seconds(2));
    return fetcher.child->Continue();
  }
  static Result<void> Leave(e2e::WorkerProcess& fetcher) {
    const auto ended = fetcher.child->Terminate(seconds(30));
    return ended ? Result<void>() : ended.error();
  }

  Result<void> AwaitSettled(int64_t tasks, Duration most) {
    const Instant end = Clock::System().Uptime() + most;
    while (true) {
      const Result<int64_t> settled = pipeline_->Settled();
      if (settled && *settled >= tasks) return {};
      if (Clock::System().Uptime() >= end) {
        return Error{Code::kTimedOut,
                     settled ? std::to_string(*settled) + " of " +
                                   std::to_string(tasks) + " settled"
                             : settled.error().message};
      }
      std::this_thread::sleep_for(milliseconds(100));
    }
  }

  Violations Look() const {
    const auto log = ReadAccessLog(access_log_);
    EXPECT_TRUE(log) << log.error().message;
    if (!log) return {};
    std::set<std::string> agents;
    for (const Asked& asked : *log) agents.insert(asked.agent);
    std::cout << log->size() << " requests of " << agents.size()
              << " fetchers\n";
    return Judge(*log, {.delay = kDelay, .concurrency = 1});
  }

  e2e::Pipeline& pipeline() { return *pipeline_; }

 private:
  const process::TempFolder folder_{"newsmill-politeness"};
  std::string access_log_, fault_;
  std::unique_ptr<PoliteOrigin> origin_;
  std::unique_ptr<e2e::Pipeline> pipeline_;
  int fetchers_ = 0;
};

#define ASSERT_GOOD(expression)                                           \
  do {                                                                    \
    const auto& result = (expression);                                    \
    ASSERT_TRUE(result) << #expression << ": " << result.error().message; \
  } while (false)

void Rest(Duration time) { std::this_thread::sleep_for(time); }

TEST(Politeness, HoldsWhateverBecomesOfTheFetchers) {
  Fleet fleet;
  ASSERT_GOOD(fleet.Start(""));
  const auto tasks = fleet.Enqueue(8);
  ASSERT_GOOD(tasks);
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
  ASSERT_GOOD(fleet.Kill(**first));
  ASSERT_GOOD(fleet.AddFetcher());
  Rest(seconds(2));
  ASSERT_GOOD(Fleet::Freeze(**second));
  Rest(seconds(2));
  ASSERT_GOOD(Fleet::Leave(**third));
  ASSERT_GOOD(fleet.AwaitSettled(*tasks, std::chrono::minutes(3)));

  const Violations violations = fleet.Look();
  std::cout << violations.ToString() << std::endl;
  EXPECT_EQ(violations.all(), 0);
}

// Each must be found by the log alone.
class PlantedRudeness : public ::testing::TestWithParam<const char*> {};

TEST_P(PlantedRudeness, IsFound) {
  Fleet fleet;
  ASSERT_GOOD(fleet.Start(GetParam()));
  ASSERT_GOOD(fleet.Enqueue(8));
  ASSERT_GOOD(fleet.AddFetcher());
  Rest(seconds(6));
  ASSERT_GOOD(fleet.AddFetcher());
  for (int i = 0; i < 40 && fleet.Look().all() == 0; ++i)
    Rest(milliseconds(500));
  const Violations violations = fleet.Look();
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
