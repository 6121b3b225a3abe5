// What every backend of the log promises about records. About pauses:
// bus_pause_contract_test.cc; about groups: bus_group_contract_test.cc.

#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/bus.h"
#include "core/bus/partitioner.h"
#include "core/bus/registry.h"
#include "tests/contract/bus_harness.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BusContract : public testing::BusTest {};

INSTANTIATE_TEST_SUITE_P(Backends, BusContract,
                         ::testing::ValuesIn(BusBackends()),
                         [](const auto& name) { return name.param; });

Record Text(const std::string& topic, int32_t partition,
            const std::string& value) {
  Record record;
  record.topic = topic;
  record.partition = partition;
  record.value = value;
  return record;
}

TEST_P(BusContract, KeepsTheOrderOfAPartition) {
  const std::string topic = MakeTopic(2);
  WriteNumbers({topic, 1}, 1000);

  const auto consumer = NewReader(topic, 2);
  const auto messages = testing::ReadRecords(*consumer, 1000);
  for (size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(messages[i].partition, 1);
    EXPECT_EQ(messages[i].offset, static_cast<int64_t>(i));
    EXPECT_EQ(messages[i].value, std::to_string(i));
  }
}

TEST_P(BusContract, KeepsTheOrderOfEachProducingThread) {
  const std::string topic = MakeTopic(1);
  const auto producer = NewProducer();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i) {
        producer->Produce(
            Text(topic, 0, std::to_string(thread) + " " + std::to_string(i)),
            {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(producer->Flush(testing::kPatience));

  const auto consumer = NewReader(topic, 1);
  std::map<char, int> next;
  for (const Message& message : testing::ReadRecords(*consumer, 400)) {
    EXPECT_EQ(message.value.substr(2),
              std::to_string(next[message.value[0]]++));
  }
}

TEST_P(BusContract, PutsAKeyWhereTheJavaClientDoes) {
  const std::string topic = MakeTopic(24);
  for (const char* key : {"news.example", "thepaper.cn", "", "a"}) {
    Record record;
    record.topic = topic;
    record.key = key;
    const auto written = Write(record);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->topic_partition.partition, PartitionForKey(key, 24));
  }
}

TEST_P(BusContract, PutsARecordWithoutAKeyAnywhere) {
  const std::string topic = MakeTopic(3);
  Record record;
  record.topic = topic;
  record.value = "somewhere";
  const auto written = Write(record);
  ASSERT_TRUE(written) << written.error().message;

  const auto consumer = NewReader(topic, 3);
  const auto messages = testing::ReadRecords(*consumer, 1);
  EXPECT_EQ(messages.at(0).topic_partition(), written->topic_partition);
  EXPECT_EQ(messages.at(0).offset, written->offset);
}

TEST_P(BusContract, ReadsAgainFromAnOffset) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 10);
  const auto consumer = NewConsumer("");
  ASSERT_TRUE(consumer->Assign({{{topic, 0}, 7}}));
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 3)),
              ElementsAre("7", "8", "9"));

  ASSERT_TRUE(consumer->Seek({topic, 0}, 8));
  EXPECT_EQ(*consumer->Position({topic, 0}), 8);
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 2)),
              ElementsAre("8", "9"));
  EXPECT_EQ(*consumer->Position({topic, 0}), 10);
}

TEST_P(BusContract, ReadsAgainFromATime) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 3);
  // The log's clock counts milliseconds.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  WriteNumbers({topic, 0}, 3, 3);
  const auto consumer = NewReader(topic, 1);
  const auto messages = testing::ReadRecords(*consumer, 6);
  const Timestamp time = messages.at(3).append_time;
  ASSERT_GT(time, messages.at(2).append_time);

  const TopicPartition partition{topic, 0};
  const auto at = admin().OffsetsForTime({partition}, time);
  ASSERT_TRUE(at) << at.error().message;
  EXPECT_EQ(at->at(partition), 3);
  const auto between = admin().OffsetsForTime({partition}, time - Duration(5));
  EXPECT_EQ(between->at(partition), 3);
  const auto early =
      admin().OffsetsForTime({partition}, time - std::chrono::hours(1));
  EXPECT_EQ(early->at(partition), 0);
  const auto late =
      admin().OffsetsForTime({partition}, time + std::chrono::hours(1));
  EXPECT_EQ(late->at(partition), 6) << "nothing is that new: the end";
}

TEST_P(BusContract, StampsRecordsWithTheLogsOwnClock) {
  const Timestamp before = Clock::System().Now();
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 3);
  const Timestamp after = Clock::System().Now();
  const auto consumer = NewReader(topic, 1);
  Timestamp last = before;
  for (const Message& message : testing::ReadRecords(*consumer, 3)) {
    EXPECT_GE(message.append_time, last);
    EXPECT_LE(message.append_time, after);
    last = message.append_time;
  }
}

TEST_P(BusContract, ABoundedReadEndsWhenThePositionReachesTheEnd) {
  const std::string topic = MakeTopic(3);
  WriteNumbers({topic, 0}, 20);
  WriteNumbers({topic, 2}, 5);
  const std::vector<TopicPartition> partitions{
      {topic, 0}, {topic, 1}, {topic, 2}};
  const auto ends = admin().FetchWatermarks(partitions);
  ASSERT_TRUE(ends) << ends.error().message;
  WriteNumbers({topic, 0}, 5, 20);

  const auto consumer = NewReader(topic, 3);
  int below_end = 0;
  const auto reached = [&] {
    for (const auto& [partition, watermarks] : *ends) {
      if (*consumer->Position(partition) < watermarks.end) return false;
    }
    return true;
  };
  ASSERT_TRUE(testing::Eventually([&] {
    const auto batch = consumer->Poll(10, Duration(100));
    EXPECT_TRUE(batch);
    for (const Message& message : *batch) {
      below_end += message.offset < ends->at(message.topic_partition()).end;
    }
    return reached();
  }));
  EXPECT_EQ(below_end, 25);
}

TEST_P(BusContract, CarriesHeadersAsTheyWere) {
  const std::string topic = MakeTopic(1);
  Record record = Text(topic, 0, "with headers");
  record.headers = {{"traceparent", "00-ab-cd-01"},
                    {"twice", "first"},
                    {"twice", "second"},
                    {"empty", ""},
                    {"binary", std::string("\0\xff\n", 3)},
                    {"long", std::string(300, 'x')}};
  ASSERT_TRUE(Write(record));
  ASSERT_TRUE(Write(Text(topic, 0, "without")));

  const auto consumer = NewReader(topic, 1);
  const auto messages = testing::ReadRecords(*consumer, 2);
  EXPECT_EQ(messages.at(0).headers, record.headers);
  EXPECT_EQ(*messages.at(0).FindHeader("twice"), "first");
  EXPECT_EQ(messages.at(0).FindHeader("missing"), nullptr);
  EXPECT_TRUE(messages.at(1).headers.empty());
}

TEST_P(BusContract, AnAbsentKeyIsNotAnEmptyKey) {
  const std::string topic = MakeTopic(1);
  Record absent = Text(topic, 0, "absent");
  Record empty = Text(topic, 0, "");
  empty.key = "";
  ASSERT_TRUE(Write(absent));
  ASSERT_TRUE(Write(empty));

  const auto consumer = NewReader(topic, 1);
  const auto messages = testing::ReadRecords(*consumer, 2);
  EXPECT_EQ(messages.at(0).key, std::nullopt);
  EXPECT_EQ(messages.at(1).key, std::optional<std::string>(""));
  EXPECT_EQ(messages.at(1).value, "");
}

TEST_P(BusContract, CarriesLargeRecords) {
  TopicSpec spec;
  spec.max_message_bytes = int64_t{8} << 20;
  const std::string topic = MakeTopic(1, spec);
  std::string page(768 << 10, '\0');
  std::string article(5 << 20, '\0');
  uint32_t state = 1;
  for (std::string* text : {&page, &article}) {
    for (char& c : *text)
      c = static_cast<char>((state = state * 1664525 + 1) >> 24);
  }
  ASSERT_TRUE(Write(Text(topic, 0, page)));
  const auto written = Write(Text(topic, 0, article));
  ASSERT_TRUE(written) << written.error().message;

  const auto consumer = NewReader(topic, 1);
  const auto messages = testing::ReadRecords(*consumer, 2);
  EXPECT_TRUE(messages.at(0).value == page);
  EXPECT_TRUE(messages.at(1).value == article);
}

TEST_P(BusContract, APageOf768KiBFitsAnUntouchedTopic) {
  const std::string topic = MakeTopic(1);
  const auto written = Write(Text(topic, 0, std::string(768 << 10, 'x')));
  EXPECT_TRUE(written) << written.error().message;
}

TEST_P(BusContract, RefusesARecordThatIsTooLargeAndTakesTheNext) {
  TopicSpec spec;
  spec.max_message_bytes = 100'000;
  const std::string topic = MakeTopic(1, spec);
  const auto refused = Write(Text(topic, 0, std::string(200'000, 'x')));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTooLarge);
  EXPECT_THAT(refused.error().message, HasSubstr(topic));

  const auto taken = Write(Text(topic, 0, "small"));
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->offset, 0) << "of a refused record nothing stays";
}

TEST_P(BusContract, SurvivesAReopening) {
  const std::string topic = MakeTopic(2);
  const std::string group = NewGroup();
  WriteNumbers({topic, 1}, 5);
  const auto cluster = admin().ClusterId();
  ASSERT_TRUE(cluster);
  {
    const auto consumer = NewConsumer(group);
    ASSERT_TRUE(consumer->Assign({{{topic, 1}, 0}}));
    testing::ReadRecords(*consumer, 3);
    ASSERT_TRUE(consumer->Commit({{{topic, 1}, {3, "three"}}}));
    ASSERT_TRUE(consumer->Close(std::chrono::seconds(10)));
  }

  Reopen();

  EXPECT_EQ(*admin().ClusterId(), *cluster);
  const auto committed = admin().GroupOffsets(group, {{topic, 1}, {topic, 0}});
  ASSERT_TRUE(committed) << committed.error().message;
  ASSERT_EQ(committed->size(), 1u) << "nothing is known of partition 0";
  EXPECT_EQ(committed->at({topic, 1}).next, 3);
  EXPECT_EQ(committed->at({topic, 1}).metadata, "three");
  const auto consumer = NewReader(topic, 2);
  EXPECT_EQ(testing::ReadRecords(*consumer, 5).at(4).value, "4");
  WriteNumbers({topic, 1}, 1, 5);
  EXPECT_EQ(testing::ReadRecords(*consumer, 1).at(0).offset, 5);
}

TEST_P(BusContract, AnOffsetOutOfRangeIsAnErrorAndSkipsNothing) {
  const std::string topic = MakeTopic(1);
  const TopicPartition partition{topic, 0};
  WriteNumbers(partition, 10);
  ASSERT_TRUE(admin().DeleteRecords({{partition, 4}}));

  for (const int64_t offset : {2, 99}) {
    const auto consumer = NewConsumer("");
    ASSERT_TRUE(consumer->Assign({{partition, offset}}));
    Result<std::vector<Message>> batch = std::vector<Message>();
    ASSERT_TRUE(testing::Eventually([&] {
      batch = consumer->Poll(10, Duration(100));
      return !batch || !batch->empty();
    }));
    ASSERT_FALSE(batch) << "offset " << offset << " gave records";
    EXPECT_EQ(batch.error().code, Code::kOutOfRange);
    EXPECT_THAT(batch.error().message,
                AllOf(HasSubstr(topic), HasSubstr("partition 0"),
                      HasSubstr("offset " + std::to_string(offset))));
    EXPECT_EQ(*consumer->Position(partition), offset);

    ASSERT_TRUE(consumer->Seek(partition, kOffsetBeginning));
    EXPECT_EQ(testing::ReadRecords(*consumer, 6).at(0).value, "4");
  }
}

TEST_P(BusContract, DeletedRecordsAreGoneAndTheOthersStay) {
  const std::string topic = MakeTopic(2);
  WriteNumbers({topic, 0}, 600);
  WriteNumbers({topic, 1}, 10);
  ASSERT_TRUE(admin().DeleteRecords({{{topic, 0}, 590}}));

  const auto watermarks = admin().FetchWatermarks({{topic, 0}, {topic, 1}});
  ASSERT_TRUE(watermarks) << watermarks.error().message;
  EXPECT_EQ(watermarks->at({topic, 0}).begin, 590);
  EXPECT_EQ(watermarks->at({topic, 0}).end, 600);
  EXPECT_EQ(watermarks->at({topic, 1}).begin, 0);

  const auto consumer = NewReader(topic, 2);
  std::map<int32_t, int64_t> first;
  for (const Message& message : testing::ReadRecords(*consumer, 20)) {
    first.emplace(message.partition, message.offset);
  }
  EXPECT_EQ(first, (std::map<int32_t, int64_t>{{0, 590}, {1, 0}}));
}

TEST_P(BusContract, ListsTopicsAsTheyWereMade) {
  TopicSpec spec;
  spec.retention = std::chrono::hours(48);
  spec.max_message_bytes = int64_t{8} << 20;
  const std::string kept = MakeTopic(5, spec);
  TopicSpec state;
  state.compacted = true;
  const std::string compacted = MakeTopic(2, state);

  const auto topics = admin().ListTopics();
  ASSERT_TRUE(topics) << topics.error().message;
  std::map<std::string, TopicInfo> by_name;
  for (const TopicInfo& topic : *topics) by_name[topic.name] = topic;
  EXPECT_EQ(by_name[kept].partitions, 5);
  EXPECT_EQ(by_name[kept].retention, std::optional<Duration>(spec.retention));
  EXPECT_EQ(by_name[kept].max_message_bytes, 8 << 20);
  EXPECT_FALSE(by_name[kept].compacted);
  EXPECT_EQ(by_name[compacted].partitions, 2);
  EXPECT_EQ(by_name[compacted].retention, std::nullopt);
  EXPECT_TRUE(by_name[compacted].compacted);
}

TEST_P(BusContract, MakingATopicAgainNeedsTheSameNumberOfPartitions) {
  TopicSpec spec;
  spec.name = MakeTopic(3);
  spec.partitions = 3;
  const auto same = admin().CreateTopic(spec);
  EXPECT_TRUE(same) << same.error().message;

  spec.partitions = 4;
  const auto other = admin().CreateTopic(spec);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kBadConfiguration);
  EXPECT_THAT(other.error().message,
              AllOf(HasSubstr(spec.name), HasSubstr("3"), HasSubstr("4")));
}

TEST_P(BusContract, ATopicThatIsMissingIsNotFound) {
  const std::string topic = NewName("missing");
  const auto written = Write(Text(topic, 0, "x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kNotFound);
  EXPECT_THAT(written.error().message, HasSubstr(topic));

  const auto watermarks = admin().FetchWatermarks({{topic, 0}});
  ASSERT_FALSE(watermarks);
  EXPECT_EQ(watermarks.error().code, Code::kNotFound);

  const auto consumer = NewConsumer("");
  const auto assigned = consumer->Assign({{{topic, 0}, kOffsetBeginning}});
  ASSERT_FALSE(assigned);
  EXPECT_EQ(assigned.error().code, Code::kNotFound);

  testing::RecordingListener listener;
  const auto member = NewConsumer(NewGroup());
  const auto subscribed = member->Subscribe({topic}, listener);
  ASSERT_FALSE(subscribed);
  EXPECT_EQ(subscribed.error().code, Code::kNotFound);
}

TEST_P(BusContract, APartitionThatIsMissingIsRefused) {
  const std::string topic = MakeTopic(2);
  const auto written = Write(Text(topic, 2, "x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace newsmill
