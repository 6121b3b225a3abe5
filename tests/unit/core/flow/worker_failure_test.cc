// What the loop does when the log, the group or an output fails.

#include <thread>

#include "tests/unit/core/flow/worker_fixture.h"

namespace newsmill {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

using WorkerFailureTest = WorkerFixture;

Error Away() { return {Code::kUnavailable, "broker away"}; }

TEST_F(WorkerFailureTest, ARetryIsOnItsTopicBeforeTheOffsetMoves) {
  bus.Append(Tasks(0), "a");
  handler.handle = [&](Delivery delivery) {
    delivery.Describe(Task("task-1"));
    std::move(delivery).Fail({.reason = v1::REASON_TIMED_OUT,
                              .detail = "20 s without an answer",
                              .retryable = true});
  };
  bus.HoldAcks();
  WaitFor(1s);
  Step([&] {
    EXPECT_EQ(Committed(0), 0);
    bus.ReleaseAcks();
  });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
  const auto retries = Read<v1::FetchTask>(topics.retries[0]);
  ASSERT_EQ(retries.size(), 1u);
  EXPECT_EQ(retries[0].attempt(), 1);
}

TEST_F(WorkerFailureTest, WhoAsksIsToldWhenTheOutputsAreDurable) {
  bus.Append(Tasks(0), "a");
  std::atomic<int> told = 0;
  handler.handle = [&](Delivery delivery) {
    delivery.Describe(Task("task-1"));
    delivery.WhenDurable([&](bool durable) { told += durable ? 1 : 10; });
    Record page;
    page.topic = topics.pages;
    page.value = "page";
    std::move(delivery).Ack({page});
  };
  bus.HoldAcks();
  WaitFor(1s);
  Step([&] {
    EXPECT_EQ(told, 0);
    bus.ReleaseAcks();
  });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(told, 1);
}

TEST_F(WorkerFailureTest, ADeadTaskLeavesLetterAndOutcome) {
  bus.Append(Tasks(0), "a");
  handler.handle = [&](Delivery delivery) {
    delivery.Describe(Task("task-1"));
    std::move(delivery).Fail(
        {.reason = v1::REASON_INVALID_URL, .detail = "no host"});
  };
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
  const auto letters = Read<v1::DeadLetter>(topics.dead);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].value(), "a");
  const auto outcomes = Read<v1::Outcome>(topics.outcomes);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].kind(), v1::DEAD);
  EXPECT_EQ(outcomes[0].task_id(), "task-1");
}

TEST_F(WorkerFailureTest, AFinishedTaskLeavesItsOutcome) {
  bus.Append(Tasks(0), "a");
  handler.handle = [&](Delivery delivery) {
    delivery.Describe(Task("task-1"));
    v1::Outcome outcome;
    outcome.set_kind(v1::GONE);
    std::move(delivery).Finish(outcome);
  };
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
  const auto outcomes = Read<v1::Outcome>(topics.outcomes);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].kind(), v1::GONE);
  EXPECT_EQ(outcomes[0].stage(), v1::STAGE_FETCHER);
}

TEST_F(WorkerFailureTest, AnOutputThatIsTooLargeMakesTheTaskDead) {
  std::atomic<bool> refused = false;
  bus.Append(Tasks(0), "a");
  bus.Refuse([&](const Record& record) -> std::optional<Error> {
    if (record.topic != topics.pages) return std::nullopt;
    return Error{Code::kTooLarge, "900000 bytes, the limit is 800000"};
  });
  When([&] { return !handler.held.empty(); },
       [&] {
         handler.held.front().Describe(Task("task-1"));
         handler.held.front().WhenDurable(
             [&](bool durable) { refused = !durable; });
         Ack(0);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
  const auto outcomes = Read<v1::Outcome>(topics.outcomes);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].reason(), v1::REASON_TOO_LARGE);
  EXPECT_THAT(outcomes[0].detail(), HasSubstr("the limit is 800000"));
  EXPECT_TRUE(refused);
  EXPECT_EQ(Read<v1::DeadLetter>(topics.dead).size(), 1u);
}

TEST_F(WorkerFailureTest, ADeadLetterThatDoesNotFitGoesWithoutTheValue) {
  bus.Append(Tasks(0), std::string(1000, 'x'));
  bus.Refuse([&](const Record& record) -> std::optional<Error> {
    if (record.value.size() < 1000) return std::nullopt;
    return Error{Code::kTooLarge, "too large"};
  });
  handler.handle = [&](Delivery delivery) {
    std::move(delivery).Fail({.reason = v1::REASON_MALFORMED_TASK});
  };
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
  const auto letters = Read<v1::DeadLetter>(topics.dead);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].value(), "");
  EXPECT_EQ(letters[0].value_size(), 1000);
}

TEST_F(WorkerFailureTest, ALogThatTakesNothingStopsTheIntakeAndLosesNothing) {
  bus.Append(Tasks(0), "a");
  bool away = true;
  bus.Refuse([&](const Record&) -> std::optional<Error> {
    if (away) return Away();
    return std::nullopt;
  });
  When([&] { return !handler.held.empty(); }, [&] { Ack(0); });
  Turns(1);
  Step([&] { bus.Append(Tasks(0), "b"); });
  WaitFor(3s);
  Step([&] {
    EXPECT_EQ(handler.Count("handle tasks/0@1"), 0u) << "no new work";
    EXPECT_EQ(Committed(0), 0);
    EXPECT_EQ(worker->Readiness().detail, "the log does not take records");
    EXPECT_TRUE(handler.port->IsFresh(Tasks(0))) << "the group goes on";
    away = false;
  });
  When([&] { return !handler.held.empty(); }, [&] { Ack(1); });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 2u);
  EXPECT_TRUE(bus.RecordsOf(topics.dead).empty()) << "nobody's failure";
  EXPECT_TRUE(bus.RecordsOf(topics.retries[0]).empty());
  EXPECT_EQ(Committed(0), 2);
}

TEST_F(WorkerFailureTest, OnlyTheOutputsThatFailedAreSentAgain) {
  bus.Append(Tasks(0), "a");
  int refusals = 0;
  bus.Refuse([&](const Record& record) -> std::optional<Error> {
    if (record.value == "two" && ++refusals <= 2) return Away();
    return std::nullopt;
  });
  When([&] { return !handler.held.empty(); },
       [&] {
         std::vector<Record> outputs;
         outputs.push_back(Page("one"));
         outputs.push_back(Page("two"));
         handler.Take(0).Ack(std::move(outputs));
       });
  When([&] { return Committed(0) == 1; }, [] {});
  RunToFinish();
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 2u);
}

TEST_F(WorkerFailureTest, AProducerThatIsBrokenIsReplaced) {
  bus.Append(Tasks(0), "a");
  bus.Refuse([&](const Record&) -> std::optional<Error> {
    if (bus.producers_made() > 1) return std::nullopt;
    return Error{Code::kInternal, "out of sequence"};
  });
  When([&] { return !handler.held.empty(); }, [&] { Ack(0); });
  When([&] { return Committed(0) == 1; }, [] {});
  RunToFinish();
  EXPECT_EQ(bus.producers_made(), 2);
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 1u);
}

TEST_F(WorkerFailureTest, AnOutputThatCanNeverBeWrittenEndsTheWorker) {
  bus.Append(Tasks(0), "a");
  bus.DropTopic(topics.dead);
  bus.SetPartitions(topics.dead, 1);
  When([&] { return !handler.held.empty(); },
       [&] {
         bus.DropTopic(topics.pages);
         Ack(0);
       });
  stop_after_steps = false;
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_THAT(end.error().message, HasSubstr(topics.pages));
  EXPECT_EQ(Committed(0), 0);
}

TEST_F(WorkerFailureTest, APollThatFailsIsRepeatedWithGrowingDelay) {
  bus.Append(Tasks(0), "a");
  clock.TickPerLook(5ms);
  std::vector<Instant> polls;
  Turns(1);
  Step([&] { bus.FailPolls(Away(), 3); });
  for (int i = 0; i < 3; ++i) {
    Step([&] {
      polls.push_back(clock.Uptime());
      if (polls.size() > 1) {
        EXPECT_FALSE(worker->Readiness().ok);
        EXPECT_THAT(worker->Readiness().detail, HasSubstr("broker away"));
      }
    });
  }
  Turns(2);
  Step([&] { EXPECT_TRUE(worker->Readiness().ok); });
  RunToFinish();
  ASSERT_EQ(polls.size(), 3u);
  EXPECT_GE(polls[1] - polls[0], 200ms);
  EXPECT_GE(polls[2] - polls[1], 400ms);
}

TEST_F(WorkerFailureTest, AnOffsetOutOfRangeEndsTheWorkerWithAnExplanation) {
  for (int i = 0; i < 5; ++i) bus.Append(Tasks(0), "x");
  bus.SetCommitted(Tasks(0), 1);
  bus.TrimBefore(Tasks(0), 3);
  stop_after_steps = false;
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kOutOfRange);
  EXPECT_THAT(end.error().message, HasSubstr("offset 1 of partition 0"));
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerFailureTest, WhatIsFencedIsDroppedAndNeverCommitted) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(1), "b");
  When([&] { return handler.held.size() == 2; }, [&] { bus.Steal(Tasks(0)); });
  Turns(1);
  Step([&] {
    EXPECT_THAT(handler.events, Contains("lost tasks/0"));
    EXPECT_FALSE(handler.port->IsFresh(Tasks(0)));
    while (!handler.held.empty()) {
      std::vector<Record> outputs;
      outputs.push_back(Page("page"));
      std::move(handler.held.front()).Ack(std::move(outputs));
      handler.held.pop_front();
    }
  });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 0);
  EXPECT_EQ(Committed(1), 1);
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 1u) << "the new owner's work";
}

TEST_F(WorkerFailureTest, AFencedCommitEndsFreshnessAtOnce) {
  Turns(2);
  Step([&] {
    EXPECT_TRUE(handler.port->IsFresh(Tasks(1)));
    bus.FailCommits({Code::kFenced, "not ours"});
  });
  When(
      [&] {
        return !bus.commits().empty() &&
               bus.commits().back().failed.has_value();
      },
      [&] {
        EXPECT_FALSE(handler.port->IsFresh(Tasks(0)));
        EXPECT_FALSE(handler.port->IsFresh(Tasks(1)));
      });
  When([&] { return handler.port->IsFresh(Tasks(1)); }, [] {});
  RunToFinish();
}

TEST_F(WorkerFailureTest, SettlementsOfAnOlderAssignmentMoveNoOffset) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] {
         bus.RevokeNext({Tasks(0)});
         bus.AssignNext({Tasks(0)});
       });
  When([&] { return handler.held.size() == 2; },
       [&] {
         std::move(handler.held.front()).Ack();
         handler.held.pop_front();
       });
  WaitFor(1s);
  Step([&] {
    EXPECT_EQ(Committed(0), 0) << "the record is in hand again";
    Ack(0);
  });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerFailureTest, ARevokeCommitsWhatTheHandlerFinishesInIt) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  handler.on_revoked = [&] {
    if (!handler.held.empty()) Ack(0);
  };
  When([&] { return handler.held.size() == 2; },
       [&] { bus.RevokeNext({Tasks(0)}); });
  Turns(1);
  Step([&] {
    EXPECT_EQ(Committed(0), 1);
    handler.held.clear();
  });
  RunToFinish();
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 1u);
}

TEST_F(WorkerFailureTest, ARevokeDoesNotWaitForEverForTheLog) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] {
         bus.HoldAcks();
         Ack(0);
       });
  Turns(2);
  Step([&] { bus.RevokeNext({Tasks(0)}); });
  Turns(1);
  Step([&] {
    EXPECT_FALSE(bus.assigned().contains(Tasks(0)));
    EXPECT_EQ(Committed(0), 0);
    bus.ReleaseAcks();
  });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 0);
}

TEST_F(WorkerFailureTest, AGroupThatCannotBeLeftInTimeLeavesTheHandlerNothing) {
  bus.Append(Tasks(0), "a");
  bus.FailClose({Code::kTimedOut, "the coordinator is silent"});
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(handler.Count("lost tasks/0"), 1u);
  EXPECT_EQ(handler.Count("lost tasks/1"), 1u);
}

TEST_F(WorkerFailureTest, ReclaimForgetsWhatIsInHandAndAsksTheHandlerAgain) {
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(0), "x");
  int assigned = 0;
  handler.assign = [&](const auto&) -> Result<Offsets> {
    return Offsets{{Tasks(0), ++assigned == 1 ? 0 : 1}};
  };
  When([&] { return handler.held.size() == 3; },
       [&] {
         handler.events.clear();
         handler.held.clear();  // given back: they are forgotten
         handler.port->Reclaim({Tasks(0)});
       });
  When([&] { return handler.held.size() == 2; },
       [&] {
         EXPECT_THAT(handler.events, Contains("assigned tasks/0"));
         EXPECT_THAT(handler.events, Not(Contains("handle tasks/0@0")));
         Ack(1);
         Ack(2);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 3);
}

TEST_F(WorkerFailureTest, ReclaimWithoutAnOffsetReadsTheUnsettledAgain) {
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(0), "x");
  When([&] { return handler.held.size() == 3; },
       [&] {
         Ack(0);
         Ack(2);
       });
  WaitFor(1s);
  Step([&] {
    handler.held.clear();
    handler.events.clear();
    handler.port->Reclaim({Tasks(0)});
  });
  When([&] { return handler.held.size() == 2; },
       [&] {
         Ack(1);
         Ack(2);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 3);
}

TEST_F(WorkerFailureTest, ReclaimOfWhatIsGoneClaimsNothing) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] {
         handler.events.clear();
         bus.Steal(Tasks(0));
         handler.port->Reclaim({Tasks(0)});
       });
  WaitFor(2s);
  RunToFinish();
  EXPECT_THAT(handler.events, Contains("lost tasks/0"));
  EXPECT_THAT(handler.events, Not(Contains("assigned tasks/0")));
}

TEST_F(WorkerFailureTest, ReclaimWaitsForACommitThatIsAcknowledged) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] {
         handler.events.clear();
         handler.held.clear();
         bus.FailCommits({Code::kFenced, "not yours"}, 2);
         handler.port->Reclaim({Tasks(0)});
       });
  Turns(3);
  Step([&] { EXPECT_THAT(handler.events, Not(Contains("assigned tasks/0"))); });
  When([&] { return handler.held.size() == 1; }, [&] { Ack(0); });
  RunToFinish();
}

TEST_F(WorkerFailureTest, StopEndsWithTheErrorAndCommitsNothingMore) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] {
         Ack(0);
         handler.port->Stop({Code::kCorrupt, "the store is broken"});
       });
  stop_after_steps = false;
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kCorrupt);
  EXPECT_EQ(Committed(0), 0);
  EXPECT_THAT(handler.events, Contains("lost tasks/0"));
}

TEST_F(WorkerFailureTest, SettlementsComeFromAnyThread) {
  constexpr size_t kRecords = 300;
  for (size_t i = 0; i < kRecords; ++i)
    bus.Append(Tasks(static_cast<int32_t>(i % 2)), "x");
  std::vector<std::thread> threads;
  handler.handle = [&](Delivery delivery) {
    threads.emplace_back([](Delivery d) { std::move(d).Ack(); },
                         std::move(delivery));
  };
  When([&] { return threads.size() == kRecords; },
       [&] {
         for (std::thread& thread : threads) thread.join();
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), kRecords / 2);
  EXPECT_EQ(Committed(1), kRecords / 2);
}

}  // namespace
}  // namespace newsmill
