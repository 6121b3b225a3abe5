#include "core/flow/retry_forwarder.h"

#include <gtest/gtest.h>

#include "core/flow/settlement_queue.h"
#include "core/flow/task_codec.h"
#include "tests/support/manual_clock.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;

const std::vector<Duration> kDelays = {10s, 60s};

class RetryForwarderTest : public testing::Test {
 protected:
  RetryForwarderTest()
      : topics_(BusConfig(), kDelays), forwarder_(topics_, kDelays, clock_) {}

  v1::FetchTask Task(Duration due_in) const {
    v1::FetchTask task;
    task.set_task_id("task-1");
    task.set_url("https://news.example/1");
    task.set_attempt(1);
    *task.mutable_not_before() = ToProto(clock_.Now() + due_in);
    return task;
  }

  // A record of the retry topic of the first delay, appended now.
  void Handle(const v1::FetchTask& task, int64_t offset = 0) {
    HandleValue(task.SerializeAsString(), offset);
  }
  void HandleValue(const std::string& value, int64_t offset = 0) {
    Message message;
    message.topic = partition_.topic;
    message.offset = offset;
    message.append_time = clock_.Now();
    message.value = value;
    forwarder_.Handle(Delivery(std::move(message), 1, queue_));
  }

  std::vector<Settlement> After(Duration time) {
    clock_.Advance(time);
    forwarder_.Tick(clock_.Uptime());
    return queue_->Take();
  }

  ManualClock clock_;
  Topics topics_;
  std::shared_ptr<SettlementQueue> queue_ = std::make_shared<SettlementQueue>();
  RetryForwarder forwarder_;
  TopicPartition partition_{topics_.retries[0], 0};
};

TEST_F(RetryForwarderTest, HoldsATaskUntilItIsDueAndPutsItBackUnderItsHost) {
  Handle(Task(10s));
  EXPECT_TRUE(After(9999ms).empty());
  const auto settled = After(1ms);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kAck);
  ASSERT_EQ(settled[0].outputs.size(), 1u);
  const Record& record = settled[0].outputs[0];
  EXPECT_EQ(record.topic, topics_.tasks);
  EXPECT_EQ(record.key, "news.example");
  v1::FetchTask task;
  ASSERT_TRUE(task.ParseFromString(record.value));
  EXPECT_EQ(task.task_id(), "task-1");
  EXPECT_EQ(task.attempt(), 1);
}

TEST_F(RetryForwarderTest, KeepsTheOrderOfThePartition) {
  Handle(Task(10s), 0);
  clock_.Advance(1s);
  Handle(Task(10s), 1);
  EXPECT_EQ(After(9s).size(), 1u);
  const auto second = After(1s);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].message.offset, 1);
}

TEST_F(RetryForwarderTest, ATaskWithoutATimeIsDueAtOnce) {
  v1::FetchTask task = Task(10s);
  task.clear_not_before();
  Handle(task);
  EXPECT_EQ(After(0s).size(), 1u);
}

TEST_F(RetryForwarderTest, ALongWaitGoesRoundAgainInsteadOfBlockingTheOthers) {
  Handle(Task(1h), 0);
  const auto settled = After(10s);
  ASSERT_EQ(settled.size(), 1u) << "looked at again after the topic's delay";
  EXPECT_EQ(settled[0].outputs[0].topic, topics_.retries[1]);
}

TEST_F(RetryForwarderTest, TheRestOfAWaitGoesToTheShortestTopicThatHoldsIt) {
  Handle(Task(15s), 0);
  const auto settled = After(10s);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].outputs[0].topic, topics_.retries[0]);
}

TEST_F(RetryForwarderTest, HasRoomForABoundedNumberOfTasks) {
  for (size_t i = 0; i < RetryForwarder::kMostHeld; ++i) {
    EXPECT_TRUE(forwarder_.HasRoom(partition_));
    Handle(Task(10s), static_cast<int64_t>(i));
  }
  EXPECT_FALSE(forwarder_.HasRoom(partition_));
  EXPECT_TRUE(forwarder_.HasRoom({partition_.topic, 1}));
  EXPECT_EQ(After(10s).size(), RetryForwarder::kMostHeld);
  EXPECT_TRUE(forwarder_.HasRoom(partition_));
}

TEST_F(RetryForwarderTest, ARecordThatIsNoTaskFails) {
  HandleValue("\xff\xff");
  const auto settled = After(0s);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kFail);
  EXPECT_EQ(settled[0].failure.reason, v1::REASON_MALFORMED_RECORD);
  EXPECT_FALSE(settled[0].failure.retryable);
}

TEST_F(RetryForwarderTest, HandsBackWhatIsRevokedAndNothingElse) {
  Handle(Task(10s));
  forwarder_.Revoked({{partition_.topic, 1}}, false);
  EXPECT_TRUE(queue_->Take().empty());
  forwarder_.Revoked({partition_}, false);
  const auto settled = queue_->Take();
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kReturned);
  EXPECT_TRUE(After(10s).empty());
}

TEST_F(RetryForwarderTest, HandsBackAllWhenItDrains) {
  Handle(Task(10s));
  forwarder_.Drain();
  const auto settled = queue_->Take();
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kReturned);
}

}  // namespace
}  // namespace newsmill
