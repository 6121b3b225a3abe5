#include "fetcher/seeds/seed_date.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

std::string Parsed(std::string_view text) {
  const auto time = ParseSeedDate(text);
  return time ? FormatRfc3339(*time) : "none";
}

TEST(SeedDate, ReadsTheProfileOfW3c) {
  EXPECT_EQ(Parsed("2026"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(Parsed("2026-07"), "2026-07-01T00:00:00.000Z");
  EXPECT_EQ(Parsed(" 2026-07-24\n"), "2026-07-24T00:00:00.000Z");
  EXPECT_EQ(Parsed("2026-07-24T20:01+08:00"), "2026-07-24T12:01:00.000Z");
  EXPECT_EQ(Parsed("2026-07-24T20:01:02Z"), "2026-07-24T20:01:02.000Z");
  EXPECT_EQ(Parsed("2026-07-24T20:01:02.1234567-0530"),
            "2026-07-25T01:31:02.000Z");
}

TEST(SeedDate, ReadsWhatIsNearlyThatProfile) {
  EXPECT_EQ(Parsed("2026-07-24 20:01:02"), "2026-07-24T20:01:02.000Z");
  EXPECT_EQ(Parsed("2026-07-24 20:01:02 +08"), "2026-07-24T12:01:02.000Z");
}

TEST(SeedDate, ReadsRfc822) {
  EXPECT_EQ(Parsed("Fri, 24 Jul 2026 20:01:02 GMT"),
            "2026-07-24T20:01:02.000Z");
  EXPECT_EQ(Parsed("Fri, 24 Jul 2026 20:01:02 +0800"),
            "2026-07-24T12:01:02.000Z");
  EXPECT_EQ(Parsed("24 Jul 2026 20:01 EST"), "2026-07-25T01:01:00.000Z");
}

TEST(SeedDate, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "soon", "2026-13-01", "2026-02-30", "2026-07-24T", "2026-07-24Tx",
        "2026-07-24T25:00", "2026-07-24T20:01:02+", "20260724x", "1969-12-31",
        "2026-07-24T20:01:02Zjunk", "99999999999999999999"}) {
    EXPECT_EQ(Parsed(text), "none") << text;
  }
  EXPECT_EQ(Parsed(std::string(1'000'000, '1')), "none");
}

}  // namespace
}  // namespace newsmill
