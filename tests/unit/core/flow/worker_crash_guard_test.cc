// Which records were in hand when a worker ended is known to the next owner.

#include "tests/unit/core/flow/worker_fixture.h"

namespace newsmill {
namespace {

class WorkerCrashGuardTest : public WorkerFixture {
 protected:
  WorkerCrashGuardTest() { options.guard_crashes = true; }

  CommitNote LastNote(int32_t partition) {
    CommitNote note;
    for (const FakeBus::CommitCall& call : bus.commits()) {
      const auto found = call.offsets.find(Tasks(partition));
      if (call.failed || found == call.offsets.end()) continue;
      note = CommitNote::Decode(found->second.next, found->second.metadata);
    }
    return note;
  }
};

TEST_F(WorkerCrashGuardTest, ARecordIsSaidToBeInHandBeforeItIs) {
  bus.Append(Tasks(0), "a");
  bus.Append(Tasks(0), "b");
  bool asked = false;
  handler.handle = [&](Delivery delivery) {
    asked = true;
    const auto below = LastNote(0).in_hand_below;
    ASSERT_TRUE(below);
    EXPECT_GT(*below, delivery.message().offset);
    std::move(delivery).Ack();
  };
  WaitFor(1s);
  RunToFinish();
  EXPECT_TRUE(asked);
}

TEST_F(WorkerCrashGuardTest, NothingIsHandedOverWhileTheGroupCannotBeTold) {
  bus.Append(Tasks(0), "a");
  Step([&] { bus.FailCommits({Code::kUnavailable, "broker away"}, 3); });
  Turns(3);
  Step([&] { EXPECT_TRUE(handler.held.empty()); });
  When([&] { return handler.held.size() == 1; }, [&] { Ack(0); });
  WaitFor(1s);
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
}

TEST_F(WorkerCrashGuardTest, NothingIsInHandAfterAnEndInOrder) {
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(0), "x");
  When([&] { return handler.held.size() == 3; }, [&] { Ack(0); });
  WaitFor(1s);
  Step([&] { EXPECT_TRUE(LastNote(0).in_hand_below); });
  handler.on_drain = [&] { handler.held.clear(); };
  RunToFinish();
  EXPECT_EQ(Committed(0), 1);
  EXPECT_FALSE(LastNote(0).in_hand_below);
}

TEST_F(WorkerCrashGuardTest, NothingIsInHandOfAPartitionThatWasHandedOn) {
  for (int i = 0; i < 3; ++i) bus.Append(Tasks(0), "x");
  handler.on_revoked = [&] { handler.held.clear(); };
  When([&] { return handler.held.size() == 3; },
       [&] { bus.RevokeNext({Tasks(0)}); });
  Turns(5);
  Step([&] { EXPECT_FALSE(LastNote(0).in_hand_below); });
  RunToFinish();
  EXPECT_EQ(Committed(0), 0);
}

TEST_F(WorkerCrashGuardTest, WhatAnUncleanEndLeftInHandIsSuspectAndNoOther) {
  for (int i = 0; i < 6; ++i) bus.Append(Tasks(0), "x");
  const CommitNote note{{{2, 1}}, std::nullopt, 4};
  bus.SetCommitted(Tasks(0), 1, note.Encode(1));
  std::map<int64_t, bool> suspect;
  handler.handle = [&](Delivery delivery) {
    suspect[delivery.message().offset] = delivery.suspect();
    std::move(delivery).Ack();
  };
  WaitFor(1s);
  RunToFinish();
  const std::map<int64_t, bool> expected = {
      {1, true}, {3, true}, {4, false}, {5, false}};
  EXPECT_EQ(suspect, expected);
  EXPECT_EQ(Committed(0), 6);
}

}  // namespace
}  // namespace newsmill
