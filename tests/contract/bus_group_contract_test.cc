// What every backend of the log promises about groups.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/bus.h"
#include "core/bus/registry.h"
#include "tests/contract/bus_harness.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class BusGroupContract : public testing::BusTest {
 protected:
  // Polls without wanting records, until the member owns that many.
  void PollUntilOwns(Consumer& consumer, testing::RecordingListener& listener,
                     size_t count) {
    EXPECT_TRUE(testing::Eventually([&] {
      const auto batch = consumer.Poll(1, Duration(20));
      EXPECT_TRUE(batch) << batch.error().message;
      return listener.assigned.size() == count;
    })) << "owns "
        << listener.assigned.size() << " instead of " << count;
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, BusGroupContract,
                         ::testing::ValuesIn(BusBackends()),
                         [](const auto& name) { return name.param; });

TEST_P(BusGroupContract, EachGroupSeesAllRecords) {
  const std::string topic = MakeTopic(3);
  for (int32_t i = 0; i < 3; ++i) WriteNumbers({topic, i}, 10);
  for (const std::string& group : {NewGroup(), NewGroup()}) {
    testing::RecordingListener listener;
    const auto consumer = NewConsumer(group);
    ASSERT_TRUE(consumer->Subscribe({topic}, listener));
    EXPECT_EQ(testing::ReadRecords(*consumer, 30).size(), 30u);
    EXPECT_EQ(listener.assigned.size(), 3u);
    ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
  }
}

TEST_P(BusGroupContract, AGroupThatMeetsATopicStartsAtItsBeginning) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 5);
  ASSERT_TRUE(admin().DeleteRecords({{{topic, 0}, 2}}));
  testing::RecordingListener listener;
  const auto consumer = NewConsumer(NewGroup());
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 3)),
              ElementsAre("2", "3", "4"));
  ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
}

TEST_P(BusGroupContract, AMemberGoesOnWhereTheGroupCommitted) {
  const std::string topic = MakeTopic(1);
  const std::string group = NewGroup();
  WriteNumbers({topic, 0}, 6);
  {
    testing::RecordingListener listener;
    const auto consumer = NewConsumer(group);
    ASSERT_TRUE(consumer->Subscribe({topic}, listener));
    testing::ReadRecords(*consumer, 5);
    ASSERT_TRUE(consumer->Commit({{{topic, 0}, {4, ""}}}));
    ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
  }
  testing::RecordingListener listener;
  const auto consumer = NewConsumer(group);
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 2)),
              ElementsAre("4", "5"));
  ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
}

TEST_P(BusGroupContract, TheListenerMaySayWhereToStart) {
  const std::string topic = MakeTopic(2);
  WriteNumbers({topic, 0}, 5);
  WriteNumbers({topic, 1}, 5, 10);
  testing::RecordingListener listener;
  listener.starts = {{{topic, 0}, 3}};
  const auto consumer = NewConsumer(NewGroup());
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 7)),
              UnorderedElementsAre("3", "4", "10", "11", "12", "13", "14"));
  ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
}

TEST_P(BusGroupContract, KeepsTheNoteOfACommit) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  testing::RecordingListener listener;
  const auto consumer = NewConsumer(group);
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  PollUntilOwns(*consumer, listener, 2);
  const std::string note = "{\"offset\": 7, \"count\": 2} \xE6\xBE\x8E";
  const auto done = consumer->Commit({{{topic, 1}, {0, note}}});
  ASSERT_TRUE(done) << done.error().message;

  const auto own = consumer->Committed({{topic, 0}, {topic, 1}});
  ASSERT_TRUE(own) << own.error().message;
  ASSERT_EQ(own->size(), 1u);
  EXPECT_EQ(own->at({topic, 1}).metadata, note);
  const auto other = admin().GroupOffsets(group, {{topic, 1}});
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->at({topic, 1}).metadata, note);
  ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
}

TEST_P(BusGroupContract, ClosingRevokesAndLetsTheOwnerCommit) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  WriteNumbers({topic, 0}, 3);
  testing::RecordingListener listener;
  const auto consumer = NewConsumer(group);
  listener.before_revoked = [&](const auto&) {
    const auto done = consumer->Commit({{{topic, 0}, {2, "last words"}}});
    EXPECT_TRUE(done) << done.error().message;
  };
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  PollUntilOwns(*consumer, listener, 2);
  ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));

  EXPECT_THAT(listener.revoked, UnorderedElementsAre(TopicPartition{topic, 0},
                                                     TopicPartition{topic, 1}));
  const auto committed = admin().GroupOffsets(group, {{topic, 0}});
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_EQ(committed->at({topic, 0}).metadata, "last words");
}

TEST_P(BusGroupContract, AMemberTooManyHearsThatThereIsNothingForIt) {
  const std::string topic = MakeTopic(1);
  const std::string group = NewGroup();
  testing::RecordingListener first_listener;
  testing::RecordingListener second_listener;
  const auto first = NewConsumer(group);
  ASSERT_TRUE(first->Subscribe({topic}, first_listener));
  PollUntilOwns(*first, first_listener, 1);
  const auto second = NewConsumer(group);
  ASSERT_TRUE(second->Subscribe({topic}, second_listener));
  EXPECT_TRUE(testing::Eventually([&] {
    EXPECT_TRUE(first->Poll(1, Duration(20)));
    EXPECT_TRUE(second->Poll(1, Duration(20)));
    return second_listener.times_assigned > 0;
  }));
  EXPECT_THAT(second_listener.assigned, ElementsAre());

  // It steps in when the other one leaves.
  ASSERT_TRUE(first->Close(std::chrono::seconds(20)));
  PollUntilOwns(*second, second_listener, 1);
  ASSERT_TRUE(second->Close(std::chrono::seconds(20)));
}

TEST_P(BusGroupContract, ACommitByAFormerOwnerIsFencedAndKeepsNothing) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  testing::RecordingListener first_listener;
  testing::RecordingListener second_listener;
  const auto first = NewConsumer(group);
  const auto second = NewConsumer(group);
  ASSERT_TRUE(first->Subscribe({topic}, first_listener));
  PollUntilOwns(*first, first_listener, 2);
  ASSERT_TRUE(second->Subscribe({topic}, second_listener));
  ASSERT_TRUE(testing::Eventually([&] {
    EXPECT_TRUE(first->Poll(1, Duration(20)));
    EXPECT_TRUE(second->Poll(1, Duration(20)));
    return first_listener.assigned.size() == 1 &&
           second_listener.assigned.size() == 1;
  }));

  const TopicPartition kept = first_listener.assigned[0];
  const TopicPartition moved = second_listener.assigned[0];
  const auto refused = first->Commit({{kept, {0, "a"}}, {moved, {0, "b"}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFenced);
  const auto committed = admin().GroupOffsets(group, {kept, moved});
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_TRUE(committed->empty());

  const auto accepted = second->Commit({{moved, {0, "c"}}});
  EXPECT_TRUE(accepted) << accepted.error().message;
  ASSERT_TRUE(second->Close(std::chrono::seconds(20)));
  ASSERT_TRUE(first->Close(std::chrono::seconds(20)));
}

TEST_P(BusGroupContract, AssignedByHandAGroupsOffsetsAreKept) {
  const std::string topic = MakeTopic(1);
  const std::string group = NewGroup();
  const auto consumer = NewConsumer(group);
  ASSERT_TRUE(consumer->Assign({{{topic, 0}, kOffsetBeginning}}));
  const auto done = consumer->Commit({{{topic, 0}, {0, "by hand"}}});
  ASSERT_TRUE(done) << done.error().message;
  const auto committed = consumer->Committed({{topic, 0}});
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_EQ(committed->at({topic, 0}).metadata, "by hand");
}

// Each record is read exactly once while members come and go: whoever lets go
// of a partition has committed before, and nobody reads it meanwhile.
TEST_P(BusGroupContract, MembersComeAndGoWithoutLossRepetitionOrSharing) {
  constexpr int32_t kPartitions = 6;
  const std::string topic = MakeTopic(kPartitions);
  const std::string group = NewGroup();
  testing::OwnershipBook book;
  std::vector<std::unique_ptr<testing::GroupMember>> members;
  const auto join = [&](const std::string& name) {
    members.push_back(std::make_unique<testing::GroupMember>(
        bus(), group, topic, name, book));
  };
  int written = 0;
  const auto write = [&] {
    for (int32_t i = 0; i < kPartitions; ++i) {
      WriteNumbers({topic, i}, 50, written);
    }
    written += 50;
  };
  using Counts = std::map<std::string, int>;

  join("a");
  write();
  EXPECT_TRUE(testing::Eventually([&] {
    return book.Counts() == Counts{{"a", 6}};
  }));
  join("b");
  join("c");
  write();
  EXPECT_TRUE(testing::Eventually([&] {
    return book.Counts() == Counts{{"a", 2}, {"b", 2}, {"c", 2}};
  }));
  write();
  std::thread leaving([&] { members[1]->Leave(); });
  write();
  leaving.join();
  EXPECT_TRUE(testing::Eventually([&] {
    return book.Counts() == Counts{{"a", 3}, {"c", 3}};
  }));
  write();

  const size_t expected = static_cast<size_t>(written) * kPartitions;
  const auto all = [&] {
    std::vector<std::pair<int32_t, int64_t>> records;
    for (const auto& member : members) {
      const auto more = member->Seen();
      records.insert(records.end(), more.begin(), more.end());
    }
    return records;
  };
  EXPECT_TRUE(testing::Eventually([&] { return all().size() >= expected; }));
  for (const auto& member : members) member->Leave();
  const auto records = all();
  const std::set<std::pair<int32_t, int64_t>> distinct(records.begin(),
                                                       records.end());
  EXPECT_EQ(distinct.size(), expected) << "records were lost";
  EXPECT_EQ(records.size(), expected) << "records were read twice";
  EXPECT_EQ(book.shared(), 0) << "a partition had two owners";
}

}  // namespace
}  // namespace newsmill
