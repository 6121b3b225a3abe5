// Articles that are fetched again and again, through the real binary on the
// embedded log.

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/time.h"
#include "tests/e2e/loopback_command.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using testing::ScriptedServer;

constexpr auto kPatience = std::chrono::minutes(4);

class RevisitsTest : public ::testing::Test {
 protected:
  RevisitsTest()
      : server_([this](const ScriptedServer::Request& request) {
          if (request.target == "/robots.txt") {
            return Answer("404 Not Found", "");
          }
          const std::string body =
              request.target == "/ticker" ? std::to_string(++edition_) : "";
          return testing::Html("<h1>A headline</h1><p>A page. " + body +
                               "</p>");
        }) {}

  std::string Run(const std::vector<std::string>& arguments) {
    const auto done = RunOnLoopback(folder_, arguments);
    EXPECT_EQ(done.status.code, 0) << done.errors;
    return done.output;
  }
  void StartWorkers() {
    process::ChildProcess::Options options;
    options.argv = {
        NEWSMILL_BINARY, "run",
        "--data",        folder_ / "data",
        "--set",         "fetcher.allow_addresses=[\"127.0.0.0/8\"]",
        "--set",         "fetcher.host_delay=10ms"};
    options.directory = folder_.path().string();
    options.output_file = folder_ / "run.log";
    auto started = process::ChildProcess::Start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    workers_ = std::move(*started);
  }
  void StopWorkers() {
    ASSERT_TRUE(workers_->Signal(SIGTERM));
    const auto status = workers_->Wait(std::chrono::seconds(90));
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_TRUE(status->Succeeded()) << workers_->LastLines(20);
  }
  size_t Asked(const std::string& target) const {
    const auto requests = server_.requests();
    return static_cast<size_t>(std::count_if(
        requests.begin(), requests.end(),
        [&](const auto& request) { return request.target == target; }));
  }
  void AwaitAsked(const std::string& target, size_t times) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (Asked(target) < times) {
      ASSERT_TRUE(workers_->Running()) << workers_->LastLines(20);
      ASSERT_LT(std::chrono::steady_clock::now(), give_up)
          << target << " was asked for " << Asked(target) << " times";
      std::this_thread::sleep_for(milliseconds(50));
    }
  }
  // Between one request and the next, of the server's clock.
  std::vector<int64_t> Pauses(const std::string& target) const {
    std::vector<int64_t> pauses;
    std::optional<std::chrono::steady_clock::time_point> last;
    for (const auto& request : server_.requests()) {
      if (request.target != target) continue;
      if (last) {
        pauses.push_back(std::chrono::duration_cast<milliseconds>(
                             request.received_at - *last)
                             .count());
      }
      last = request.received_at;
    }
    return pauses;
  }
  // What `revisits list` says, by the end of the article's URL.
  std::map<std::string, nlohmann::json> Plans() {
    std::map<std::string, nlohmann::json> plans;
    std::istringstream lines(Run({"revisits", "list", "--json"}));
    for (std::string line; std::getline(lines, line);) {
      const auto plan = nlohmann::json::parse(line, nullptr, false);
      EXPECT_FALSE(plan.is_discarded()) << line;
      if (plan.is_discarded()) continue;
      const auto key = plan["article_key"].get<std::string>();
      plans[key.substr(key.rfind('/'))] = plan;
    }
    return plans;
  }
  // A plan is not listed while its task is on its way.
  void AwaitPlan(const std::string& target,
                 const std::function<bool(const nlohmann::json&)>& is_right) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      const auto plans = Plans();
      const auto plan = plans.find(target);
      if (plan != plans.end() && is_right(plan->second)) return;
      ASSERT_LT(std::chrono::steady_clock::now(), give_up)
          << (plan == plans.end() ? "no plan" : plan->second.dump());
    }
  }
  // Of the next round, as the plan has it.
  static double SecondsOf(const nlohmann::json& plan) {
    const auto& interval = plan["task"]["revisit"]["interval"];
    return interval.value("seconds", 0.0) + interval.value("nanos", 0.0) / 1e9;
  }

  process::TempFolder folder_{"newsmill-revisits"};
  std::atomic<int> edition_ = 0;
  ScriptedServer server_;
  std::unique_ptr<process::ChildProcess> workers_;
};

TEST_F(RevisitsTest, AnIntervalFollowsHowOftenThePageChanges) {
  Run({"enqueue", "--batch", "news", "--revisit", "2s", "--revisit-min", "1s",
       "--revisit-max", "1h", server_.Url("/still"), server_.Url("/ticker")});
  ASSERT_NO_FATAL_FAILURE(StartWorkers());
  // 2 s; 1.6, 1.28, 1.02 and 1 where it changes; 3, 4.5 and more where not.
  ASSERT_NO_FATAL_FAILURE(AwaitAsked("/ticker", 7));
  ASSERT_NO_FATAL_FAILURE(AwaitAsked("/still", 4));
  ASSERT_NO_FATAL_FAILURE(AwaitPlan(
      "/ticker", [](const auto& plan) { return SecondsOf(plan) == 1.0; }));
  // 2 s, after the same page came three times.
  ASSERT_NO_FATAL_FAILURE(AwaitPlan(
      "/still", [](const auto& plan) { return SecondsOf(plan) >= 6.7; }));
  EXPECT_THAT(Run({"revisits", "list"}), HasSubstr("/still"));
  ASSERT_NO_FATAL_FAILURE(StopWorkers());

  // Never sooner than planned, less the tenth by which plans drift apart.
  const std::vector<int64_t> still = Pauses("/still");
  const std::vector<int64_t> planned = {2000, 3000, 4500};
  for (size_t i = 0; i < planned.size(); ++i) {
    EXPECT_GE(still.at(i), planned[i] * 9 / 10 - 50) << "after request " << i;
  }
  EXPECT_THAT(Pauses("/ticker"), Each(Ge(900 - 50)));
}

TEST_F(RevisitsTest, CancelledOnesAreAskedForNoMoreAlsoWhileFetchersRun) {
  Run({"enqueue", "--revisit", "1s", "--revisit-max", "1s",
       server_.Url("/still"), server_.Url("/ticker")});
  ASSERT_NO_FATAL_FAILURE(StartWorkers());
  ASSERT_NO_FATAL_FAILURE(AwaitAsked("/still", 2));
  std::string key;
  ASSERT_NO_FATAL_FAILURE(AwaitPlan("/still", [&](const auto& plan) {
    key = plan["article_key"].template get<std::string>();
    return true;
  }));
  EXPECT_THAT(Run({"revisits", "cancel", key}), HasSubstr("1 plan"));
  const size_t of_cancelled = Asked("/still");
  ASSERT_NO_FATAL_FAILURE(AwaitAsked("/ticker", Asked("/ticker") + 4));
  // One may have been on its way, and be asked for again because its fetcher
  // had to take the partition back first.
  EXPECT_THAT(Asked("/still"), Le(of_cancelled + 2));
  EXPECT_FALSE(Plans().contains("/still"));
  ASSERT_NO_FATAL_FAILURE(StopWorkers());

  Run({"revisits", "cancel", "--all"});
  EXPECT_TRUE(Plans().empty());
  const size_t tickers = Asked("/ticker");
  Run({"run", "--until-idle", "3s"});
  EXPECT_LE(Asked("/ticker"), tickers + 1) << "what was on its way";
}

}  // namespace
}  // namespace newsmill
