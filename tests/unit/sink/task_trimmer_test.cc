#include "sink/task_trimmer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/topics.h"
#include "tests/support/fake_bus.h"
#include "tests/unit/sink/fake_reader.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// A partition of `tasks` with ten records; fetchers, store and ledger are done
// with all of them unless a test says otherwise.
class TaskTrimmerTest : public ::testing::Test {
 protected:
  TaskTrimmerTest() {
    bus_.CreateTopics(topics_);
    for (int i = 0; i < 10; ++i) bus_.Append(tasks_, "task");
    bus_.SetCommitted(tasks_, 10);
    reader_.next[tasks_] = 10;
  }
  Offsets Trim() {
    TaskTrimmer trimmer(bus_.admin(), reader_, "newsmill.fetcher");
    auto trimmed = trimmer.Trim({tasks_});
    EXPECT_TRUE(trimmed) << (trimmed ? "" : trimmed.error().message);
    return trimmed ? *trimmed : Offsets();
  }
  int64_t Begin() {
    return bus_.admin().FetchWatermarks({tasks_})->at(tasks_).begin;
  }

  ManualClock clock_;
  FakeBus bus_{clock_};
  const Topics topics_{BusConfig(), {}};
  const TopicPartition tasks_{topics_.tasks, 0};
  FakeReader reader_;
};

TEST_F(TaskTrimmerTest, ForgetsWhatAllAreDoneWith) {
  EXPECT_THAT(Trim(), ElementsAre(Pair(tasks_, 10)));
  EXPECT_EQ(Begin(), 10);
  EXPECT_THAT(Trim(), IsEmpty()) << "nothing is left to do";
}

TEST_F(TaskTrimmerTest, KeepsWhatTheFetchersHaveNotCommitted) {
  bus_.SetCommitted(tasks_, 4);
  Trim();
  EXPECT_EQ(Begin(), 4);
}

TEST_F(TaskTrimmerTest, KeepsWhatTheStoreHasNotRead) {
  reader_.next[tasks_] = 5;
  Trim();
  EXPECT_EQ(Begin(), 5);
}

TEST_F(TaskTrimmerTest, KeepsTheFirstOpenTaskAndAllBehindIt) {
  reader_.first_unsettled[tasks_] = 3;
  Trim();
  EXPECT_EQ(Begin(), 3);
}

TEST_F(TaskTrimmerTest, KeepsAllWhileOneOfThemIsNotKnown) {
  reader_.next.clear();
  EXPECT_THAT(Trim(), IsEmpty());
  EXPECT_EQ(Begin(), 0);
}

}  // namespace
}  // namespace newsmill
