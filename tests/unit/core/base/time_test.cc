#include "core/base/time.h"

#include <limits>

#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;

Timestamp At(int64_t milliseconds) { return Timestamp(Duration(milliseconds)); }

TEST(Time, FormatsUtcWithMilliseconds) {
  EXPECT_EQ(FormatRfc3339(At(1544604000123)), "2018-12-12T08:40:00.123Z");
  EXPECT_EQ(FormatRfc3339(At(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Time, ReadsAnyOffset) {
  EXPECT_EQ(*ParseRfc3339("2018-12-12T16:40:00+08:00"), At(1544604000000));
  EXPECT_EQ(*ParseRfc3339("2018-12-12T08:40:00.5Z"), At(1544604000500));
  EXPECT_FALSE(ParseRfc3339("2018-12-12"));
  EXPECT_FALSE(ParseRfc3339("2018-13-12T08:40:00Z"));
}

TEST(Time, SurvivesTheMessage) {
  EXPECT_EQ(FromProto(ToProto(At(1544604000123))), At(1544604000123));
  google::protobuf::Timestamp invalid;
  invalid.set_nanos(-1);
  EXPECT_EQ(FromProto(invalid), At(-1)) << "anybody's message must not abort";
}

TEST(Time, IsTheNearestOneWithinTheYearsOfAMessage) {
  google::protobuf::Timestamp absurd;
  absurd.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(IsValidTime(absurd));
  EXPECT_EQ(FormatRfc3339(FromProto(absurd)), "9999-12-31T23:59:59.000Z");
  absurd.set_seconds(std::numeric_limits<int64_t>::min());
  EXPECT_FALSE(IsValidTime(absurd));
  EXPECT_EQ(FormatRfc3339(FromProto(absurd)), "0001-01-01T00:00:00.000Z");
  EXPECT_TRUE(IsValidTime(ToProto(At(0))));
  for (const int64_t far : {std::numeric_limits<int64_t>::min(),
                            std::numeric_limits<int64_t>::max()}) {
    EXPECT_TRUE(IsValidTime(ToProto(At(far))));
  }
}

TEST(Time, ReadsInstantsAsPeopleTypeThem) {
  const Timestamp now = At(1544604000123);
  EXPECT_EQ(*ParseInstant("now", now), now);
  EXPECT_EQ(*ParseInstant("7d", now), now - std::chrono::days(7));
  EXPECT_EQ(*ParseInstant("today", now), *ParseRfc3339("2018-12-12T00:00:00Z"));
  EXPECT_EQ(*ParseInstant("yesterday", now),
            *ParseRfc3339("2018-12-11T00:00:00Z"));
  EXPECT_EQ(*ParseInstant("2018-01-02", now),
            *ParseRfc3339("2018-01-02T00:00:00Z"));
  EXPECT_FALSE(ParseInstant("last week", now));
}

TEST(Duration, IsWrittenAndReadInTheSameWords) {
  for (const char* text :
       {"250ms", "20s", "1m30s", "6h", "7d", "1d2h3m4s5ms"}) {
    EXPECT_EQ(FormatDuration(*ParseDuration(text)), text);
  }
  EXPECT_EQ(*ParseDuration("90s"), 1min + 30s);
  EXPECT_EQ(FormatDuration(0ms), "0s");
}

TEST(Duration, NeedsAUnitAndFitsTheClock) {
  for (const char* text : {"", "5", "s", "-1s", "1.5s", "5 s", "5y",
                           "99999999999999999999s", "40000d"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

}  // namespace
}  // namespace newsmill
