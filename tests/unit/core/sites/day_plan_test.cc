#include "core/sites/day_plan.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;

Timestamp At(const char* text) { return *ParseRfc3339(text); }

TEST(DayPlan, ADayBeginsAtTheZonesMidnight) {
  DayPlan plan;
  plan.zone = 8h;
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
  plan.zone = 8h;
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T15:00:00Z")), std::nullopt) << "23:00";
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T21:00:00Z")), std::nullopt) << "05:00";
  EXPECT_EQ(plan.OpensAt(At("2026-07-24T22:00:00Z")),
            At("2026-07-25T14:00:00Z"));
}

TEST(DayPlan, WithoutHoursItIsAlwaysOpen) {
  EXPECT_EQ(DayPlan().OpensAt(At("2026-07-24T15:00:00Z")), std::nullopt);
}

TEST(DayPlan, ReadsHoursAndZonesAndRefusesTheRest) {
  EXPECT_EQ(*ParseHours("22:00-06:30"), (HourSpan{1320, 390}));
  EXPECT_EQ(*ParseHours("00:00-24:00"), (HourSpan{0, 1440}));
  EXPECT_EQ(*ParseZone("UTC"), 0h);
  EXPECT_EQ(*ParseZone("-03:30"), -210min);
  for (const char* text : {"", "22-6", "22:00", "22:00-22:00", "25:00-06:00",
                           "22:61-06:00", "a2:00-06:00"}) {
    EXPECT_FALSE(ParseHours(text)) << text;
  }
  for (const char* text : {"", "Shanghai", "08:00", "+8", "+15:00"}) {
    EXPECT_FALSE(ParseZone(text)) << text;
  }
}

}  // namespace
}  // namespace newsmill
