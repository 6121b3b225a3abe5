#include "fetcher/hosts/day_account.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using Step = DayAccount::Step;

class DayAccountTest : public ::testing::Test {
 protected:
  DayAccountTest() { plan_.requests = 1000; }

  DayPlan plan_;
  v1::DayUse use_;
  DayAccount account_;
  Timestamp now_ = *ParseRfc3339("2026-07-24T10:00:00Z");
};

TEST_F(DayAccountTest, AReservationIsWrittenOnceForManyRequests) {
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWrite);
  EXPECT_EQ(use_.requests(), 10);
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWait);
  account_.Granted(use_)(true);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kGo);
  }
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWrite);
  EXPECT_EQ(use_.requests(), 20);
}

TEST_F(DayAccountTest, WhatIsNotDurableGrantsNothing) {
  account_.Take(plan_, now_, use_);
  account_.Granted(use_)(false);
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWait);
}

TEST_F(DayAccountTest, AReservationNeverExceedsThePlan) {
  plan_.requests = 3;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWrite);
    account_.Granted(use_)(true);
    EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kGo);
  }
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWait);
  EXPECT_EQ(use_.requests(), 3);
  EXPECT_EQ(account_.ClosedUntil(plan_, use_, now_),
            *ParseRfc3339("2026-07-25T00:00:00Z"));
}

TEST_F(DayAccountTest, ANewDayBeginsAtNothing) {
  plan_.requests = 1;
  account_.Take(plan_, now_, use_);
  account_.Granted(use_)(true);
  account_.Take(plan_, now_, use_);
  now_ += 24h;
  EXPECT_EQ(account_.ClosedUntil(plan_, use_, now_), std::nullopt);
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWrite);
  EXPECT_EQ(use_.day(), "2026-07-25");
}

TEST_F(DayAccountTest, AGrantOfYesterdayGrantsNothingToday) {
  account_.Take(plan_, now_, use_);
  const auto granted = account_.Granted(use_);
  now_ += 24h;
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWrite);
  granted(true);
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kWait);
}

TEST_F(DayAccountTest, WhatWasGivenBackIsThereAgain) {
  plan_.requests = 1;
  account_.Take(plan_, now_, use_);
  account_.Granted(use_)(true);
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kGo);
  account_.GiveBack();
  EXPECT_EQ(account_.Take(plan_, now_, use_), Step::kGo);
}

TEST_F(DayAccountTest, BytesAreWorthARecordNowAndThen) {
  plan_ = DayPlan();
  plan_.bytes = 100000;
  EXPECT_FALSE(account_.Received(plan_, 999, now_, use_));
  EXPECT_TRUE(account_.Received(plan_, 1, now_, use_));
  EXPECT_FALSE(account_.Received(plan_, 1, now_, use_));
  EXPECT_TRUE(account_.Received(plan_, 99000, now_, use_));
  EXPECT_TRUE(account_.ClosedUntil(plan_, use_, now_));
}

}  // namespace
}  // namespace newsmill
