#include "fetcher/hosts/pace.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using Sign = HostPace::Sign;

class HostPaceTest : public ::testing::Test {
 protected:
  // One request a minute, so that no two are one blow.
  bool Learn(Sign sign, Duration took = 10ms) {
    now_ += 1min;
    return pace_.Learn(sign, took, bounds_, now_, state_);
  }
  Duration Delay() const { return HostPace::DelayOf(state_, bounds_.base); }

  HostPace pace_;
  HostPace::Bounds bounds_{1s, 5min};
  v1::HostState state_;
  Timestamp now_{std::chrono::hours(500000)};
};

TEST_F(HostPaceTest, AHostThatAnswersQuicklyKeepsTheBase) {
  EXPECT_FALSE(Learn(Sign::kGood));
  EXPECT_EQ(Delay(), 1s);
}

TEST_F(HostPaceTest, OverloadAndTimeoutsDoubleTheDelay) {
  EXPECT_TRUE(Learn(Sign::kTooMuch));
  EXPECT_EQ(Delay(), 2s);
  Learn(Sign::kTimeout);
  EXPECT_EQ(Delay(), 4s);
}

TEST_F(HostPaceTest, RequestsThatRanTogetherAreOneBlow) {
  for (int i = 0; i < 8; ++i) {
    pace_.Learn(Sign::kTooMuch, 10ms, bounds_, now_ + i * 100ms, state_);
  }
  EXPECT_EQ(Delay(), 2s);
}

TEST_F(HostPaceTest, TheDelayDoublesUpToItsBoundOnly) {
  for (int i = 0; i < 30; ++i) Learn(Sign::kTooMuch);
  EXPECT_EQ(Delay(), 5min);
}

TEST_F(HostPaceTest, ABaseAboveTheBoundStands) {
  bounds_.base = 10min;
  Learn(Sign::kTooMuch);
  EXPECT_EQ(Delay(), 10min);
}

TEST_F(HostPaceTest, WithoutABaseTroubleBringsAFirstDelay) {
  bounds_.base = 0s;
  Learn(Sign::kTooMuch);
  EXPECT_EQ(Delay(), HostPace::kFirst);
}

TEST_F(HostPaceTest, AFastHostIsFastAgainSoonAfterOneRefusal) {
  for (const Duration base : {0ms, 20ms}) {
    bounds_.base = base;
    Learn(Sign::kTooMuch);
    int answers = 0;
    while (Delay() > base && answers < 1000) {
      Learn(Sign::kGood, 1ms);
      ++answers;
    }
    EXPECT_LT(answers, 100) << FormatDuration(base);
  }
}

TEST_F(HostPaceTest, ItComesBackSlowlyAndWholly) {
  for (int i = 0; i < 6; ++i) Learn(Sign::kTooMuch);
  ASSERT_EQ(Delay(), 64s);
  Duration before = Delay();
  int answers = 0;
  while (Delay() > 1s) {
    Learn(Sign::kGood);
    ASSERT_LT(Delay(), before);
    ASSERT_GE(Delay(), before * 9 / 10);
    before = Delay();
    ASSERT_LT(++answers, 100);
  }
  EXPECT_GT(answers, 30);
  EXPECT_EQ(state_.learned_delay_ms(), 0) << "nothing is left to remember";
}

TEST_F(HostPaceTest, AnotherServerErrorNeitherSlowsNorSpeeds) {
  Learn(Sign::kTooMuch);
  const Duration before = Delay();
  Learn(Sign::kNeutral);
  EXPECT_EQ(Delay(), before);
}

TEST_F(HostPaceTest, ASlowHostIsAskedAsSlowlyAsItAnswers) {
  for (int i = 0; i < 40; ++i) Learn(Sign::kGood, 3s);
  EXPECT_EQ(Delay(), 3s);
  for (int i = 0; i < 60; ++i) Learn(Sign::kGood, 100ms);
  EXPECT_EQ(Delay(), 1s);
}

TEST_F(HostPaceTest, OneSlowAnswerIsNoSlowHost) {
  for (int i = 0; i < 10; ++i) Learn(Sign::kGood, 100ms);
  Learn(Sign::kGood, 3s);
  EXPECT_EQ(Delay(), 1s);
}

TEST_F(HostPaceTest, WithoutABaseSlowAnswersBringNoDelay) {
  bounds_.base = 0s;
  Learn(Sign::kGood, 3s);
  EXPECT_EQ(Delay(), 0s);
}

TEST_F(HostPaceTest, SmallChangesAreNotWorthARecord) {
  for (int i = 0; i < 6; ++i) Learn(Sign::kTooMuch);
  EXPECT_FALSE(Learn(Sign::kGood));
}

TEST_F(HostPaceTest, FiveFailuresInARowMeanThatTheHostIsDown) {
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(Learn(Sign::kDown));
  EXPECT_FALSE(HostPace::IsDown(state_));
  EXPECT_TRUE(Learn(Sign::kDown));
  EXPECT_TRUE(HostPace::IsDown(state_));
  EXPECT_EQ(FromProto(state_.breaker().probe_at()),
            now_ + HostPace::kFirstRest);
}

TEST_F(HostPaceTest, AnAnswerBetweenFailuresStartsTheCountAnew) {
  for (int i = 0; i < 4; ++i) Learn(Sign::kDown);
  Learn(Sign::kNeutral);
  for (int i = 0; i < 4; ++i) Learn(Sign::kDown);
  EXPECT_FALSE(HostPace::IsDown(state_));
}

TEST_F(HostPaceTest, EachFailedProbeDoublesTheRestUpToHalfAnHour) {
  for (int i = 0; i < 5; ++i) Learn(Sign::kDown);
  Learn(Sign::kDown);
  EXPECT_EQ(FromProto(state_.breaker().probe_at()), now_ + 60s);
  for (int i = 0; i < 20; ++i) {
    now_ = FromProto(state_.breaker().probe_at());
    Learn(Sign::kDown);
  }
  EXPECT_EQ(FromProto(state_.breaker().probe_at()),
            now_ + HostPace::kLongestRest);
}

TEST_F(HostPaceTest, ThoseThatRanBesideTheLastFailureLengthenNoRest) {
  for (int i = 0; i < 5; ++i) Learn(Sign::kDown);
  const Timestamp probe_at = FromProto(state_.breaker().probe_at());
  pace_.Learn(Sign::kDown, 0ms, bounds_, now_ + 1s, state_);
  EXPECT_EQ(FromProto(state_.breaker().probe_at()), probe_at);
}

TEST_F(HostPaceTest, AnAnswerOfAnyStatusEndsTheRest) {
  for (int i = 0; i < 5; ++i) Learn(Sign::kDown);
  EXPECT_TRUE(Learn(Sign::kNeutral));
  EXPECT_FALSE(HostPace::IsDown(state_));
}

}  // namespace
}  // namespace newsmill
