// What every backend of the log promises about pauses, short and long ones,
// with a seek and a rebalance in their midst.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/bus.h"
#include "core/bus/registry.h"
#include "tests/contract/bus_harness.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BusPauseContract : public testing::BusTest {
 protected:
  // "0", "1", … with so many bytes after them.
  void WriteLarge(const TopicPartition& to, int count, size_t bytes) {
    for (int i = 0; i < count; ++i) {
      Record record;
      record.topic = to.topic;
      record.partition = to.partition;
      record.value = std::to_string(i) + std::string(bytes, 'x');
      const auto written = Write(std::move(record));
      ASSERT_TRUE(written) << written.error().message;
    }
  }

  // Polls until the members own that many partitions each.
  struct Member {
    std::unique_ptr<Consumer> consumer;
    testing::RecordingListener listener;
    size_t wanted = 0;
    std::vector<Message> read = {};
  };
  void PollUntilShared(const std::vector<Member*>& members) {
    EXPECT_TRUE(testing::Eventually([&] {
      bool shared = true;
      for (Member* member : members) {
        auto batch = member->consumer->Poll(1, Duration(20));
        EXPECT_TRUE(batch) << batch.error().message;
        std::move(batch->begin(), batch->end(),
                  std::back_inserter(member->read));
        shared &= member->listener.assigned.size() == member->wanted;
      }
      return shared;
    }));
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, BusPauseContract,
                         ::testing::ValuesIn(BusBackends()),
                         [](const auto& name) { return name.param; });

std::vector<std::string> Numbers(int first, int end) {
  std::vector<std::string> numbers;
  for (int i = first; i < end; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

std::vector<std::string> OfPartition(const std::vector<Message>& messages,
                                     int32_t partition) {
  std::vector<std::string> values;
  for (const Message& message : messages) {
    if (message.partition == partition) values.push_back(message.value);
  }
  return values;
}

TEST_P(BusPauseContract, APausedPartitionGivesNothingUntilItIsResumed) {
  const std::string topic = MakeTopic(2);
  const auto consumer = NewReader(topic, 2);
  ASSERT_TRUE(consumer->Pause({{topic, 0}}));
  WriteNumbers({topic, 0}, 3);
  WriteNumbers({topic, 1}, 3, 10);

  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 3)),
              ElementsAre("10", "11", "12"));
  const auto silent = consumer->Poll(10, Duration(300));
  ASSERT_TRUE(silent);
  EXPECT_TRUE(silent->empty());

  ASSERT_TRUE(consumer->Resume({{topic, 0}}));
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 3)),
              ElementsAre("0", "1", "2"));
}

TEST_P(BusPauseContract, PausingInTheMiddleLosesAndRepeatsNothing) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 50);
  const auto consumer = NewReader(topic, 1);
  std::vector<std::string> values;
  while (values.size() < 50) {
    for (const auto& value :
         testing::Values(testing::ReadRecords(*consumer, 5)))
      values.push_back(value);
    ASSERT_TRUE(consumer->Pause({{topic, 0}}));
    const auto silent = consumer->Poll(5, Duration(20));
    ASSERT_TRUE(silent);
    EXPECT_TRUE(silent->empty());
    ASSERT_TRUE(consumer->Resume({{topic, 0}}));
  }
  for (int i = 0; i < 50; ++i) EXPECT_EQ(values.at(i), std::to_string(i));
}

TEST_P(BusPauseContract, APositionStaysWhereAPauseFoundIt) {
  const std::string topic = MakeTopic(2);
  WriteNumbers({topic, 0}, 100);
  const auto consumer = NewReader(topic, 2);
  testing::ReadRecords(*consumer, 5);
  ASSERT_TRUE(consumer->Pause({{topic, 0}}));
  // The other one is read meanwhile, and finds its end.
  WriteNumbers({topic, 1}, 20);
  testing::ReadRecords(*consumer, 20);
  EXPECT_EQ(*consumer->Position({topic, 0}), 5);

  ASSERT_TRUE(consumer->Resume({{topic, 0}}));
  EXPECT_EQ(testing::Values(testing::ReadRecords(*consumer, 95)),
            Numbers(5, 100));
  EXPECT_EQ(*consumer->Position({topic, 0}), 100);
}

TEST_P(BusPauseContract, ASeekWhilePausedForgetsWhatWasFetchedBefore) {
  const std::string topic = MakeTopic(2);
  WriteNumbers({topic, 0}, 100);
  const auto consumer = NewReader(topic, 2);
  testing::ReadRecords(*consumer, 5);
  for (const int64_t to : {50, 10}) {
    ASSERT_TRUE(consumer->Pause({{topic, 0}}));
    WriteNumbers({topic, 1}, 20);
    testing::ReadRecords(*consumer, 20);
    ASSERT_TRUE(consumer->Seek({topic, 0}, to));
    EXPECT_EQ(*consumer->Position({topic, 0}), to);
    const auto silent = consumer->Poll(10, Duration(50));
    ASSERT_TRUE(silent);
    EXPECT_THAT(*silent, IsEmpty()) << "it is still paused";
    ASSERT_TRUE(consumer->Resume({{topic, 0}}));
    const auto first = static_cast<int>(to);
    EXPECT_EQ(testing::Values(testing::ReadRecords(*consumer, 20)),
              Numbers(first, first + 20));
  }
}

// Longer than what a consumer keeps of a partition, several times over.
TEST_P(BusPauseContract, ALongPauseLosesAndRepeatsNothing) {
  constexpr int kRecords = 40;
  const std::string topic = MakeTopic(2);
  WriteLarge({topic, 0}, kRecords, 100'000);
  const auto consumer = NewReader(topic, 2);
  std::vector<int64_t> offsets;
  int written = 0;
  while (offsets.size() < kRecords) {
    for (const Message& message : testing::ReadRecords(*consumer, 5)) {
      offsets.push_back(message.offset);
    }
    ASSERT_TRUE(consumer->Pause({{topic, 0}}));
    // For as long as it takes to read these one by one.
    for (int i = 0; i < 4; ++i) {
      WriteNumbers({topic, 1}, 1, written++);
      EXPECT_EQ(testing::ReadRecords(*consumer, 1)[0].partition, 1);
    }
    ASSERT_TRUE(consumer->Resume({{topic, 0}}));
  }
  for (int i = 0; i < kRecords; ++i) EXPECT_EQ(offsets.at(i), i);
}

TEST_P(BusPauseContract, AMemberThatPausedAllHearsOfARebalance) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  for (int32_t i = 0; i < 2; ++i) WriteNumbers({topic, i}, 100);
  Member first{.consumer = NewConsumer(group), .listener = {}, .wanted = 2};
  ASSERT_TRUE(first.consumer->Subscribe({topic}, first.listener));
  PollUntilShared({&first});
  ASSERT_TRUE(first.consumer->Pause(first.listener.assigned));
  const size_t before = first.read.size();

  Member second{.consumer = NewConsumer(group), .listener = {}, .wanted = 1};
  ASSERT_TRUE(second.consumer->Subscribe({topic}, second.listener));
  first.wanted = 1;
  PollUntilShared({&first, &second});
  EXPECT_EQ(first.read.size(), before) << "a pause outlasts a rebalance";
  ASSERT_TRUE(second.consumer->Close(std::chrono::seconds(20)));
  ASSERT_TRUE(first.consumer->Close(std::chrono::seconds(20)));
}

TEST_P(BusPauseContract, APausedPartitionGoesWholeToItsNextOwner) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  for (int32_t i = 0; i < 2; ++i) WriteNumbers({topic, i}, 100);
  Member first{.consumer = NewConsumer(group), .listener = {}, .wanted = 2};
  first.listener.before_revoked = [&](const auto& partitions) {
    for (const TopicPartition& partition : partitions) {
      const auto position = first.consumer->Position(partition);
      ASSERT_TRUE(position) << position.error().message;
      EXPECT_TRUE(first.consumer->Commit({{partition, {*position, ""}}}));
    }
  };
  ASSERT_TRUE(first.consumer->Subscribe({topic}, first.listener));
  PollUntilShared({&first});
  // One is paused, and the other read: what comes of the first is not given.
  ASSERT_TRUE(first.consumer->Pause({{topic, 0}}));
  while (OfPartition(first.read, 1).size() < 50) PollUntilShared({&first});

  Member second{.consumer = NewConsumer(group), .listener = {}, .wanted = 1};
  ASSERT_TRUE(second.consumer->Subscribe({topic}, second.listener));
  first.wanted = 1;
  PollUntilShared({&first, &second});
  ASSERT_TRUE(first.consumer->Resume(first.listener.assigned));
  const auto all = [&](int32_t partition) {
    std::vector<std::string> read = OfPartition(first.read, partition);
    for (const auto& value : OfPartition(second.read, partition)) {
      read.push_back(value);
    }
    return read;
  };
  ASSERT_TRUE(testing::Eventually([&] {
    PollUntilShared({&first, &second});
    return first.read.size() + second.read.size() >= 200;
  }));
  for (int32_t i = 0; i < 2; ++i) EXPECT_EQ(all(i), Numbers(0, 100));
  ASSERT_TRUE(second.consumer->Close(std::chrono::seconds(20)));
  ASSERT_TRUE(first.consumer->Close(std::chrono::seconds(20)));
}

// With more in it than a consumer keeps, so that the pause was told further.
TEST_P(BusPauseContract, APauseEndsWithTheAssignment) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  for (int32_t i = 0; i < 2; ++i) WriteLarge({topic, i}, 20, 100'000);
  Member first{.consumer = NewConsumer(group), .listener = {}, .wanted = 2};
  ASSERT_TRUE(first.consumer->Subscribe({topic}, first.listener));
  PollUntilShared({&first});
  first.read.clear();
  const std::vector<TopicPartition> both = first.listener.assigned;
  for (const TopicPartition& paused : both) {
    // Whichever goes to the second member and comes back was paused before.
    ASSERT_TRUE(first.consumer->Pause({paused}));
    WriteNumbers({topic, 1 - paused.partition}, 1);
    PollUntilShared({&first});
  }
  {
    Member second{.consumer = NewConsumer(group), .listener = {}, .wanted = 1};
    ASSERT_TRUE(second.consumer->Subscribe({topic}, second.listener));
    first.wanted = 1;
    PollUntilShared({&first, &second});
    ASSERT_TRUE(second.consumer->Close(std::chrono::seconds(20)));
  }
  const TopicPartition kept = first.listener.assigned.at(0);
  const TopicPartition back{topic, 1 - kept.partition};
  first.read.clear();
  first.wanted = 2;
  PollUntilShared({&first});
  ASSERT_TRUE(testing::Eventually([&] {
    PollUntilShared({&first});
    return OfPartition(first.read, back.partition).size() >= 20;
  })) << "it was paused before it went away";
  EXPECT_THAT(OfPartition(first.read, kept.partition), IsEmpty())
      << "it never went away";
  ASSERT_TRUE(first.consumer->Close(std::chrono::seconds(20)));
}

}  // namespace
}  // namespace newsmill
