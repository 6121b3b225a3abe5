// What only the Kafka backend promises: transactions of others, a broker that
// dies, properties.

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "core/bus/bus.h"
#include "core/bus/kafka/handles.h"
#include "core/bus/kafka/kafka_consumer.h"
#include "core/bus/kafka/kafka_producer.h"
#include "core/bus/registry.h"
#include "tests/contract/bus_harness.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BusKafka : public testing::BusTest {};

INSTANTIATE_TEST_SUITE_P(Real, BusKafka, ::testing::Values("kafka"),
                         [](const auto& name) { return name.param; });

// A transactional producer as another program might be; by librdkafka alone.
class TransactionalProducer {
 public:
  explicit TransactionalProducer(const std::string& id) {
    char message[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::string bootstrap = testing::SharedKafka().bootstrap();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), message,
                      sizeof message);
    rd_kafka_conf_set(conf, "transactional.id", id.c_str(), message,
                      sizeof message);
    client_.reset(
        rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message));
    Check(rd_kafka_init_transactions(client_.get(), 30'000));
  }

  void Begin() { Check(rd_kafka_begin_transaction(client_.get())); }
  void Commit() { Check(rd_kafka_commit_transaction(client_.get(), 30'000)); }
  void Abort() { Check(rd_kafka_abort_transaction(client_.get(), 30'000)); }

  void Write(const std::string& topic, int count, const std::string& word) {
    for (int i = 0; i < count; ++i) {
      const std::string value = word + std::to_string(i);
      const auto error = rd_kafka_producev(
          client_.get(), RD_KAFKA_V_TOPIC(topic.c_str()),
          RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
          RD_KAFKA_V_END);
      ASSERT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    ASSERT_EQ(rd_kafka_flush(client_.get(), 30'000),
              RD_KAFKA_RESP_ERR_NO_ERROR);
  }

 private:
  static void Check(rd_kafka_error_t* raw) {
    const kafka::ErrorHandle error(raw);
    ASSERT_EQ(error, nullptr) << rd_kafka_error_string(error.get());
  }

  kafka::ClientHandle client_;
};

// Reads as a bounded run does: up to the end that was sampled.
std::vector<std::string> ReadToEnd(Consumer& consumer, Admin& admin,
                                   const std::string& topic) {
  const TopicPartition partition{topic, 0};
  const auto marks = admin.FetchWatermarks({partition});
  EXPECT_TRUE(marks) << marks.error().message;
  const int64_t end = marks->at(partition).end;
  std::vector<std::string> values;
  EXPECT_TRUE(testing::Eventually([&] {
    const auto batch = consumer.Poll(100, Duration(100));
    EXPECT_TRUE(batch) << batch.error().message;
    for (const Message& message : *batch) values.push_back(message.value);
    return *consumer.Position(partition) >= end;
  })) << "stands at "
      << *consumer.Position(partition) << " of " << end;
  return values;
}

TEST_P(BusKafka, ABoundedReadPassesControlRecordsAndAbortedTransactions) {
  const std::string topic = MakeTopic(1);
  TransactionalProducer producer(NewName("transactional"));
  producer.Begin();
  producer.Write(topic, 3, "kept ");
  producer.Commit();
  producer.Begin();
  producer.Write(topic, 5, "aborted ");
  producer.Abort();

  const auto consumer = NewReader(topic, 1);
  EXPECT_THAT(ReadToEnd(*consumer, admin(), topic),
              ElementsAre("kept 0", "kept 1", "kept 2"));
  // Three records, a commit, five records, an abort.
  EXPECT_EQ(*consumer->Position({topic, 0}), 10);
}

// As Topics' compacted ones, but for how soon the broker sees to it.
void MakeTopicThatIsCompactedAtOnce(const std::string& name) {
  char message[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers",
                    testing::SharedKafka().bootstrap().c_str(), message,
                    sizeof message);
  const kafka::ClientHandle client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message));
  using NewTopicHandle =
      std::unique_ptr<rd_kafka_NewTopic_t,
                      kafka::Destroyer<rd_kafka_NewTopic_destroy>>;
  const NewTopicHandle topic(
      rd_kafka_NewTopic_new(name.c_str(), 1, 1, message, sizeof message));
  for (const auto& [property, value] :
       {std::pair{"cleanup.policy", "compact"},
        std::pair{"message.timestamp.type", "LogAppendTime"},
        std::pair{"segment.ms", "100"},
        std::pair{"min.cleanable.dirty.ratio", "0.01"},
        std::pair{"delete.retention.ms", "0"}}) {
    rd_kafka_NewTopic_set_config(topic.get(), property, value);
  }
  const kafka::QueueHandle queue(rd_kafka_queue_new(client.get()));
  rd_kafka_NewTopic_t* raw = topic.get();
  rd_kafka_CreateTopics(client.get(), &raw, 1, nullptr, queue.get());
  const kafka::EventHandle done(rd_kafka_queue_poll(queue.get(), 30'000));
  ASSERT_NE(done, nullptr);
  ASSERT_EQ(rd_kafka_event_error(done.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
}

TEST_P(BusKafka, CompactionForgetsWhatAnOwnerTookBackAndReadersPassTheHoles) {
  const std::string topic = NewName("topic");
  ASSERT_NO_FATAL_FAILURE(MakeTopicThatIsCompactedAtOnce(topic));
  const auto say = [&](const std::string& key, const std::string& value) {
    Record record;
    record.topic = topic;
    record.partition = 0;
    record.key = key;
    record.value = value;
    return record;
  };
  FencedProducerOptions options;
  options.id = NewName("owner");
  auto owner = bus().NewFencedProducer(options);
  ASSERT_TRUE(owner) << owner.error().message;
  const auto write = [&](const std::string& key, const std::string& value) {
    const auto written = (*owner)->Write({say(key, value)});
    EXPECT_TRUE(written) << written.error().message;
  };
  write("a", "a1");
  write("b", "b1");
  write("a", "");
  write("b", "b2");
  EXPECT_THAT(ReadToEnd(*NewReader(topic, 1), admin(), topic),
              ElementsAre("a1", "b1", "", "b2"));

  // The last records are never compacted; more of them end their segment.
  std::vector<std::string> left;
  EXPECT_TRUE(testing::Eventually([&] {
    write("clock", "tick");
    left = ReadToEnd(*NewReader(topic, 1), admin(), topic);
    std::erase(left, "tick");
    return left == std::vector<std::string>{"b2"};
  })) << ::testing::PrintToString(left);
}

TEST_P(BusKafka, AnOpenTransactionIsBeyondTheEnd) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 2);
  TransactionalProducer producer(NewName("transactional"));
  producer.Begin();
  producer.Write(topic, 3, "open ");
  WriteNumbers({topic, 0}, 2, 2);

  const auto marks = admin().FetchWatermarks({{topic, 0}});
  ASSERT_TRUE(marks) << marks.error().message;
  EXPECT_EQ(marks->at({topic, 0}).end, 2) << "the last stable offset";
  const auto consumer = NewReader(topic, 1);
  EXPECT_THAT(ReadToEnd(*consumer, admin(), topic), ElementsAre("0", "1"));

  producer.Commit();
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 5)),
              ElementsAre("open 0", "open 1", "open 2", "2", "3"));
}

// A client that looks for Kafka where it is not.
kafka::ClientHandle LostClient() {
  char message[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", message,
                    sizeof message);
  return kafka::ClientHandle(
      rd_kafka_new(RD_KAFKA_CONSUMER, conf, message, sizeof message));
}

TEST_P(BusKafka, AMemberLooksAgainWhereToStart) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 2);
  const BusConfig config = testing::MakeBusConfig("kafka", "");
  // Tells where a partition begins of which the group knows nothing.
  const kafka::ClientHandle metadata = LostClient();
  ConsumerOptions options;
  options.group = NewGroup();
  // Half of it is spent on each look.
  options.session_timeout = std::chrono::seconds(2);
  const auto consumer =
      kafka::KafkaConsumer::Create(config, metadata.get(), options);
  ASSERT_TRUE(consumer) << consumer.error().message;
  testing::RecordingListener listener;
  ASSERT_TRUE((*consumer)->Subscribe({topic}, listener));
  std::optional<Error> error;
  ASSERT_TRUE(testing::Eventually([&] {
    const auto batch = (*consumer)->Poll(10, Duration(100));
    if (!batch) error = batch.error();
    return error.has_value();
  }));
  EXPECT_TRUE(IsRetryable(error->code)) << error->message;
  EXPECT_THAT(listener.assigned, ElementsAre());

  rd_kafka_brokers_add(metadata.get(),
                       testing::SharedKafka().bootstrap().c_str());
  EXPECT_THAT(testing::Values(testing::ReadRecords(**consumer, 2)),
              ElementsAre("0", "1"));
  EXPECT_TRUE((*consumer)->Close(std::chrono::seconds(10)));
  EXPECT_EQ(listener.revoked.size(), 1);
}

// Whoever polls tries again where an error may pass.
TEST_P(BusKafka, AConsumerThatIsBrokenForGoodGivesAnErrorThatDoesNotPass) {
  const std::string topic = MakeTopic(1);
  const BusConfig config = testing::MakeBusConfig("kafka", "");
  const kafka::ClientHandle metadata = LostClient();
  ConsumerOptions options;
  options.group = NewGroup();
  const auto consumer =
      kafka::KafkaConsumer::Create(config, metadata.get(), options);
  ASSERT_TRUE(consumer) << consumer.error().message;
  auto& broken = static_cast<kafka::KafkaConsumer&>(**consumer);
  broken.BreakForTesting();
  std::optional<Error> error;
  ASSERT_TRUE(testing::Eventually([&] {
    const auto batch = broken.Poll(10, Duration(50));
    if (!batch) error = batch.error();
    return error.has_value();
  }));
  EXPECT_FALSE(IsRetryable(error->code)) << error->message;
  EXPECT_NE(error->code, Code::kFenced) << error->message;
  EXPECT_THAT(error->message, HasSubstr("cannot go on"));
}

TEST_P(BusKafka, ABrokerThatIsKilledLosesNothingThatWasAcknowledged) {
  constexpr int kRecords = 4000;
  const std::string topic = MakeTopic(2);
  const auto producer = NewProducer();
  std::mutex mutex;
  std::map<TopicPartition, std::map<int64_t, std::string>> acknowledged;
  std::atomic<int> failed = 0;
  const std::string filler(2000, 'x');
  for (int i = 0; i < kRecords; ++i) {
    if (i == kRecords / 4) {
      testing::SharedKafka().Kill9();
      const auto restarted = testing::SharedKafka().Restart();
      ASSERT_TRUE(restarted) << restarted.error().message;
    }
    Record record;
    record.topic = topic;
    record.key = std::to_string(i);
    record.value = std::to_string(i) + filler;
    producer->Produce(std::move(record), [&, i](Result<RecordMetadata> result) {
      if (!result) {
        ++failed;
        return;
      }
      const std::lock_guard lock(mutex);
      acknowledged[result->topic_partition][result->offset] = std::to_string(i);
    });
  }
  const auto flushed = producer->Flush(std::chrono::minutes(2));
  ASSERT_TRUE(flushed) << flushed.error().message;
  EXPECT_EQ(failed, 0) << "the broker came back in time";

  const auto consumer = NewReader(topic, 2);
  const auto messages = testing::ReadRecords(*consumer, kRecords);
  std::set<std::string> values;
  for (const Message& message : messages) {
    const std::string number = message.value.substr(0, message.value.find('x'));
    EXPECT_EQ(acknowledged[message.topic_partition()][message.offset], number);
    values.insert(number);
  }
  EXPECT_EQ(values.size(), static_cast<size_t>(kRecords));
}

TEST_P(BusKafka, AGroupGoesOnWhenItsBrokerWasKilled) {
  const std::string topic = MakeTopic(1);
  WriteNumbers({topic, 0}, 3);
  testing::RecordingListener listener;
  const auto consumer = NewConsumer(NewGroup());
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  testing::ReadRecords(*consumer, 3);
  ASSERT_TRUE(consumer->Commit({{{topic, 0}, {3, ""}}}));

  testing::SharedKafka().Kill9();
  const auto restarted = testing::SharedKafka().Restart();
  ASSERT_TRUE(restarted) << restarted.error().message;
  WriteNumbers({topic, 0}, 2, 3);
  EXPECT_THAT(testing::Values(testing::ReadRecords(*consumer, 2)),
              ElementsAre("3", "4"));
  EXPECT_TRUE(testing::Eventually([&] {
    EXPECT_TRUE(consumer->Poll(1, Duration(50)));
    return static_cast<bool>(consumer->Commit({{{topic, 0}, {5, ""}}}));
  }));
  ASSERT_TRUE(consumer->Close(std::chrono::seconds(20)));
}

TEST_P(BusKafka, ABrokenProducerSendsItsUnacknowledgedWindowAgain) {
  const std::string topic = MakeTopic(1);
  const BusConfig config = testing::MakeBusConfig("kafka", "");
  const kafka::ClientHandle metadata = [&] {
    char message[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers",
                      config.kafka.at("bootstrap.servers").c_str(), message,
                      sizeof message);
    return kafka::ClientHandle(
        rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message));
  }();
  auto producer = kafka::KafkaProducer::Create(config, metadata.get(), {});
  ASSERT_TRUE(producer) << producer.error().message;
  std::atomic<int> acknowledged = 0;
  for (int i = 0; i < 300; ++i) {
    Record record;
    record.topic = topic;
    record.partition = 0;
    record.value = std::to_string(i);
    (*producer)->Produce(std::move(record), [&](Result<RecordMetadata> result) {
      EXPECT_TRUE(result) << result.error().message;
      ++acknowledged;
    });
    if (i == 100 || i == 200) (*producer)->BreakForTesting();
  }
  ASSERT_TRUE((*producer)->Flush(testing::kPatience));
  EXPECT_EQ(acknowledged, 300);

  // At least once, and each record's first appearance in order.
  const auto consumer = NewReader(topic, 1);
  int next = 0;
  for (const std::string& value : ReadToEnd(*consumer, admin(), topic)) {
    if (value == std::to_string(next)) ++next;
  }
  EXPECT_EQ(next, 300);
}

TEST_P(BusKafka, AMemberThatClosesAtOnceDoesNotHang) {
  const std::string topic = MakeTopic(2);
  testing::RecordingListener listener;
  const auto consumer = NewConsumer(NewGroup());
  ASSERT_TRUE(consumer->Subscribe({topic}, listener));
  const auto closed = consumer->Close(std::chrono::seconds(30));
  EXPECT_TRUE(closed) << closed.error().message;
  EXPECT_EQ(listener.assigned.size(), 0u);
}

TEST(OpenKafka, RefusesPropertiesThatThePromisesRestOn) {
  for (const char* name :
       {"enable.auto.commit", "acks", "enable.idempotence", "isolation.level",
        "partition.assignment.strategy"}) {
    BusConfig config;
    config.backend = "kafka";
    config.kafka = {{"bootstrap.servers", "127.0.0.1:1"}, {name, "true"}};
    const auto bus = OpenBus(config);
    ASSERT_FALSE(bus);
    EXPECT_EQ(bus.error().code, Code::kBadConfiguration);
    EXPECT_THAT(bus.error().message, HasSubstr(name));
  }
}

TEST(OpenKafka, NamesAPropertyThatLibrdkafkaDoesNotKnow) {
  BusConfig config;
  config.backend = "kafka";
  config.kafka = {{"bootstrap.servers", "127.0.0.1:1"}, {"linger.sec", "1"}};
  const auto bus = OpenBus(config);
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().code, Code::kBadConfiguration);
  EXPECT_THAT(bus.error().message, HasSubstr("linger.sec"));
}

TEST(OpenKafka, NeedsAnAddress) {
  BusConfig config;
  config.backend = "kafka";
  const auto bus = OpenBus(config);
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().code, Code::kBadConfiguration);
  EXPECT_THAT(bus.error().message, HasSubstr("bootstrap.servers"));
}

TEST(OpenKafka, NamesTheAddressWhereNobodyAnswers) {
  BusConfig config;
  config.backend = "kafka";
  config.kafka = {{"bootstrap.servers", "127.0.0.1:1"}};
  const auto bus = OpenBus(config);
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().code, Code::kUnavailable);
  EXPECT_THAT(bus.error().message,
              AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("refused")));
}

}  // namespace
}  // namespace newsmill
