// Starting, draining, bounded runs.

#include "tests/unit/core/flow/worker_fixture.h"

namespace newsmill {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

using WorkerBoundsTest = WorkerFixture;

TEST_F(WorkerBoundsTest, DrainsByFinishingWhatIsInHand) {
  bus.Append(Tasks(0), "a");
  bool draining = false;
  handler.on_drain = [&] { draining = true; };
  When([&] { return handler.held.size() == 1; },
       [&] { worker->RequestStop(); });
  When([&] { return draining; },
       [&] {
         bus.Append(Tasks(0), "late");
         EXPECT_THAT(bus.paused(), IsSupersetOf({Tasks(0), Tasks(1)}));
       });
  WaitFor(5s);
  Step([&] { Ack(0); });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@1"), 0u);
  EXPECT_EQ(Committed(0), 1);
  EXPECT_TRUE(bus.closed());
}

TEST_F(WorkerBoundsTest, DrainKeepsTheGroupAlive) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] { worker->RequestStop(); });
  WaitFor(15s);
  Step([&] {
    EXPECT_TRUE(handler.port->IsFresh(Tasks(0)));
    EXPECT_EQ(worker->Readiness().detail, "draining");
    Ack(0);
  });
  stop_after_steps = false;
  RunToFinish();
}

TEST_F(WorkerBoundsTest, DrainEndsInTimeAndLeavesTheRestUncommitted) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  When([&] { return handler.held.size() == 2; }, [&] { Ack(0); });
  RunToFinish();  // offset 1 is never settled
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerBoundsTest, DrainEndsAtOnceWhenTheRestIsHandedBack) {
  bus.Append(Tasks(0), "a");
  Instant asked;
  handler.on_drain = [&] {
    handler.held.clear();
    asked = clock.Uptime();
  };
  When([&] { return handler.held.size() == 1; }, [] {});
  RunToFinish();
  EXPECT_LT(clock.Uptime() - asked, 1s);
  EXPECT_EQ(Committed(0), 0);
}

TEST_F(WorkerBoundsTest, WhatWaitsForRoomIsReadAgainAfterADrain) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  handler.has_room = [&](const auto&) { return handler.held.empty(); };
  When([&] { return handler.held.size() == 1; },
       [&] { worker->RequestStop(); });
  Turns(1);
  Step([&] { Ack(0); });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@1"), 0u);
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerBoundsTest, UntilIdleEndsWhenNothingComesAndNothingIsInHand) {
  options.bounds.until_idle = 5s;
  bus.Append(Tasks(0), "a");
  Instant settled;
  When([&] { return handler.held.size() == 1; }, [] {});
  WaitFor(10s);
  Step([&] {
    settled = clock.Uptime();
    Ack(0);
  });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_GE(clock.Uptime() - settled, 5s) << "not while a record is in hand";
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerBoundsTest, UntilIdleCountsFromTheFirstAssignment) {
  options.bounds.until_idle = 5s;
  bus.AssignByTest();
  bus.Append(Tasks(0), "a");
  WaitFor(12s);
  Step([&] { bus.AssignNext({Tasks(0), Tasks(1)}); });
  When([&] { return handler.held.size() == 1; }, [&] { Ack(0); });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerBoundsTest, UntilEndStopsAtTheEndThatWasThereAtTheStart) {
  options.bounds.until_end = true;
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  Step([&] { bus.Append(Tasks(0), "later"); });
  When([&] { return handler.held.size() == 2; },
       [&] {
         Ack(0);
         Ack(1);
       });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@2"), 0u);
  EXPECT_EQ(Committed(0), 2) << "what came later is the next run's";
}

TEST_F(WorkerBoundsTest, UntilEndIsJudgedByThePositionPastControlRecords) {
  options.bounds.until_end = true;
  bus.Append(Tasks(0), "a");
  bus.AppendHole(Tasks(0));
  When([&] { return handler.held.size() == 1; }, [&] { Ack(0); });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_EQ(Committed(0), 2);
}

TEST_F(WorkerBoundsTest, UntilEndWaitsForWhatOtherMembersHaveInHand) {
  options.bounds.until_end = true;
  bus.AssignByTest();
  bus.Append(Tasks(0), "mine");
  bus.Append(Tasks(1), "theirs");
  Step([&] { bus.AssignNext({Tasks(0)}); });
  When([&] { return handler.held.size() == 1; }, [&] { Ack(0); });
  WaitFor(5s);
  Step([&] {
    EXPECT_FALSE(bus.closed());
    EXPECT_EQ(handler.Count("drain"), 0u);
    bus.SetCommitted(Tasks(1), 1);
  });
  stop_after_steps = false;
  RunToFinish();
}

TEST_F(WorkerBoundsTest, UntilEndOfAnEmptyLogEndsAtOnce) {
  options.bounds.until_end = true;
  stop_after_steps = false;
  RunToFinish();
}

TEST_F(WorkerBoundsTest, ABoundedRunThatIsStoppedSaysSo) {
  options.bounds.until_end = true;
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  When([&] { return handler.held.size() == 2; },
       [&] {
         Ack(0);
         handler.held.clear();
         worker->RequestStop();
       });
  stop_after_steps = false;
  const Result<RunEnd> end = Run();
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, RunEnd::kStoppedEarly);
  EXPECT_EQ(Committed(0), 1) << "the next start resumes here";
}

TEST_F(WorkerBoundsTest, AJobReadsItsShareByHandFromTheGroupsOffsets) {
  options.bounds.until_end = true;
  options.bounds.job_index = 1;
  options.bounds.job_count = 2;
  bus.Append(Tasks(0), "not mine");
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(1), "mine");
  bus.SetCommitted(Tasks(1), 1);
  When([&] { return handler.held.size() == 2; },
       [&] {
         Ack(1);
         Ack(2);
       });
  stop_after_steps = false;
  RunToFinish();
  EXPECT_THAT(handler.events,
              ElementsAre("assigned tasks/1", "handle tasks/1@1",
                          "handle tasks/1@2", "drain", "revoked tasks/1"));
  EXPECT_EQ(Committed(1), 3);
  EXPECT_EQ(Committed(0), -1);
}

TEST_F(WorkerBoundsTest, AJobWhoseOffsetsAreFencedEnds) {
  options.bounds.job_index = 0;
  options.bounds.job_count = 1;
  Turns(2);
  Step([&] { bus.FailCommits({Code::kFenced, "somebody else's"}); });
  stop_after_steps = false;
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kFenced);
}

TEST_F(WorkerBoundsTest, AnotherPartitionCountIsBadConfiguration) {
  bus.DropTopic(topics.pages);
  bus.SetPartitions(topics.pages, 7);
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kBadConfiguration);
  EXPECT_THAT(end.error().message,
              HasSubstr("'newsmill.pages' has 7 partitions, the configuration "
                        "says 2"));
}

TEST_F(WorkerBoundsTest, AMissingTopicNamesTheCommandThatMakesIt) {
  bus.DropTopic(topics.outcomes);
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kBadConfiguration);
  EXPECT_THAT(end.error().message, HasSubstr("'newsmill.outcomes'"));
  EXPECT_THAT(end.error().message, HasSubstr("newsmill topics create"));
}

TEST_F(WorkerBoundsTest, ALogThatIsNotThereYetIsTriedAgain) {
  bus.FailListTopics({Code::kUnavailable, "127.0.0.1:9092 refuses"}, 1);
  Turns(2);
  RunToFinish();
  EXPECT_EQ(handler.Count("assigned tasks/0"), 1u);
}

TEST_F(WorkerBoundsTest, ALogThatNeverComesEndsAfterTheStartupTimeout) {
  options.startup_timeout = 1s;
  clock.TickPerLook(600ms);
  bus.FailListTopics({Code::kUnavailable, "127.0.0.1:9092 refuses"}, 1000);
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kUnavailable);
  EXPECT_THAT(end.error().message,
              HasSubstr("could not be reached for 1s: 127.0.0.1:9092 refuses"));
}

TEST_F(WorkerBoundsTest, WhatNoWaitingCuresEndsTheStartAtOnce) {
  bus.FailListTopics({Code::kBadConfiguration, "unknown property"}, 1);
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kBadConfiguration);
}

TEST_F(WorkerBoundsTest, ABoundedRunThatNeverStartedWasStoppedEarly) {
  options.bounds.until_idle = 5s;
  bus.FailListTopics({Code::kUnavailable, "away"}, 1000);
  worker = std::make_unique<Worker>(options, bus, topics, handler, clock);
  worker->RequestStop();
  const Result<RunEnd> end = worker->Run();
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(*end, RunEnd::kStoppedEarly);
}

TEST_F(WorkerBoundsTest, ARangeIsWorkedOffFromItsBeginToItsEndAndNoFurther) {
  for (int i = 0; i < 9; ++i) bus.Append(Tasks(0), "x");
  for (int i = 0; i < 4; ++i) bus.Append(Tasks(1), "x");
  options.bounds.range = {{Tasks(0), {2, 5}}, {Tasks(1), {1, 3}}};
  bus.SetCommitted(Tasks(1), 2);  // where an earlier run stopped
  std::vector<std::string> handed;
  handler.handle = [&](Delivery delivery) {
    handed.push_back(std::to_string(delivery.message().partition) + "@" +
                     std::to_string(delivery.message().offset));
    std::move(delivery).Ack();
  };
  WaitFor(5s);
  RunToFinish();
  EXPECT_THAT(handed,
              ::testing::UnorderedElementsAre("0@2", "0@3", "0@4", "1@2"));
  EXPECT_EQ(Committed(0), 5);
  EXPECT_EQ(Committed(1), 3);
}

TEST_F(WorkerBoundsTest, ARangeEndsBehindControlRecords) {
  bus.Append(Tasks(0), "a");
  for (int i = 0; i < 3; ++i) bus.AppendHole(Tasks(0));
  options.bounds.range = {{Tasks(0), {0, 4}}};
  handler.handle = [](Delivery delivery) { std::move(delivery).Ack(); };
  WaitFor(5s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 4);
}

TEST_F(WorkerBoundsTest, AnIndexedJobTakesItsPartitionsOfARange) {
  for (int i = 0; i < 2; ++i) bus.Append(Tasks(0), "x");
  for (int i = 0; i < 2; ++i) bus.Append(Tasks(1), "x");
  options.bounds.range = {{Tasks(0), {0, 2}}, {Tasks(1), {0, 2}}};
  options.bounds.job_index = 1;
  options.bounds.job_count = 2;
  std::set<int32_t> partitions;
  handler.handle = [&](Delivery delivery) {
    partitions.insert(delivery.message().partition);
    std::move(delivery).Ack();
  };
  WaitFor(5s);
  RunToFinish();
  EXPECT_THAT(partitions, ::testing::ElementsAre(1));
  EXPECT_EQ(Committed(1), 2);
}

TEST_F(WorkerBoundsTest, UntilEndIsTheHandlersWhereTheGroupStandsFurther) {
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(0), "x");
  bus.SetCommitted(Tasks(0), 3);
  bus.SetCommitted(Tasks(1), 0);
  handler.assign = [this](const auto&) {
    return Offsets{{Tasks(0), 0}, {Tasks(1), 0}};
  };
  options.bounds.until_end = true;
  std::vector<int64_t> handed;
  handler.handle = [&](Delivery delivery) {
    handed.push_back(delivery.message().offset);
    std::move(delivery).Ack();
  };
  WaitFor(30s);
  RunToFinish();
  EXPECT_THAT(handed, ::testing::ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace newsmill
