#include <iostream>
#include <random>

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
};

class ChaosFaults : public ::testing::TestWithParam<Case> {};

// Whether it is brought about is a matter of moments, so it may take some
// strikes; without the fault no number of them would do.
constexpr int kMostStrikes = 12;
// What is lost is never settled.
constexpr Duration kPatience = seconds(20);

Result<void> Strike(System& system, pages::Dice& dice) {
  for (const auto& nemesis : AllNemeses()) {
    if (nemesis->name() != "frozen workers" &&
        nemesis->name() != "kill -9 of workers") {
      continue;
    }
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
  for (int strike = 1; strike <= kMostStrikes; ++strike) {
    system.generator().Begin();
    const Result<void> struck = Strike(system, dice);
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
    if (*found.*planted.seen > 0) return;
  }
  FAIL() << planted.fault << " was not seen, seed " << seed;
}

INSTANTIATE_TEST_SUITE_P(
    Each, ChaosFaults,
    ::testing::Values(Case{"commit-before-produce", "fetcher",
                           &Findings::audit_lost},
                      Case{"no-epoch", "sink", &Findings::by_thawed},
                      Case{"silent-fence", "sink", &Findings::by_thawed},
                      Case{"no-version-guard", "sink", &Findings::gone_back}),
    [](const auto& instance) {
      std::string name;
      for (const char c : std::string(instance.param.fault)) {
        name += c == '-' ? '_' : c;
      }
      return name;
    });

}  // namespace
}  // namespace newsmill::chaos
