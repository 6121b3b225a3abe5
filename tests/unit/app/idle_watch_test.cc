#include "app/idle_watch.h"

#include <gtest/gtest.h>

#include "core/flow/commit_note.h"

namespace newsmill {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A log of which only ends and groups are known.
class FakeAdmin : public Admin {
 public:
  Result<std::string> ClusterId() override { return std::string("fake"); }
  Result<void> CreateTopic(const TopicSpec&) override { return {}; }
  Result<std::vector<TopicInfo>> ListTopics() override {
    return std::vector<TopicInfo>();
  }
  Result<std::map<TopicPartition, Watermarks>> FetchWatermarks(
      const std::vector<TopicPartition>& partitions) override {
    if (broken) return Error{Code::kUnavailable, "not there"};
    std::map<TopicPartition, Watermarks> marks;
    for (const auto& partition : partitions) {
      marks[partition] = {begins[partition], ends[partition]};
    }
    return marks;
  }
  Result<Offsets> OffsetsForTime(const std::vector<TopicPartition>&,
                                 Timestamp) override {
    return Offsets();
  }
  Result<CommittedOffsets> GroupOffsets(
      const std::string& group,
      const std::vector<TopicPartition>& partitions) override {
    CommittedOffsets offsets;
    for (const auto& partition : partitions) {
      const auto at = groups[group].find(partition);
      if (at != groups[group].end()) {
        // The sink keeps none beside its own.
        offsets[partition] = {at->second,
                              group == "fetcher" ? notes[partition] : ""};
      }
    }
    return offsets;
  }
  Result<void> DeleteRecords(const Offsets&) override { return {}; }

  Offsets begins, ends;
  std::map<std::string, Offsets> groups;
  std::map<TopicPartition, std::string> notes;
  bool broken = false;
};

class IdleWatchTest : public ::testing::Test {
 protected:
  IdleWatchTest()
      : topics_(OnePartitionEach(), {}),
        watch_(admin_, topics_,
               {{"fetcher", {topics_.tasks}, true},
                {"parser", {topics_.pages}},
                {"sink", {topics_.tasks}}},
               seconds(5)) {}

  static BusConfig OnePartitionEach() {
    BusConfig config;
    config.tasks_partitions = config.pages_partitions = 1;
    return config;
  }
  TopicPartition tasks() const { return {topics_.tasks, 0}; }
  TopicPartition pages() const { return {topics_.pages, 0}; }
  // By all that read them.
  void ReadTasks(int64_t next) {
    admin_.groups["fetcher"][tasks()] = next;
    admin_.groups["sink"][tasks()] = next;
  }
  bool IsIdleAt(Duration time) { return watch_.IsIdle(Instant(time)); }

  FakeAdmin admin_;
  Topics topics_;
  IdleWatch watch_;
};

TEST_F(IdleWatchTest, AnEmptyLogIsIdleAfterTheTime) {
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  EXPECT_FALSE(IsIdleAt(milliseconds(4999)));
  EXPECT_TRUE(IsIdleAt(milliseconds(5500)));
}

TEST_F(IdleWatchTest, WaitsWhileAnyStageIsBehind) {
  admin_.ends[tasks()] = 3;
  admin_.ends[pages()] = 2;
  ReadTasks(3);
  admin_.groups["parser"][pages()] = 1;
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  EXPECT_FALSE(IsIdleAt(seconds(10)));
  admin_.groups["parser"][pages()] = 2;
  EXPECT_FALSE(IsIdleAt(seconds(11))) << "the time counts from here";
  EXPECT_TRUE(IsIdleAt(seconds(16)));
}

TEST_F(IdleWatchTest, AGroupThatNeverCommittedIsBehind) {
  admin_.ends[tasks()] = 1;
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  EXPECT_FALSE(IsIdleAt(seconds(60)));
}

TEST_F(IdleWatchTest, NothingIsBehindWhereAllWasTrimmed) {
  admin_.begins[tasks()] = 7;
  admin_.ends[tasks()] = 7;
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  EXPECT_TRUE(IsIdleAt(seconds(5)));
}

TEST_F(IdleWatchTest, BeginsAnewWhenSomethingCameAndWasWorkedOff) {
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  admin_.ends[tasks()] = 1;
  ReadTasks(1);
  EXPECT_FALSE(IsIdleAt(seconds(6)));
  EXPECT_TRUE(IsIdleAt(seconds(11)));
}

TEST_F(IdleWatchTest, ATaskThatWaitsForItsHostKeepsTheRunGoing) {
  const TopicPartition backlog{topics_.backlog, 0};
  admin_.ends[tasks()] = 3;
  ReadTasks(3);
  admin_.ends[backlog] = 2;
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  EXPECT_FALSE(IsIdleAt(seconds(10))) << "nothing is known of it";
  const auto note = [](int64_t next) {
    return CommitNote{{}, SidePosition{next}}.Encode(3);
  };
  admin_.notes[tasks()] = note(1);
  EXPECT_FALSE(IsIdleAt(seconds(20)));
  admin_.notes[tasks()] = note(2);
  EXPECT_FALSE(IsIdleAt(seconds(30))) << "the time counts from here";
  EXPECT_TRUE(IsIdleAt(seconds(35)));
}

TEST_F(IdleWatchTest, ALogThatDoesNotAnswerIsNotIdle) {
  EXPECT_FALSE(IsIdleAt(seconds(0)));
  admin_.broken = true;
  EXPECT_FALSE(IsIdleAt(seconds(6)));
  admin_.broken = false;
  EXPECT_FALSE(IsIdleAt(seconds(7)));
  EXPECT_TRUE(IsIdleAt(seconds(12)));
}

}  // namespace
}  // namespace newsmill
