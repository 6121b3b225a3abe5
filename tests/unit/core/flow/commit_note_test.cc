#include "core/flow/commit_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/checkpoint.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CommitNote, ComesBackAsItWasLeft) {
  const CommitNote note{{{101, 3}, {200, 1}, {5000, 100000}},
                        SidePosition{7, {{9, 1}, {12345678, 2}}}};
  EXPECT_EQ(CommitNote::Decode(100, note.Encode(100)), note);
}

TEST(CommitNote, OfNothingIsEmpty) {
  EXPECT_EQ(CommitNote().Encode(5), "");
  EXPECT_EQ(CommitNote::Decode(5, ""), CommitNote());
}

TEST(CommitNote, KeepsThePositionBesideWithoutRuns) {
  const CommitNote note{{}, SidePosition{0, {}}};
  EXPECT_EQ(CommitNote::Decode(5, note.Encode(5)), note);
}

TEST(CommitNote, OfSomebodyElseSaysNothing) {
  for (const char* text :
       {"their note", "newsmill1", "newsmill1 x1.2", "newsmill1 t1",
        "newsmill1 t1.2,", "newsmill1 t1.2 b", "newsmill1 t b5",
        "newsmill1 t-1.2", "newsmill1 t1.2 b5:1", "newsmill2 t1.2"}) {
    EXPECT_EQ(CommitNote::Decode(5, text), CommitNote()) << text;
  }
}

TEST(CommitNote, FitsTheMetadataAndLeavesOutTheHighest) {
  CommitNote note;
  for (int64_t at = 0; at < 10000; ++at) note.settled.push_back({at * 3, 2});
  note.side = SidePosition{0, note.settled};
  const std::string text = note.Encode(0);
  EXPECT_LE(text.size(), kMostNoteBytes);
  const CommitNote read = CommitNote::Decode(0, text);
  ASSERT_GT(read.settled.size(), 300u);
  ASSERT_GT(read.side->settled.size(), 300u);
  for (size_t i = 0; i < read.settled.size(); ++i) {
    EXPECT_EQ(read.settled[i], note.settled[i]);
  }
}

TEST(OffsetRuns, AreJoinedWhereTheyTouch) {
  EXPECT_THAT(Normalised({{7, 2}, {1, 3}, {4, 1}, {2, 1}, {20, 0}}),
              ElementsAre(OffsetRun{1, 4}, OffsetRun{7, 2}));
}

TEST(OffsetRuns, ContainWhatLiesWithinOne) {
  const OffsetRuns runs = {{3, 2}, {8, 1}};
  for (const int64_t in : {3, 4, 8}) EXPECT_TRUE(Contains(runs, in)) << in;
  for (const int64_t out : {2, 5, 7, 9}) EXPECT_FALSE(Contains(runs, out));
}

TEST(Checkpoint, TellsWhatIsSettledBeyondTheOldest) {
  Checkpoint checkpoint(5);
  for (int64_t at = 5; at < 12; ++at) checkpoint.Begin(at);
  EXPECT_THAT(checkpoint.SettledBeyond(9), IsEmpty());
  for (const int64_t done : {6, 7, 9, 11}) checkpoint.Finish(done);
  EXPECT_THAT(checkpoint.SettledBeyond(9),
              ElementsAre(OffsetRun{6, 2}, OffsetRun{9, 1}, OffsetRun{11, 1}));
  EXPECT_THAT(checkpoint.SettledBeyond(2),
              ElementsAre(OffsetRun{6, 2}, OffsetRun{9, 1}));
}

TEST(CommitNote, SaysWhatMayBeInHandBesideTheRest) {
  const CommitNote alone{{}, std::nullopt, 130};
  EXPECT_EQ(CommitNote::Decode(100, alone.Encode(100)), alone);
  const CommitNote whole{{{102, 3}}, SidePosition{7, {{9, 1}}}, 130};
  EXPECT_EQ(CommitNote::Decode(100, whole.Encode(100)), whole);
}

}  // namespace
}  // namespace newsmill
