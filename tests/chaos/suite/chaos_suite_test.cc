#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/chaos/suite/checker.h"
#include "tests/chaos/suite/nemesis.h"
#include "tests/chaos/suite/system.h"

// Nemeses harm a broker, a database and three workers of each kind while tasks
// come in, in an order and at moments that a seed decides. After each the
// system is left alone, and the generator's ledger is held against the tables:
// nothing is lost, written twice, or replaced by something older.

namespace newsmill::chaos {
namespace {

using std::chrono::seconds;
using ::testing::IsEmpty;

// What belongs to every test run.
constexpr uint64_t kUsualMinutes = 5;
// How long a nemesis strikes then, and in a run for longer.
constexpr Duration kShort = seconds(4);
constexpr Duration kLong = seconds(20);
// Only a run that fails waits for so long.
constexpr Duration kPatience = std::chrono::minutes(4);

uint64_t NumberOf(const char* variable, uint64_t otherwise) {
  const char* said = std::getenv(variable);
  return said == nullptr ? otherwise : std::strtoull(said, nullptr, 10);
}

class ChaosSuite : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = NumberOf("NEWSMILL_CHAOS_SEED", std::random_device()());
    minutes_ =
        std::chrono::minutes(NumberOf("NEWSMILL_CHAOS_MINUTES", kUsualMinutes));
    std::cout << "seed " << seed_ << std::endl;
    auto system = System::Start({.seed = seed_,
                                 .binary = NEWSMILL_BINARY,
                                 .faulty_binary = NEWSMILL_FAULTY_BINARY});
    ASSERT_TRUE(system) << system.error().message;
    system_ = std::move(*system);
    checker_ = std::make_unique<Checker>(*system_);
    const Result<void> installed = checker_->Install();
    ASSERT_TRUE(installed) << installed.error().message;
    const Result<void> started = system_->StartWorkers();
    ASSERT_TRUE(started) << started.error().message;
  }

  void Round(Nemesis& nemesis, pages::Dice& dice, Duration time) {
    SCOPED_TRACE(nemesis.name() + ", seed " + std::to_string(seed_));
    Generator& generator = system_->generator();
    generator.Begin();
    const Result<void> struck = nemesis.Strike(*system_, dice, time);
    const Result<void> ended = generator.End();
    ASSERT_TRUE(struck) << struck.error().message;
    ASSERT_TRUE(ended) << ended.error().message;
    if (nemesis.own()) Tell(nemesis.name(), *nemesis.own());
    const Result<void> put = generator.PutLastWord();
    ASSERT_TRUE(put) << put.error().message;
    const Result<void> settled = checker_->AwaitSettled(kPatience);
    EXPECT_TRUE(settled) << settled.error().message;
    Sum(nemesis.planted());
    const auto found = checker_->Check(planted_);
    ASSERT_TRUE(found) << found.error().message;
    const Findings by_it = found->Since(before_);
    before_ = *found;
    if (!nemesis.own()) Tell(nemesis.name(), by_it);
    EXPECT_THAT(found->faults, IsEmpty());
    EXPECT_THAT(system_->strange_ends(), IsEmpty());
  }

  void Tell(const std::string& name, const Findings& found) {
    std::cout << name << ": " << found.ToLine() << ", seed " << seed_
              << std::endl;
    sums_[name] += found;
    EXPECT_THAT(found.faults, IsEmpty());
  }

  // A nemesis counts over all of its strikes.
  void Sum(const Nemesis::Planted& now) {
    planted_.unreadable_tasks =
        std::max(planted_.unreadable_tasks, now.unreadable_tasks);
    planted_.unreadable_records =
        std::max(planted_.unreadable_records, now.unreadable_records);
    planted_.crashing = std::max(planted_.crashing, now.crashing);
  }

  void Strike(const std::vector<std::unique_ptr<Nemesis>>& nemeses) {
    const auto end = std::chrono::steady_clock::now() + minutes_;
    const bool long_run = minutes_ > std::chrono::minutes(kUsualMinutes);
    pages::Dice dice(seed_, "nemeses");
    std::vector<Nemesis*> order;
    for (const auto& nemesis : nemeses) order.push_back(nemesis.get());
    // Each at least once; then as many as there is time for.
    for (bool first = true; first || std::chrono::steady_clock::now() < end;
         first = false) {
      for (size_t i = order.size() - 1; i > 0; --i) {
        std::swap(order[i], order[dice.Below(i + 1)]);
      }
      for (Nemesis* nemesis : order) {
        if (!first && std::chrono::steady_clock::now() >= end) return;
        Round(*nemesis, dice, long_run ? kLong : kShort);
        if (HasFailure()) return;
      }
    }
  }

  void PrintTable() const {
    std::cout << "| nemesis " << Findings::TableHead() << std::endl;
    for (const auto& [name, sum] : sums_) {
      std::cout << "| " << name << " " << sum.ToTableRow() << std::endl;
    }
    std::cout << "Parsers that a planted page has aborted: "
              << system_->aborted()
              << ", workers that librdkafka has: " << system_->library_aborts()
              << ", seed " << seed_ << std::endl;
  }

  uint64_t seed_ = 0;
  Duration minutes_{0};
  std::unique_ptr<System> system_;
  std::unique_ptr<Checker> checker_;
  Nemesis::Planted planted_;  // by all until now
  Findings before_;           // what was found when the last one was through
  std::map<std::string, Findings> sums_;  // by nemesis
};

TEST_F(ChaosSuite, NothingIsLostWrittenTwiceOrReplacedByOlder) {
  std::vector<std::unique_ptr<Nemesis>> nemeses = AllNemeses();
  if (const char* only = std::getenv("NEWSMILL_CHAOS_ONLY")) {
    std::erase_if(nemeses, [only](const auto& nemesis) {
      return nemesis->name().find(only) == std::string::npos;
    });
  }
  ASSERT_FALSE(nemeses.empty()) << "no nemesis has such a name";
  Strike(nemeses);
  PrintTable();
  if (HasFailure()) return;
  const Result<void> drained = system_->Drain();
  EXPECT_TRUE(drained) << drained.error().message;
  EXPECT_THAT(system_->strange_ends(), IsEmpty());
}

}  // namespace
}  // namespace newsmill::chaos
