// The small parts of the loop: Backoff, Checkpoint, Delivery, Freshness,
// SettlementQueue.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/backoff.h"
#include "core/flow/checkpoint.h"
#include "core/flow/delivery.h"
#include "core/flow/freshness.h"
#include "core/flow/settlement_queue.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheMostWithAtMostAFifthOfJitter) {
  Backoff backoff(100ms, 1s);
  for (const Duration base : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const Duration delay = backoff.Next();
    EXPECT_GE(delay, base);
    EXPECT_LE(delay, base + base / 5);
  }
  EXPECT_EQ(backoff.failures(), 6);
}

TEST(Backoff, StartsAgainAfterASuccess) {
  Backoff backoff(100ms, 1s);
  backoff.Next();
  backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), 120ms);
}

TEST(Checkpoint, IsThePositionWhileNothingIsInHand) {
  const Checkpoint checkpoint(5);
  EXPECT_EQ(checkpoint.Next(5), 5);
  EXPECT_EQ(checkpoint.Next(9), 9) << "past control records";
}

TEST(Checkpoint, IsTheOldestUnsettledRecord) {
  Checkpoint checkpoint(5);
  checkpoint.Begin(5);
  checkpoint.Begin(7);
  checkpoint.Begin(8);
  EXPECT_EQ(checkpoint.in_flight(), 3u);
  EXPECT_EQ(checkpoint.spread(), 3);
  checkpoint.Finish(7);
  EXPECT_EQ(checkpoint.Next(20), 5);
  checkpoint.Finish(5);
  EXPECT_EQ(checkpoint.Next(20), 8);
  EXPECT_EQ(checkpoint.spread(), 0);
  checkpoint.Finish(8);
  EXPECT_EQ(checkpoint.Next(20), 20);
}

TEST(Checkpoint, NeverFallsBehindWhatWasSettled) {
  Checkpoint checkpoint(5);
  checkpoint.Begin(5);
  checkpoint.Finish(5);
  EXPECT_EQ(checkpoint.Next(0), 6) << "a position that is not known yet";
}

Message At(int64_t offset) {
  Message message;
  message.topic = "t";
  message.offset = offset;
  message.value = "value";
  return message;
}

TEST(Delivery, CarriesRecordTaskAndAssignmentIntoTheSettlement) {
  auto queue = std::make_shared<SettlementQueue>();
  Delivery delivery(At(3), 7, queue);
  v1::FetchTask task;
  task.set_task_id("id");
  delivery.Describe(task);
  std::vector<Record> outputs(1);
  outputs[0].value = "page";
  std::move(delivery).Ack(std::move(outputs));
  const std::vector<Settlement> settled = queue->Take();
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kAck);
  EXPECT_EQ(settled[0].message.offset, 3);
  EXPECT_EQ(settled[0].message.value, "value");
  EXPECT_EQ(settled[0].assignment, 7u);
  EXPECT_EQ(settled[0].task.task_id(), "id");
  EXPECT_EQ(settled[0].outputs[0].value, "page");
}

TEST(Delivery, FinishesAndFails) {
  auto queue = std::make_shared<SettlementQueue>();
  v1::Outcome outcome;
  outcome.set_kind(v1::GONE);
  Delivery(At(0), 1, queue).Finish(outcome);
  Failure failure;
  failure.detail = "why";
  Delivery(At(1), 1, queue).Fail(failure);
  const std::vector<Settlement> settled = queue->Take();
  ASSERT_EQ(settled.size(), 2u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kFinish);
  EXPECT_EQ(settled[0].outcome.kind(), v1::GONE);
  EXPECT_EQ(settled[1].kind, Settlement::Kind::kFail);
  EXPECT_EQ(settled[1].failure.detail, "why");
}

TEST(Delivery, IsHandedBackWhenItIsDestroyedOrOverwritten) {
  auto queue = std::make_shared<SettlementQueue>();
  {
    Delivery delivery(At(0), 1, queue);
    delivery = Delivery(At(1), 1, queue);
    const std::vector<Settlement> settled = queue->Take();
    ASSERT_EQ(settled.size(), 1u);
    EXPECT_EQ(settled[0].message.offset, 0);
  }
  const std::vector<Settlement> settled = queue->Take();
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kReturned);
  EXPECT_EQ(settled[0].message.offset, 1);
}

TEST(Delivery, IsSettledOnceWhereverItWasMoved) {
  auto queue = std::make_shared<SettlementQueue>();
  {
    Delivery first(At(0), 1, queue);
    Delivery second(std::move(first));
    std::move(second).Ack();
  }
  EXPECT_EQ(queue->Take().size(), 1u);
}

TEST(SettlementQueue, TakesFromManyThreads) {
  auto queue = std::make_shared<SettlementQueue>();
  constexpr int kThreads = 4, kEach = 500;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) Delivery(At(i), 1, queue).Ack();
    });
  }
  size_t taken = 0;
  while (taken < kThreads * kEach) taken += queue->Take().size();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, static_cast<size_t>(kThreads * kEach));
}

TEST(SettlementQueue, DropsWhatComesAfterTheEnd) {
  auto queue = std::make_shared<SettlementQueue>();
  Delivery delivery(At(0), 1, queue);
  queue->Close();
  std::move(delivery).Ack();
  EXPECT_TRUE(queue->Take().empty());
}

const TopicPartition kPartition{"t", 0};
Instant Second(int s) { return Instant(std::chrono::seconds(s)); }

TEST(Freshness, CountsFromTheSendingOfTheLastConfirmedCommit) {
  Freshness freshness(5s);
  freshness.Own({kPartition});
  EXPECT_FALSE(freshness.IsFresh(kPartition, Second(0)));
  freshness.Confirm(kPartition, Second(10));
  EXPECT_TRUE(freshness.IsFresh(kPartition, Second(14)));
  EXPECT_FALSE(freshness.IsFresh(kPartition, Second(15)));
}

TEST(Freshness, IsOverWithTheAssignment) {
  Freshness freshness(5s);
  freshness.Own({kPartition});
  freshness.Confirm(kPartition, Second(1));
  freshness.Forget({kPartition});
  freshness.Confirm(kPartition, Second(2));
  EXPECT_FALSE(freshness.IsFresh(kPartition, Second(2)));
}

TEST(Freshness, IsOverWhenInDoubtUntilTheNextCommit) {
  Freshness freshness(5s);
  freshness.Own({kPartition});
  freshness.Confirm(kPartition, Second(1));
  freshness.Doubt();
  EXPECT_FALSE(freshness.IsFresh(kPartition, Second(1)));
  freshness.Confirm(kPartition, Second(2));
  EXPECT_TRUE(freshness.IsFresh(kPartition, Second(2)));
}

}  // namespace
}  // namespace newsmill
