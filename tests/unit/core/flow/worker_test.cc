// Handing over, backpressure, commits, freshness.

#include <algorithm>

#include "tests/unit/core/flow/worker_fixture.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using WorkerTest = WorkerFixture;

TEST_F(WorkerTest, HandsOverInOrderAndCommitsWhatIsDurable) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  When([&] { return handler.held.size() == 2; },
       [&] {
         Ack(0);
         Ack(1);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_THAT(handler.events,
              ElementsAre("assigned tasks/0", "assigned tasks/1",
                          "handle tasks/0@0", "handle tasks/0@1", "drain",
                          "revoked tasks/0", "revoked tasks/1"));
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 2u);
  EXPECT_EQ(Committed(0), 2);
  EXPECT_TRUE(bus.closed());
}

TEST_F(WorkerTest, CommitsOnlyBelowTheOldestUnsettledRecord) {
  for (int i = 0; i < 4; ++i) bus.Append(Tasks(0), "x");
  When([&] { return handler.held.size() == 4; },
       [&] {
         Ack(0);
         Ack(2);
         Ack(3);
       });
  WaitFor(5s);
  Step([&] { EXPECT_EQ(Committed(0), 1); });
  Step([&] { Ack(1); });
  WaitFor(1s);
  Step([&] { EXPECT_EQ(Committed(0), 4); });
  RunToFinish();
}

TEST_F(WorkerTest, DoesNotCommitBeforeEveryOutputIsAcknowledged) {
  bus.Append(Tasks(0), "a");
  When([&] { return handler.held.size() == 1; },
       [&] {
         bus.HoldAcks();
         std::vector<Record> outputs;
         outputs.push_back(Page("one"));
         outputs.push_back(Page("two"));
         handler.Take(0).Ack(std::move(outputs));
       });
  WaitFor(5s);
  Step([&] {
    EXPECT_EQ(bus.held_acks(), 2u);
    EXPECT_EQ(Committed(0), 0);
    bus.ReleaseAcks();
  });
  WaitFor(1s);
  Step([&] { EXPECT_EQ(Committed(0), 1); });
  RunToFinish();
}

TEST_F(WorkerTest, CommitsProgressSoon) {
  bus.Append(Tasks(0), "a");
  Instant settled;
  When([&] { return handler.held.size() == 1; },
       [&] {
         Ack(0);
         settled = clock.Uptime();
       });
  When([&] { return Committed(0) == 1; },
       [&] { EXPECT_LE(clock.Uptime() - settled, 300ms); });
  RunToFinish();
}

TEST_F(WorkerTest, CommitsThePositionPastControlRecordsWhenNothingIsInHand) {
  bus.Append(Tasks(0), "a");
  bus.AppendHole(Tasks(0));
  bus.AppendHole(Tasks(0));
  When([&] { return handler.held.size() == 1; }, [&] { Ack(0); });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 3);
}

TEST_F(WorkerTest, CommitsAtLeastEveryQuarterOfTheSessionTimeout) {
  WaitFor(30s);
  RunToFinish();
  std::vector<Instant> sent;
  for (const auto& commit : bus.commits()) {
    if (commit.offsets.contains(Tasks(0))) sent.push_back(commit.at);
  }
  ASSERT_GE(sent.size(), 12u);
  for (size_t i = 1; i < sent.size(); ++i) {
    EXPECT_LE(sent[i] - sent[i - 1], options.session_timeout / 4);
  }
}

TEST_F(WorkerTest, IsFreshFromTheFirstAcknowledgedCommitOn) {
  bool before = true;
  handler.assign = [&](const auto&) -> Result<Offsets> {
    before = handler.port->IsFresh(Tasks(0));
    return Offsets();
  };
  Turns(3);
  Step([&] { EXPECT_TRUE(handler.port->IsFresh(Tasks(0))); });
  RunToFinish();
  EXPECT_FALSE(before);
  EXPECT_FALSE(handler.port->IsFresh(Tasks(0))) << "let go of";
}

TEST_F(WorkerTest, IsNotFreshHalfASessionAfterTheLastCommitWasSent) {
  Turns(3);
  Step([&] {
    // As after a SIGSTOP: the clock went on, the loop did not.
    const Instant end = bus.commits().back().at + options.session_timeout / 2;
    clock.Advance(end - clock.Uptime() - 1ms);
    EXPECT_TRUE(handler.port->IsFresh(Tasks(0)));
    clock.Advance(1ms);
    EXPECT_FALSE(handler.port->IsFresh(Tasks(0)));
  });
  RunToFinish();
}

TEST_F(WorkerTest, IsNotFreshWhileCommitsFail) {
  Turns(3);
  Step([&] { bus.FailCommits({Code::kUnavailable, "broker away"}, 1000); });
  WaitFor(6s);
  Step([&] {
    EXPECT_FALSE(handler.port->IsFresh(Tasks(0)));
    EXPECT_FALSE(worker->Readiness().ok);
    EXPECT_THAT(worker->Readiness().detail, HasSubstr("broker away"));
  });
  RunToFinish();
}

TEST_F(WorkerTest, IsNotFreshWhileARevokeIsPending) {
  bool during = true;
  handler.on_revoked = [&] { during = handler.port->IsFresh(Tasks(0)); };
  Turns(3);
  Step([&] {
    EXPECT_TRUE(handler.port->IsFresh(Tasks(0)));
    bus.RevokeNext({Tasks(0)});
  });
  RunToFinish();
  EXPECT_FALSE(during);
}

TEST_F(WorkerTest, PausesAPartitionWithoutRoomAndResumesIt) {
  for (int i = 0; i < 5; ++i) bus.Append(Tasks(0), "x");
  bus.Append(Tasks(1), "y");
  handler.has_room = [&](const TopicPartition& p) {
    return p.partition == 1 || handler.held.size() < 3;
  };
  Turns(3);
  Step([&] {
    EXPECT_THAT(bus.paused(), ElementsAre(Tasks(0)));
    EXPECT_EQ(handler.Count("handle tasks/1@0"), 1u);
    EXPECT_EQ(Committed(0), 0);
    while (!handler.held.empty()) {
      Ack(handler.held.front().message().offset);
    }
  });
  Turns(3);
  Step([&] {
    while (!handler.held.empty()) {
      Ack(handler.held.front().message().offset);
    }
  });
  WaitFor(1s);
  Step([&] { EXPECT_THAT(bus.paused(), IsEmpty()); });
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@4"), 1u);
  EXPECT_EQ(Committed(0), 5);
}

TEST_F(WorkerTest, NoPartitionIsLeftBehindWhereRoomIsScarce) {
  for (int i = 0; i < 10; ++i) {
    bus.Append(Tasks(0), "x");
    bus.Append(Tasks(1), "y");
  }
  int handled = 0;
  handler.has_room = [&](const TopicPartition&) { return handled < 6; };
  handler.handle = [&](Delivery delivery) {
    ++handled;
    std::move(delivery).Ack();
  };
  Turns(4);
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@2"), 1u);
  EXPECT_EQ(handler.Count("handle tasks/1@2"), 1u);
}

TEST_F(WorkerTest, PausesAPartitionWhoseSpreadIsTooWide) {
  options.max_spread = 2;
  options.poll_batch = 1;
  for (int i = 0; i < 10; ++i) bus.Append(Tasks(0), "x");
  Turns(20);
  Step([&] {
    EXPECT_EQ(handler.held.size(), 4u);
    EXPECT_TRUE(bus.paused().contains(Tasks(0)));
    Ack(0);
    Ack(1);
  });
  Turns(20);
  Step([&] { EXPECT_EQ(handler.held.size(), 4u); });
  RunToFinish();
}

TEST_F(WorkerTest, AReturnedDeliveryIsHandedOverAgainAndNotCommittedPast) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  When([&] { return handler.held.size() == 2; },
       [&] {
         Ack(1);
         handler.Take(0);  // destroyed unsettled
       });
  When([&] { return handler.Count("handle tasks/0@0") == 2; },
       [&] {
         EXPECT_EQ(Committed(0), 0);
         EXPECT_EQ(handler.held.front().message().value, "a");
         Ack(0);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 2);
}

TEST_F(WorkerTest, StartsWhereTheHandlerSays) {
  for (int i = 0; i < 5; ++i) bus.Append(Tasks(0), "x");
  handler.assign = [&](const auto&) -> Result<Offsets> {
    return Offsets{{Tasks(0), 3}};
  };
  Turns(3);
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@2"), 0u);
  EXPECT_EQ(handler.Count("handle tasks/0@3"), 1u);
}

TEST_F(WorkerTest, LeavesPartitionsUnreadUntilTheHandlerTakesThemOn) {
  bus.Append(Tasks(0), "a");
  int asked = 0;
  handler.assign = [&](const auto&) -> Result<Offsets> {
    if (++asked < 3) return Error{Code::kUnavailable, "database away"};
    return Offsets{{Tasks(0), 0}};
  };
  Turns(2);
  Step([&] {
    EXPECT_EQ(handler.Count("handle tasks/0@0"), 0u);
    EXPECT_THAT(worker->Readiness().detail, HasSubstr("database away"));
  });
  When([&] { return !handler.held.empty(); },
       [&] {
         EXPECT_EQ(asked, 3);
         EXPECT_TRUE(worker->Readiness().ok);
         Ack(0);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@0"), 1u);
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerTest, EndsWhenTheHandlerCannotTakeAPartitionOnForGood) {
  handler.assign = [&](const auto&) -> Result<Offsets> {
    return Error{Code::kOutOfRange, "the store is ahead of the log"};
  };
  const Result<RunEnd> end = Run();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::kOutOfRange);
  EXPECT_EQ(end.error().message, "the store is ahead of the log");
}

TEST_F(WorkerTest, ReportsReadyAndHealthy) {
  Turns(2);
  Step([&] {
    EXPECT_TRUE(worker->Readiness().ok) << worker->Readiness().detail;
    EXPECT_TRUE(worker->Health().ok);
    handler.not_ready = "the store does not answer";
  });
  Turns(1);
  Step([&] {
    EXPECT_EQ(worker->Readiness().detail, "the store does not answer");
    clock.Advance(31s);
    EXPECT_FALSE(worker->Health().ok) << "the loop does not turn";
  });
  RunToFinish();
  EXPECT_FALSE(worker->Readiness().ok);
}

TEST_F(WorkerTest, IsReadyAsOneTooMany) {
  bus.AssignByTest();
  Step([&] { bus.AssignNext({}); });
  Turns(2);
  Step([&] {
    EXPECT_TRUE(worker->Readiness().ok) << worker->Readiness().detail;
  });
  RunToFinish();
}

TEST_F(WorkerTest, IsNotReadyBeforeItsGroupTookItIn) {
  bus.AssignByTest();
  Turns(2);
  Step([&] {
    EXPECT_EQ(worker->Readiness().detail, "no partitions assigned yet");
  });
  RunToFinish();
}

}  // namespace
}  // namespace newsmill
