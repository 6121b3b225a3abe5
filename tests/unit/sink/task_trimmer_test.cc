#include "sink/task_trimmer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/topics.h"
#include "core/flow/commit_note.h"
#include "tests/support/fake_bus.h"
#include "tests/unit/sink/fake_reader.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

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

// The topics on which tasks wait: a partition of the backlog and one of a
// retry topic, three records each, all worked off unless a test says otherwise.
class TrimWaitingTest : public ::testing::Test {
 protected:
  TrimWaitingTest() {
    bus_.CreateTopics(topics_);
    for (int i = 0; i < 3; ++i) {
      bus_.Append(backlog_, "task");
      bus_.Append(retry_, "task");
      clock_.Advance(std::chrono::minutes(1));
    }
    clock_.Advance(std::chrono::minutes(1));
    Leave(3);
    bus_.SetCommitted(retry_, 3);
  }
  // The fetchers' position on the backlog.
  void Leave(int64_t next) {
    const CommitNote note{{}, SidePosition{next}};
    bus_.SetCommitted(tasks_, 0, note.Encode(0));
  }
  Offsets Trim() {
    TaskTrimmer trimmer(bus_.admin(), reader_, "newsmill.fetcher");
    auto trimmed =
        trimmer.TrimWaiting({tasks_}, topics_, "newsmill.retry", clock_.Now());
    EXPECT_TRUE(trimmed) << (trimmed ? "" : trimmed.error().message);
    return trimmed ? *trimmed : Offsets();
  }

  ManualClock clock_;
  FakeBus bus_{clock_};
  const Timestamp start_ = clock_.Now();
  const Topics topics_{BusConfig(), {std::chrono::seconds(10)}};
  const TopicPartition tasks_{topics_.tasks, 0};
  const TopicPartition backlog_{topics_.backlog, 0};
  const TopicPartition retry_{topics_.retries[0], 0};
  FakeReader reader_;
};

TEST_F(TrimWaitingTest, ForgetsWhatIsWorkedOffAndSettled) {
  EXPECT_THAT(Trim(), UnorderedElementsAre(Pair(backlog_, 3), Pair(retry_, 3)));
  EXPECT_THAT(Trim(), IsEmpty()) << "nothing is left to do";
}

TEST_F(TrimWaitingTest, KeepsWhatTheFetchersHaveNotBehindThem) {
  Leave(1);
  bus_.SetCommitted(retry_, 2);
  EXPECT_THAT(Trim(), UnorderedElementsAre(Pair(backlog_, 1), Pair(retry_, 2)));
}

TEST_F(TrimWaitingTest, KeepsWhatMaySpeakOfAnOpenTask) {
  reader_.oldest_open = start_ + std::chrono::seconds(61);
  EXPECT_THAT(Trim(), UnorderedElementsAre(Pair(backlog_, 2), Pair(retry_, 2)));
}

TEST_F(TrimWaitingTest, KeepsAllWhileTheStoreIsBehind) {
  bus_.Append(tasks_, "task");
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_THAT(Trim(), IsEmpty());
  reader_.next[tasks_] = 1;
  EXPECT_THAT(Trim(), UnorderedElementsAre(Pair(backlog_, 3), Pair(retry_, 3)));
}

TEST_F(TrimWaitingTest, KeepsABacklogOfWhichNothingIsKnown) {
  bus_.SetCommitted(tasks_, 0);
  EXPECT_THAT(Trim(), UnorderedElementsAre(Pair(retry_, 3)));
}

}  // namespace
}  // namespace newsmill
