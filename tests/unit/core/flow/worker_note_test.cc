// What a worker leaves beside its offsets, and records that a handler read from
// another topic.

#include "tests/unit/core/flow/worker_fixture.h"

namespace newsmill {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class WorkerNoteTest : public WorkerFixture {
 protected:
  CommitNote LastNote(int32_t partition) {
    CommitNote note;
    for (const FakeBus::CommitCall& call : bus.commits()) {
      const auto found = call.offsets.find(Tasks(partition));
      if (call.failed || found == call.offsets.end()) continue;
      note = CommitNote::Decode(found->second.next, found->second.metadata);
    }
    return note;
  }
  Message BacklogRecord(int64_t offset) const {
    Message message;
    message.topic = "newsmill.tasks.backlog";
    message.offset = offset;
    return message;
  }
};

TEST_F(WorkerNoteTest, WhatFinishedOutOfOrderIsNotReadAgain) {
  for (int i = 0; i < 4; ++i) bus.Append(Tasks(0), "record");
  When([this] { return handler.held.size() == 4; },
       [this] {
         Ack(1);
         Ack(3);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 0);
  EXPECT_THAT(LastNote(0).settled,
              ElementsAre(OffsetRun{1, 1}, OffsetRun{3, 1}));
}

TEST_F(WorkerNoteTest, WhatAnEarlierOwnerSettledIsPassedOver) {
  for (int i = 0; i < 5; ++i) bus.Append(Tasks(0), "record");
  const CommitNote note{{{2, 2}}, std::nullopt};
  bus.SetCommitted(Tasks(0), 1, note.Encode(1));
  When([this] { return handler.held.size() == 2; },
       [this] {
         Ack(1);
         Ack(4);
       });
  WaitFor(1s);
  RunToFinish();
  EXPECT_THAT(handler.events, Contains("handle tasks/0@1"));
  EXPECT_THAT(handler.events, Contains("handle tasks/0@4"));
  EXPECT_EQ(handler.Count("handle tasks/0@2"), 0u);
  EXPECT_EQ(handler.Count("handle tasks/0@3"), 0u);
  EXPECT_EQ(Committed(0), 5);
}

TEST_F(WorkerNoteTest, AHandlersOwnStartCountsMoreThanTheNote) {
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(0), "record");
  const CommitNote note{{{1, 2}}, std::nullopt};
  bus.SetCommitted(Tasks(0), 0, note.Encode(0));
  handler.assign = [this](const auto&) { return Offsets{{Tasks(0), 0}}; };
  When([this] { return handler.held.size() == 3; },
       [this] { handler.held.clear(); });
  RunToFinish();
  EXPECT_EQ(handler.Count("handle tasks/0@1"), 1u);
}

TEST_F(WorkerNoteTest, ThePositionBesideMovesWithTheOffset) {
  handler.side = SidePosition{5, {{8, 2}}};
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(LastNote(0).side, handler.side);
  EXPECT_EQ(LastNote(1).side, handler.side);
}

TEST_F(WorkerNoteTest, ThePositionBesideIsCommittedWhenItAloneMoves) {
  handler.side = SidePosition{5, {}};
  WaitFor(500ms);
  Step([this] { handler.side = SidePosition{6, {}}; });
  WaitFor(500ms);
  Step([this] { EXPECT_EQ(LastNote(0).side, (SidePosition{6, {}})); });
  RunToFinish();
}

TEST_F(WorkerNoteTest, AnEarlierOwnersPositionIsRecalled) {
  const CommitNote note{{}, SidePosition{11, {{13, 1}}}};
  bus.SetCommitted(Tasks(1), 0, note.Encode(0));
  Turns(3);
  RunToFinish();
  EXPECT_EQ(handler.recalled.size(), 1u);
  EXPECT_EQ(handler.recalled[Tasks(1)], *note.side);
}

TEST_F(WorkerNoteTest, AnAdoptedRecordIsDurableWhenItsOutputsAre) {
  Turns(3);
  Step([this] {
    bus.HoldAcks();
    auto delivery = handler.port->Adopt(BacklogRecord(7), Tasks(0));
    ASSERT_TRUE(delivery);
    EXPECT_TRUE(delivery->adopted());
    std::vector<Record> outputs;
    outputs.push_back(Page("page"));
    std::move(*delivery).Ack(std::move(outputs));
  });
  Turns(3);
  Step([this] {
    EXPECT_THAT(handler.events, Not(Contains("durable backlog/0@7")));
    bus.ReleaseAcks();
  });
  Turns(3);
  RunToFinish();
  EXPECT_THAT(handler.events, Contains("durable backlog/0@7"));
  EXPECT_EQ(bus.RecordsOf(topics.pages).size(), 1u);
}

TEST_F(WorkerNoteTest, AnAdoptedRecordFailsLikeAnyOther) {
  Turns(3);
  Step([this] {
    auto delivery = handler.port->Adopt(BacklogRecord(7), Tasks(0));
    delivery->Describe(Task("id"));
    Failure failure;
    failure.reason = v1::REASON_CONNECT_FAILED;
    failure.retryable = true;
    std::move(*delivery).Fail(std::move(failure));
  });
  Turns(3);
  RunToFinish();
  const auto retried = Read<v1::FetchTask>(topics.retries[0]);
  ASSERT_EQ(retried.size(), 1u);
  EXPECT_EQ(retried[0].attempt(), 1);
}

TEST_F(WorkerNoteTest, NothingIsAdoptedForAPartitionThatIsNotOurs) {
  Turns(3);
  Step([this] { bus.Steal(Tasks(0)); });
  Turns(3);
  Step([this] {
    EXPECT_FALSE(handler.port->Adopt(BacklogRecord(7), Tasks(0)));
    EXPECT_TRUE(handler.port->Adopt(BacklogRecord(7), Tasks(1)));
  });
  RunToFinish();
}

TEST_F(WorkerNoteTest, WhatWasAdoptedBeforeAPartitionWasLostChangesNothing) {
  std::optional<Delivery> adopted;
  Turns(3);
  Step([&] { adopted = handler.port->Adopt(BacklogRecord(7), Tasks(0)); });
  Step([this] { bus.Steal(Tasks(0)); });
  Turns(3);
  Step([&] {
    std::vector<Record> outputs;
    outputs.push_back(Page("page"));
    std::move(*adopted).Ack(std::move(outputs));
  });
  Turns(3);
  RunToFinish();
  EXPECT_THAT(bus.RecordsOf(topics.pages), IsEmpty());
}

TEST_F(WorkerNoteTest, ABoundedRunWaitsForWhatTheHandlerHasYetToTakeUp) {
  options.bounds.until_idle = 1s;
  stop_after_steps = false;
  handler.has_more = true;
  bool waited = false;
  WaitFor(10s);
  Step([&] {
    waited = true;
    handler.has_more = false;
  });
  RunToFinish();
  EXPECT_TRUE(waited);
}

TEST_F(WorkerNoteTest, WhatTheHandlerCountedMovesWithTheOffset) {
  bus.SetCommitted(Tasks(0), 0, CommitNote{.tally = "3,1"}.Encode(0));
  handler.tally = "4,1";
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(handler.recalled_tally[Tasks(0)], "3,1");
  EXPECT_EQ(LastNote(0).tally, "4,1");
}

}  // namespace
}  // namespace newsmill
