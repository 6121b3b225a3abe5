#include "tests/contract/bus_harness.h"

#include <cstdlib>
#include <future>

#include "core/base/id.h"
#include "core/bus/registry.h"

namespace newsmill::testing {
namespace {

// Unique in this process and on a shared broker.
std::string RunId() {
  static const std::string id = NewUuidV7(Clock::System().Now());
  return id;
}

std::unique_ptr<KafkaBroker>& Kafka() {
  static std::unique_ptr<KafkaBroker> broker;
  return broker;
}

// Ends the broker before the process ends.
class KafkaEnvironment : public ::testing::Environment {
 public:
  void TearDown() override { Kafka().reset(); }
};

[[maybe_unused]] const ::testing::Environment* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new KafkaEnvironment);

template <typename Element>
void Remove(std::vector<Element>& from, const std::vector<Element>& what) {
  for (const Element& element : what) std::erase(from, element);
}

}  // namespace

KafkaBroker& SharedKafka() {
  if (!Kafka()) {
    auto broker = KafkaBroker::Start();
    if (!broker) {
      ADD_FAILURE() << broker.error().message;
      std::abort();
    }
    Kafka() = *std::move(broker);
  }
  return *Kafka();
}

BusConfig MakeBusConfig(const std::string& backend, const std::string& folder) {
  BusConfig config;
  config.backend = backend;
  config.data_dir = folder;
  if (backend == "kafka") {
    config.kafka["bootstrap.servers"] = SharedKafka().bootstrap();
  }
  return config;
}

void BusTest::SetUp() {
  config_ = MakeBusConfig(GetParam(), folder_.path().string());
  Reopen();
}

void BusTest::Reopen() {
  writer_.reset();
  bus_.reset();
  auto bus = OpenBus(config_);
  ASSERT_TRUE(bus) << bus.error().message;
  bus_ = *std::move(bus);
  writer_ = NewProducer();
}

std::string BusTest::NewName(const std::string& word) {
  static std::atomic<int> count = 0;
  return word + "-" + std::to_string(++count) + "-" + RunId();
}

std::string BusTest::MakeTopic(int32_t partitions, TopicSpec spec) {
  spec.name = NewName("topic");
  spec.partitions = partitions;
  const auto made = admin().CreateTopic(spec);
  EXPECT_TRUE(made) << made.error().message;
  return spec.name;
}

std::unique_ptr<Consumer> BusTest::NewConsumer(const std::string& group) {
  ConsumerOptions options;
  options.group = group;
  options.client_id = "test";
  options.session_timeout = std::chrono::seconds(6);
  auto consumer = bus().NewConsumer(options);
  EXPECT_TRUE(consumer) << consumer.error().message;
  return *std::move(consumer);
}

std::unique_ptr<Consumer> BusTest::NewReader(const std::string& topic,
                                             int32_t partitions) {
  auto consumer = NewConsumer("");
  Offsets positions;
  for (int32_t i = 0; i < partitions; ++i) {
    positions[{topic, i}] = kOffsetBeginning;
  }
  const auto assigned = consumer->Assign(positions);
  EXPECT_TRUE(assigned) << assigned.error().message;
  return consumer;
}

std::unique_ptr<Producer> BusTest::NewProducer() {
  auto producer = bus().NewProducer({"test"});
  EXPECT_TRUE(producer) << producer.error().message;
  return *std::move(producer);
}

Result<RecordMetadata> BusTest::Write(Record record) {
  std::promise<Result<RecordMetadata>> promise;
  writer_->Produce(std::move(record), [&](Result<RecordMetadata> result) {
    promise.set_value(std::move(result));
  });
  return promise.get_future().get();
}

void BusTest::WriteNumbers(const TopicPartition& to, int count, int first) {
  std::atomic<int> failed = 0;
  for (int i = first; i < first + count; ++i) {
    Record record;
    record.topic = to.topic;
    record.partition = to.partition;
    record.value = std::to_string(i);
    writer_->Produce(std::move(record), [&](Result<RecordMetadata> result) {
      if (!result) ++failed;
    });
  }
  const auto flushed = writer_->Flush(kPatience);
  EXPECT_TRUE(flushed) << flushed.error().message;
  EXPECT_EQ(failed, 0);
}

std::vector<Message> ReadRecords(Consumer& consumer, size_t count) {
  std::vector<Message> messages;
  const Instant give_up = Boottime::now() + kPatience;
  while (messages.size() < count && Boottime::now() < give_up) {
    auto batch = consumer.Poll(count - messages.size(), Duration(200));
    if (!batch) {
      ADD_FAILURE() << batch.error().message;
      break;
    }
    for (Message& message : *batch) messages.push_back(std::move(message));
  }
  EXPECT_EQ(messages.size(), count);
  return messages;
}

std::vector<std::string> Values(const std::vector<Message>& messages) {
  std::vector<std::string> values;
  values.reserve(messages.size());
  for (const Message& message : messages) values.push_back(message.value);
  return values;
}

Offsets RecordingListener::OnAssigned(
    const std::vector<TopicPartition>& partitions) {
  ++times_assigned;
  assigned.insert(assigned.end(), partitions.begin(), partitions.end());
  return starts;
}

void RecordingListener::OnRevoked(
    const std::vector<TopicPartition>& partitions) {
  if (before_revoked) before_revoked(partitions);
  Remove(assigned, partitions);
  revoked.insert(revoked.end(), partitions.begin(), partitions.end());
}

void RecordingListener::OnLost(const std::vector<TopicPartition>& partitions) {
  Remove(assigned, partitions);
  lost.insert(lost.end(), partitions.begin(), partitions.end());
}

void OwnershipBook::Take(const std::string& member,
                         const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    if (!owners_.emplace(partition, member).second) ++shared_;
  }
}

void OwnershipBook::Drop(const std::string& member,
                         const std::vector<TopicPartition>& partitions) {
  const std::lock_guard lock(mutex_);
  for (const TopicPartition& partition : partitions) {
    const auto found = owners_.find(partition);
    if (found != owners_.end() && found->second == member) owners_.erase(found);
  }
}

std::map<std::string, int> OwnershipBook::Counts() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, int> counts;
  for (const auto& [partition, member] : owners_) ++counts[member];
  return counts;
}

int OwnershipBook::shared() const {
  const std::lock_guard lock(mutex_);
  return shared_;
}

GroupMember::GroupMember(Bus& bus, const std::string& group,
                         const std::string& topic, std::string name,
                         OwnershipBook& book)
    : name_(std::move(name)), book_(book) {
  ConsumerOptions options;
  options.group = group;
  options.client_id = name_;
  options.session_timeout = std::chrono::seconds(6);
  auto consumer = bus.NewConsumer(options);
  if (!consumer) {
    ADD_FAILURE() << consumer.error().message;
    return;
  }
  consumer_ = *std::move(consumer);
  const auto subscribed = consumer_->Subscribe({topic}, *this);
  EXPECT_TRUE(subscribed) << subscribed.error().message;
  thread_ = std::thread([this] { Run(); });
}

GroupMember::~GroupMember() { Leave(); }

void GroupMember::Leave() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

std::vector<std::pair<int32_t, int64_t>> GroupMember::Seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void GroupMember::Run() {
  while (!stop_) {
    const auto batch = consumer_->Poll(10, Duration(50));
    if (!batch) {
      ADD_FAILURE() << name_ << ": " << batch.error().message;
      break;
    }
    const std::lock_guard lock(mutex_);
    for (const Message& message : *batch) {
      seen_.emplace_back(message.partition, message.offset);
    }
  }
  const auto closed = consumer_->Close(std::chrono::seconds(20));
  EXPECT_TRUE(closed) << closed.error().message;
}

Offsets GroupMember::OnAssigned(const std::vector<TopicPartition>& partitions) {
  book_.Take(name_, partitions);
  owned_.insert(owned_.end(), partitions.begin(), partitions.end());
  return {};
}

void GroupMember::OnRevoked(const std::vector<TopicPartition>& partitions) {
  Commit(partitions);
  Remove(owned_, partitions);
  book_.Drop(name_, partitions);
}

void GroupMember::OnLost(const std::vector<TopicPartition>& partitions) {
  Remove(owned_, partitions);
  book_.Drop(name_, partitions);
}

void GroupMember::Commit(const std::vector<TopicPartition>& partitions) {
  CommittedOffsets offsets;
  for (const TopicPartition& partition : partitions) {
    const auto position = consumer_->Position(partition);
    EXPECT_TRUE(position) << position.error().message;
    if (position) offsets[partition] = {*position, ""};
  }
  const auto committed = consumer_->Commit(offsets);
  EXPECT_TRUE(committed) << committed.error().message;
}

bool Eventually(const std::function<bool()>& condition) {
  const Instant give_up = Boottime::now() + kPatience;
  while (Boottime::now() < give_up) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

}  // namespace newsmill::testing
