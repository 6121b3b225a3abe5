// What only the embedded log promises: a full disk, retention, a file of an
// unknown format.

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/embedded/embedded_admin.h"
#include "core/bus/embedded/embedded_consumer.h"
#include "core/bus/embedded/embedded_producer.h"
#include "core/bus/embedded/group.h"
#include "core/bus/embedded/log_file.h"
#include "core/bus/embedded/retention.h"
#include "tests/contract/bus_harness.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::embedded {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EmbeddedLog : public ::testing::Test {
 protected:
  void SetUp() override {
    auto log = LogFile::Open(folder_.path().string());
    ASSERT_TRUE(log) << log.error().message;
    log_ = *std::move(log);
    auto reader = log_->OpenReader();
    ASSERT_TRUE(reader);
    admin_ = std::make_unique<EmbeddedAdmin>(*log_, *std::move(reader));
  }

  void MakeTopic(const std::string& name, TopicSpec spec = {}) {
    spec.name = name;
    ASSERT_TRUE(admin_->CreateTopic(spec));
  }

  std::unique_ptr<EmbeddedProducer> NewProducer(Duration retry_for) {
    EmbeddedProducer::Limits limits;
    limits.retry_for = retry_for;
    return EmbeddedProducer::Create(*log_, limits);
  }

  static std::future<Result<RecordMetadata>> Produce(
      Producer& producer, const std::string& topic, const std::string& value,
      std::optional<std::string> key = {}) {
    const auto promise =
        std::make_shared<std::promise<Result<RecordMetadata>>>();
    Record record;
    record.topic = topic;
    record.key = std::move(key);
    record.value = value;
    producer.Produce(std::move(record), [promise](Result<RecordMetadata> r) {
      promise->set_value(std::move(r));
    });
    return promise->get_future();
  }

  // No page more than the file has now.
  void FillDisk() { log_->SetMaxPages(1); }
  void MakeRoom() { log_->SetMaxPages(0); }

  std::vector<Message> ReadAll(const std::string& topic) {
    auto consumer = EmbeddedConsumer::Create(*log_, {});
    EXPECT_TRUE((*consumer)->Assign({{{topic, 0}, kOffsetBeginning}}));
    std::vector<Message> all;
    const auto marks = admin_->FetchWatermarks({{topic, 0}});
    while (*(*consumer)->Position({topic, 0}) < marks->at({topic, 0}).end) {
      auto batch = (*consumer)->Poll(100, Duration(100));
      EXPECT_TRUE(batch) << batch.error().message;
      if (!batch) break;
      for (Message& message : *batch) all.push_back(std::move(message));
    }
    return all;
  }

  process::TempFolder folder_;
  std::unique_ptr<LogFile> log_;
  std::unique_ptr<EmbeddedAdmin> admin_;
};

TEST_F(EmbeddedLog, AFullDiskIsToldAndLosesNothing) {
  MakeTopic("t");
  const auto producer = NewProducer(Duration(50));
  ASSERT_TRUE(Produce(*producer, "t", "before").get());

  FillDisk();
  const auto refused = Produce(*producer, "t", std::string(100'000, 'x')).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kNoSpace);
  EXPECT_THAT(refused.error().message, HasSubstr("log.db"));

  MakeRoom();
  const auto taken = Produce(*producer, "t", "after").get();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_THAT(testing::Values(ReadAll("t")), ElementsAre("before", "after"));
}

TEST_F(EmbeddedLog, AProducerGoesOnWhenThereIsRoomAgain) {
  MakeTopic("t");
  const auto producer = NewProducer(testing::kPatience);
  FillDisk();
  const std::string large(100'000, 'x');
  auto first = Produce(*producer, "t", large);
  auto second = Produce(*producer, "t", "second");
  EXPECT_EQ(first.wait_for(Duration(200)), std::future_status::timeout)
      << "settled while the disk was full";

  MakeRoom();
  const auto written = first.get();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->offset, 0);
  EXPECT_EQ(second.get()->offset, 1);
  EXPECT_THAT(testing::Values(ReadAll("t")), ElementsAre(large, "second"));
}

TEST_F(EmbeddedLog, AProducerThatEndsSettlesWhatWaits) {
  MakeTopic("t");
  FillDisk();
  auto producer = NewProducer(testing::kPatience);
  auto waiting = Produce(*producer, "t", std::string(100'000, 'x'));
  producer.reset();
  const auto result = waiting.get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kNoSpace);
}

TEST_F(EmbeddedLog, FlushEndsByItsTimeout) {
  MakeTopic("t");
  FillDisk();
  const auto producer = NewProducer(testing::kPatience);
  auto waiting = Produce(*producer, "t", std::string(100'000, 'x'));
  const auto flushed = producer->Flush(Duration(50));
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().code, Code::kTimedOut);
  MakeRoom();
  EXPECT_TRUE(producer->Flush(testing::kPatience));
  EXPECT_TRUE(waiting.get());
}

TEST_F(EmbeddedLog, RecordsOlderThanTheRetentionGo) {
  TopicSpec kept;
  kept.retention = std::chrono::hours(1);
  MakeTopic("week", kept);
  MakeTopic("for-ever");
  const auto producer = NewProducer(Duration(0));
  for (int i = 0; i < 700; ++i) Produce(*producer, "week", "old");
  Produce(*producer, "for-ever", "old");
  ASSERT_TRUE(producer->Flush(testing::kPatience));
  const Timestamp now = Clock::System().Now();

  ASSERT_TRUE(ApplyRetention(*log_, now + std::chrono::minutes(59)));
  EXPECT_EQ(admin_->FetchWatermarks({{"week", 0}})->at({"week", 0}).begin, 0);

  ASSERT_TRUE(ApplyRetention(*log_, now + std::chrono::minutes(61)));
  const auto marks = admin_->FetchWatermarks({{"week", 0}, {"for-ever", 0}});
  EXPECT_EQ(marks->at({"week", 0}).begin, 700);
  EXPECT_EQ(marks->at({"week", 0}).end, 700);
  EXPECT_EQ(marks->at({"for-ever", 0}).begin, 0);
  EXPECT_EQ(Produce(*producer, "week", "new").get()->offset, 700);
}

TEST_F(EmbeddedLog, ACompactedTopicKeepsTheNewestOfEachKey) {
  TopicSpec compacted;
  compacted.compacted = true;
  MakeTopic("hosts", compacted);
  const auto producer = NewProducer(Duration(0));
  for (const char* value : {"a1", "b1", "a2", "a3", "b2"}) {
    Produce(*producer, "hosts", value, std::string(1, value[0]));
  }
  ASSERT_TRUE(producer->Flush(testing::kPatience));

  ASSERT_TRUE(ApplyRetention(*log_, Clock::System().Now()));
  const std::vector<Message> messages = ReadAll("hosts");
  EXPECT_THAT(testing::Values(messages), ElementsAre("a3", "b2"));
  EXPECT_EQ(messages.at(0).offset, 3) << "offsets stay";
}

TEST_F(EmbeddedLog, ACompactedTopicForgetsWhatWasTakenBack) {
  TopicSpec compacted;
  compacted.compacted = true;
  MakeTopic("hosts", compacted);
  const auto producer = NewProducer(Duration(0));
  Produce(*producer, "hosts", "a1", "a");
  Produce(*producer, "hosts", "b1", "b");
  Produce(*producer, "hosts", "", "a");
  ASSERT_TRUE(producer->Flush(testing::kPatience));

  const Timestamp now = Clock::System().Now();
  ASSERT_TRUE(ApplyRetention(*log_, now));
  EXPECT_THAT(testing::Values(ReadAll("hosts")), ElementsAre("b1", ""))
      << "whoever reads along must see it";
  ASSERT_TRUE(ApplyRetention(*log_, now + std::chrono::hours(2)));
  EXPECT_THAT(testing::Values(ReadAll("hosts")), ElementsAre("b1"));
}

TEST_F(EmbeddedLog, DeletingBeyondTheEndIsRefused) {
  MakeTopic("t");
  const auto deleted = admin_->DeleteRecords({{{"t", 0}, 1}});
  ASSERT_FALSE(deleted);
  EXPECT_EQ(deleted.error().code, Code::kOutOfRange);
}

TEST_F(EmbeddedLog, EveryFileIsAClusterOfItsOwn) {
  process::TempFolder other_folder;
  auto other = LogFile::Open(other_folder.path().string());
  ASSERT_TRUE(other);
  EmbeddedAdmin other_admin(**other, *(*other)->OpenReader());
  EXPECT_NE(*admin_->ClusterId(), *other_admin.ClusterId());
}

TEST_F(EmbeddedLog, AFileOfANewerFormatIsRefused) {
  ASSERT_TRUE(log_->Write([](Connection& db) -> Result<void> {
    db.Execute("PRAGMA user_version = 99");
    return {};
  }));
  const auto opened = LogFile::Open(folder_.path().string());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kBadConfiguration);
  EXPECT_THAT(opened.error().message, HasSubstr("99"));
}

TEST_F(EmbeddedLog, AWriteThatFailsHalfWayKeepsNothing) {
  MakeTopic("t");
  const auto written = log_->Write([](Connection& db) -> Result<void> {
    db.Execute("UPDATE partition SET next_offset = 7");
    db.Execute("INSERT INTO nowhere VALUES (1)");
    db.Execute("UPDATE partition SET next_offset = 8");
    return {};
  });
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("nowhere"));
  EXPECT_EQ(admin_->FetchWatermarks({{"t", 0}})->at({"t", 0}).end, 0);
}

// Between the look of the owner and its letting go, another member may join
// and make more partitions unwanted; those it was not told of stay.
TEST_F(EmbeddedLog, AnOwnerLetsGoOfNothingItWasNotToldOf) {
  TopicSpec spec;
  spec.partitions = 4;
  MakeTopic("t", spec);
  const auto member = [](const char* id) {
    return Member{"g", id, {"t"}, std::chrono::seconds(10)};
  };
  const Instant now = Boottime::now();
  const auto owned_by_a = [&] {
    int owned = 0;
    for (const auto& row : ReadOwnership(*log_->OpenReader().value(), "g")) {
      owned += row.owner == "a";
    }
    return owned;
  };
  ASSERT_TRUE(log_->Write([&](Connection& db) -> Result<void> {
    Join(db, member("a"), now);
    Acquire(db, member("a"), {});
    for (const char* id : {"b", "c", "d"}) Join(db, member(id), now);
    return {};
  }));
  EXPECT_EQ(owned_by_a(), 4) << "it has not let go yet";
  ASSERT_TRUE(log_->Write([&](Connection& db) -> Result<void> {
    for (const auto& row : ReadOwnership(db, "g")) {
      if (row.target != "a") {
        Release(db, member("a"), {row.id});
        break;
      }
    }
    return {};
  }));
  EXPECT_EQ(owned_by_a(), 3);
}

}  // namespace
}  // namespace newsmill::embedded
