#include <algorithm>
#include <iostream>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/chaos/suite/checker.h"
#include "tests/chaos/suite/nemesis.h"
#include "tests/chaos/suite/system.h"

// The test of the suite: with a fault planted in all workers of a kind the
// nemeses bring about what the checker must see.

namespace newsmill::chaos {
namespace {

using std::chrono::seconds;

struct Case {
  const char* fault;
  const char* of;
  int64_t Findings::*seen;
  std::set<std::string> nemeses;
  // Workers that a page has aborted; with the guard no page aborts more than
  // three.
  int aborted = 0;
};

class ChaosFaults : public ::testing::TestWithParam<Case> {};

// Whether it is brought about is a matter of moments, so it may take some
// strikes; without the fault no number of them would do.
constexpr int kMostStrikes = 12;
// What is lost is never settled.
constexpr Duration kPatience = seconds(30);

using Nemeses = std::vector<std::unique_ptr<Nemesis>>;

Result<void> Strike(System& system, const Nemeses& nemeses, pages::Dice& dice) {
  for (const auto& nemesis : nemeses) {
    auto struck = nemesis->Strike(system, dice, seconds(4));
    if (!struck) return struck;
  }
  return {};
}

TEST_P(ChaosFaults, AreSeenByTheChecker) {
  const Case& planted = GetParam();
  const uint64_t seed = std::random_device()();
  auto started = System::Start({.seed = seed,
                                .binary = NEWSMILL_BINARY,
                                .faulty_binary = NEWSMILL_FAULTY_BINARY,
                                .fault = planted.fault,
                                .fault_of = planted.of,
                                .pages_of_host = 2});
  ASSERT_TRUE(started) << started.error().message;
  System& system = **started;
  Checker checker(system);
  const Result<void> installed = checker.Install();
  ASSERT_TRUE(installed) << installed.error().message;
  const Result<void> running = system.StartWorkers();
  ASSERT_TRUE(running) << running.error().message;
  pages::Dice dice(seed, "nemeses");
  Nemeses nemeses = AllNemeses();
  std::erase_if(nemeses, [&planted](const auto& nemesis) {
    return !planted.nemeses.contains(nemesis->name());
  });
  ASSERT_EQ(nemeses.size(), planted.nemeses.size());
  for (int strike = 1; strike <= kMostStrikes; ++strike) {
    system.generator().Begin();
    const Result<void> struck = Strike(system, nemeses, dice);
    const Result<void> ended = system.generator().End();
    ASSERT_TRUE(struck) << struck.error().message;
    ASSERT_TRUE(ended) << ended.error().message;
    // It may not settle at all, which is no verdict yet.
    static_cast<void>(checker.AwaitSettled(kPatience));
    const auto found = checker.Check({});
    ASSERT_TRUE(found) << found.error().message;
    std::cout << planted.fault << ", strike " << strike << ": "
              << found->ToLine() << ", LOST by the audit " << found->audit_lost
              << ", seed " << seed << std::endl;
    if (*found.*planted.seen > 0 && system.aborted() >= planted.aborted) return;
  }
  FAIL() << planted.fault << " was not seen, seed " << seed;
}

std::string NameOf(const std::string& fault) {
  std::string name;
  for (const char c : fault) name += c == '-' ? '_' : c;
  return name;
}

const std::set<std::string> kKilledAndFrozen = {"frozen workers",
                                                "kill -9 of workers"};
INSTANTIATE_TEST_SUITE_P(
    Each, ChaosFaults,
    ::testing::Values(
        Case{"commit-before-produce", "fetcher", &Findings::audit_lost,
             kKilledAndFrozen},
        Case{"no-crash-guard", "parser", &Findings::lost, {"poison"}, 4},
        Case{"no-epoch", "sink", &Findings::by_thawed, {"frozen transactions"}},
        Case{"no-version-guard", "sink", &Findings::gone_back,
             kKilledAndFrozen},
        Case{"one-version",
             "sink",
             &Findings::stale,
             {"outcomes overtake articles"}},
        Case{"silent-fence",
             "sink",
             &Findings::by_thawed,
             {"frozen transactions"}}),
    [](const auto& instance) { return NameOf(instance.param.fault); });

// Another cluster under the old one's address: a sink that goes on at its
// offsets leaves out as many records. Without the fault the sinks refuse, and
// once they are told where to go on nothing is lost.
class AnotherCluster : public ::testing::TestWithParam<bool> {
 protected:
  void Work(System& system, bool last_word) {
    system.generator().Begin();
    const Result<void> passed = system.Pass(seconds(4));
    const Result<void> ended = system.generator().End();
    ASSERT_TRUE(passed) << passed.error().message;
    ASSERT_TRUE(ended) << ended.error().message;
    if (!last_word) return;
    const Result<void> put = system.generator().PutLastWord();
    ASSERT_TRUE(put) << put.error().message;
  }

  static bool Refused(System& system) {
    const auto sinks = system.Of("sink");
    return std::any_of(sinks.begin(), sinks.end(), [](const auto* sink) {
      return e2e::Pipeline::Metric(*sink, "newsmill_sink_stopped_partitions") >
             0;
    });
  }

  // What an operator does who is told that the log is another.
  static void GoOn(System& system) {
    const Result<void> left =
        system.Leave("sink", static_cast<size_t>(system.workers()));
    ASSERT_TRUE(left) << left.error().message;
    const auto reset =
        system.pipeline().Command({"offsets", "reset", "--apply"});
    ASSERT_TRUE(reset) << reset.error().message;
    ASSERT_EQ(reset->status.code, 0) << reset->errors;
    for (int i = 0; i < system.workers(); ++i) {
      const Result<void> joined = system.Join("sink");
      ASSERT_TRUE(joined) << joined.error().message;
    }
  }
};

TEST_P(AnotherCluster, IsNotTakenForTheOldOne) {
  const bool fault = GetParam();
  auto started = System::Start({.seed = std::random_device()(),
                                .binary = NEWSMILL_BINARY,
                                .faulty_binary = NEWSMILL_FAULTY_BINARY,
                                .fault = fault ? "another-cluster" : "",
                                .fault_of = fault ? "sink" : "",
                                .pages_of_host = 2});
  ASSERT_TRUE(started) << started.error().message;
  System& system = **started;
  Checker checker(system);
  const Result<void> installed = checker.Install();
  ASSERT_TRUE(installed) << installed.error().message;
  Result<void> running = system.StartWorkers();
  ASSERT_TRUE(running) << running.error().message;
  ASSERT_NO_FATAL_FAILURE(Work(system, false));
  Result<void> settled = checker.AwaitSettled(std::chrono::minutes(3));
  ASSERT_TRUE(settled) << settled.error().message;
  const Result<void> drained = system.Drain();
  ASSERT_TRUE(drained) << drained.error().message;

  const Result<void> another = system.services().broker().StartAnother();
  ASSERT_TRUE(another) << another.error().message;
  const auto topics = system.pipeline().Command({"topics", "create"});
  ASSERT_TRUE(topics) << topics.error().message;
  ASSERT_EQ(topics->status.code, 0) << topics->errors;
  running = system.StartWorkers();
  ASSERT_TRUE(running) << running.error().message;
  ASSERT_NO_FATAL_FAILURE(Work(system, true));
  const auto by =
      std::chrono::steady_clock::now() + (fault ? seconds(20) : seconds(180));
  bool refused = false;
  while (!refused && std::chrono::steady_clock::now() < by) {
    const Result<void> passed = system.Pass(std::chrono::milliseconds(300));
    ASSERT_TRUE(passed) << passed.error().message;
    refused = Refused(system);
  }
  EXPECT_EQ(refused, !fault);
  if (refused) {
    ASSERT_NO_FATAL_FAILURE(GoOn(system));
  }
  settled = checker.AwaitSettled(fault ? kPatience : seconds(180));
  const auto found = checker.Check({});
  ASSERT_TRUE(found) << found.error().message;
  std::cout << (fault ? "another-cluster: " : "no fault: ") << found->ToLine()
            << std::endl;
  if (fault) {
    EXPECT_GT(found->lost, 0) << "another-cluster was not seen";
  } else {
    EXPECT_EQ(found->lost + found->second_rows + found->gone_back +
                  found->by_thawed + found->stale,
              0);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, AnotherCluster, ::testing::Bool(),
                         [](const auto& instance) {
                           return instance.param ? "with_the_fault"
                                                 : "without_a_fault";
                         });

}  // namespace
}  // namespace newsmill::chaos
