#include "core/sites/day_plan.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;

Timestamp At(const char* text) { return *ParseRfc3339(text); }

TEST(DayPlan, ADayBeginsAtTheZonesMidnight) {
  DayPlan plan;
  plan.zone = Zone(8h);
  EXPECT_EQ(plan.DayOf(At("2026-07-24T15:59:59Z")), "2026-07-24");
  EXPECT_EQ(plan.DayOf(At("2026-07-24T16:00:00Z")), "2026-07-25");
  EXPECT_EQ(plan.NextDay(At("2026-07-24T10:00:00Z")),
            At("2026-07-24T16:00:00Z"));
  EXPECT_EQ(plan.NextDay(At("2026-07-24T16:00:00Z")),
            At("2026-07-25T16:00:00Z"));
}

TEST(DayPlan, HoursOfOneDayOpenThatDayOrTheNext) {
  DayPlan plan;
  plan.hours = HourSpan{9 * 60, 17 * 60};
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T08:59:59Z")),
            At("2026-07-24T09:00:00Z"));
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T09:00:00Z")), std::nullopt);
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T16:59:59Z")), std::nullopt);
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T17:00:00Z")),
            At("2026-07-25T09:00:00Z"));
}

TEST(DayPlan, HoursPastMidnightAreOnOnBothSidesOfIt) {
  DayPlan plan;
  plan.hours = HourSpan{22 * 60, 6 * 60};
  plan.zone = Zone(8h);
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T15:00:00Z")), std::nullopt) << "23:00";
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T21:00:00Z")), std::nullopt) << "05:00";
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T22:00:00Z")),
            At("2026-07-25T14:00:00Z"));
}

TEST(DayPlan, WithoutHoursItIsAlwaysOpen) {
  EXPECT_EQ(DayPlan().OpensAt(At("2026-07-24T15:00:00Z")), std::nullopt);
}

// In Berlin 02:00 became 03:00 on 29 March 2026 (01:00 UTC), and 03:00 becomes
// 02:00 on 25 October (01:00 UTC).

DayPlan InBerlin(int from, int to) {
  DayPlan plan;
  plan.zone = *Zone::Parse("Europe/Berlin");
  plan.hours = HourSpan{from, to};
  return plan;
}

TEST(DayPlan, HoursFollowTheClockIntoSummer) {
  const DayPlan plan = InBerlin(9 * 60, 17 * 60);
  EXPECT_EQ(plan.OpensAt(At("2026-03-28T07:00:00Z")),
            At("2026-03-28T08:00:00Z"));
  EXPECT_EQ(plan.OpensAt(At("2026-03-28T20:00:00Z")),
            At("2026-03-29T07:00:00Z"))
      << "an hour earlier by UTC";
  EXPECT_EQ(plan.OpensAt(At("2026-03-29T07:00:00Z")), std::nullopt);
  EXPECT_EQ(plan.OpensAt(At("2026-03-29T15:00:00Z")),
            At("2026-03-30T07:00:00Z"));
}

TEST(DayPlan, HoursFollowTheClockIntoWinter) {
  const DayPlan plan = InBerlin(9 * 60, 17 * 60);
  EXPECT_EQ(plan.OpensAt(At("2026-10-24T20:00:00Z")),
            At("2026-10-25T08:00:00Z"));
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T07:59:59Z")),
            At("2026-10-25T08:00:00Z"));
}

TEST(DayPlan, HoursThatBeginInALeftOutHourBeginWhenTheClockIsPutForward) {
  const DayPlan plan = InBerlin(2 * 60 + 30, 5 * 60);
  EXPECT_EQ(plan.OpensAt(At("2026-03-29T00:59:59Z")),
            At("2026-03-29T01:00:00Z"));
  EXPECT_EQ(plan.OpensAt(At("2026-03-29T01:00:00Z")), std::nullopt);
  EXPECT_EQ(plan.OpensAt(At("2026-03-29T03:00:00Z")),
            At("2026-03-30T00:30:00Z"));
}

TEST(DayPlan, HoursWithinALeftOutHourWaitForTheNextDay) {
  const DayPlan plan = InBerlin(2 * 60 + 10, 2 * 60 + 20);
  const auto opens = plan.OpensAt(At("2026-03-29T01:00:00Z"));
  EXPECT_EQ(opens, At("2026-03-30T00:10:00Z"));
}

TEST(DayPlan, HoursThatTheClockShowsTwiceAreOnTwice) {
  const DayPlan plan = InBerlin(2 * 60 + 10, 2 * 60 + 20);
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T00:00:00Z")),
            At("2026-10-25T00:10:00Z"));
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T00:15:00Z")), std::nullopt);
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T00:30:00Z")),
            At("2026-10-25T01:10:00Z"))
      << "the clock is put back between";
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T01:00:00Z")),
            At("2026-10-25T01:10:00Z"));
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T01:15:00Z")), std::nullopt);
  EXPECT_EQ(plan.OpensAt(At("2026-10-25T01:20:00Z")),
            At("2026-10-26T01:10:00Z"));
}

TEST(DayPlan, ADayOfAChangeIsShorterOrLonger) {
  const DayPlan plan = InBerlin(0, 24 * 60);
  EXPECT_EQ(plan.NextDay(At("2026-03-28T23:00:00Z")),
            At("2026-03-29T22:00:00Z"));
  EXPECT_EQ(plan.DayOf(At("2026-03-29T21:59:59Z")), "2026-03-29");
  EXPECT_EQ(plan.NextDay(At("2026-10-24T22:00:00Z")),
            At("2026-10-25T23:00:00Z"));
  EXPECT_EQ(plan.DayOf(At("2026-10-25T22:59:59Z")), "2026-10-25");
}

// In Beirut the clock is put forward at midnight.
TEST(DayPlan, ADayWithoutAMidnightBeginsWhenTheClockIsPutForward) {
  DayPlan plan;
  plan.zone = *Zone::Parse("Asia/Beirut");
  EXPECT_EQ(plan.NextDay(At("2026-03-28T12:00:00Z")),
            At("2026-03-28T22:00:00Z"));
  EXPECT_EQ(plan.DayOf(At("2026-03-28T22:00:00Z")), "2026-03-29");
}

TEST(DayPlan, ReadsHoursAndZonesAndRefusesTheRest) {
  EXPECT_EQ(*ParseHours("22:00-06:30"), (HourSpan{1320, 390}));
  EXPECT_EQ(*ParseHours("00:00-24:00"), (HourSpan{0, 1440}));
  const Timestamp now = At("2026-07-24T15:00:00Z");
  EXPECT_EQ(Zone::Parse("UTC")->DistanceAt(now), 0h);
  EXPECT_EQ(Zone::Parse("-03:30")->DistanceAt(now), -210min);
  EXPECT_EQ(Zone::Parse("Asia/Shanghai")->DistanceAt(now), 8h);
  EXPECT_EQ(Zone::Parse("America/New_York")->DistanceAt(now), -4h);
  for (const char* text : {"", "22-6", "22:00", "22:00-22:00", "25:00-06:00",
                           "22:61-06:00", "a2:00-06:00"}) {
    EXPECT_FALSE(ParseHours(text)) << text;
  }
  for (const char* text :
       {"", "Shanghai", "08:00", "+8", "+15:00", "GMT+5", "Europe/Atlantis"}) {
    EXPECT_FALSE(Zone::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace newsmill
