// RFC 9309 retold, as far as it speaks of fetching and keeping the file.

#include "fetcher/robots/robots_record.h"

#include <gtest/gtest.h>


namespace newsmill {
namespace {

using namespace std::chrono_literals;
using Advice = RobotsRecord::Advice;
using Kind = RobotsAnswer::Kind;

constexpr Timestamp kNoon{std::chrono::hours(480000)};

RobotsAnswer File(const std::string& body,
                  std::optional<Duration> max_age = std::nullopt) {
  return {Kind::kFile, 200, body, "", max_age};
}
RobotsAnswer Status(Kind kind, int status) {
  return {kind, status, "", "the server answered " + std::to_string(status),
          std::nullopt};
}

class RobotsRecordTest : public ::testing::Test {
 protected:
  void Take(const RobotsAnswer& answer, Timestamp now) {
    record_.Take(answer, {"examplebot", {10s, 1min}}, now);
  }
  bool MayAsk(const std::string& path) {
    return record_.policy()
        .Judge(*Url::Parse("https://www.example.com" + path))
        .allowed;
  }

  RobotsRecord record_;
};

using Rfc9309Section2_3_1 = RobotsRecordTest;
using Rfc9309Section2_4 = RobotsRecordTest;

TEST_F(Rfc9309Section2_3_1, TheFileIsAskedForFirst) {
  EXPECT_EQ(record_.AdviceAt(kNoon), Advice::kAsk);
}

// 2.3.1.1: successful access.
TEST_F(Rfc9309Section2_3_1, AFileThatWasReadIsFollowed) {
  Take(File("User-agent: *\nDisallow: /a\nSitemap: https://x.example/s\n"),
       kNoon);
  EXPECT_EQ(record_.AdviceAt(kNoon), Advice::kUse);
  EXPECT_FALSE(MayAsk("/a"));
  EXPECT_TRUE(MayAsk("/b"));
  EXPECT_EQ(record_.sitemaps().size(), 1u);
  EXPECT_EQ(record_.fetched_at(), kNoon);
  EXPECT_EQ(record_.status(), 200);
}

// 2.3.1.3: unavailable.
TEST_F(Rfc9309Section2_3_1, AFileThatIsNotThereForbidsNothing) {
  Take(File("User-agent: *\nDisallow: /\n"), kNoon);
  Take(Status(Kind::kNone, 404), kNoon + 24h);
  EXPECT_EQ(record_.AdviceAt(kNoon + 25h), Advice::kUse);
  EXPECT_TRUE(MayAsk("/a"));
  EXPECT_EQ(record_.status(), 404);
}

TEST_F(Rfc9309Section2_3_1, ABusyServersRulesAreThoseOfTheLastCopy) {
  Take(File("User-agent: *\nDisallow: /a\n"), kNoon);
  Take(Status(Kind::kBusy, 429), kNoon + 24h);
  EXPECT_EQ(record_.AdviceAt(kNoon + 24h), Advice::kUse);
  EXPECT_FALSE(MayAsk("/a"));
  EXPECT_EQ(record_.AdviceAt(kNoon + 25h), Advice::kAsk) << "soon again";
}

TEST_F(Rfc9309Section2_3_1, ABusyServerWithoutACopyForbidsNothing) {
  Take(Status(Kind::kBusy, 429), kNoon);
  EXPECT_EQ(record_.AdviceAt(kNoon), Advice::kUse);
  EXPECT_TRUE(MayAsk("/a"));
  EXPECT_EQ(record_.AdviceAt(kNoon + 1h), Advice::kAsk);
}

// 2.3.1.4: unreachable.
TEST_F(Rfc9309Section2_3_1, AnUnreachableFileForbidsEverything) {
  Take(Status(Kind::kUnreachable, 500), kNoon);
  EXPECT_EQ(record_.AdviceAt(kNoon), Advice::kWait);
  EXPECT_EQ(record_.unreachable_since(), kNoon);
  EXPECT_EQ(record_.why(), "the server answered 500");
}

TEST_F(Rfc9309Section2_3_1, ItIsAskedForAgainWithGrowingDelay) {
  Timestamp now = kNoon;
  for (const Duration delay : {10'000ms, 60'000ms, 60'000ms}) {
    Take(Status(Kind::kUnreachable, 503), now);
    EXPECT_EQ(record_.AdviceAt(now + delay - 1ms), Advice::kWait);
    EXPECT_EQ(record_.AdviceAt(now + delay), Advice::kAsk);
    now += delay;
  }
  EXPECT_EQ(record_.unreachable_since(), kNoon) << "of the first failure";
  Take(File(""), now);
  EXPECT_EQ(record_.AdviceAt(now), Advice::kUse);
  EXPECT_EQ(record_.unreachable_since(), std::nullopt);
  now += 24h;
  Take(Status(Kind::kUnreachable, 503), now);
  EXPECT_EQ(record_.ask_again_at(), now + 10s) << "from the beginning";
}

TEST_F(Rfc9309Section2_3_1, TheLastCopyCountsForThirtyDays) {
  Take(File("User-agent: *\nDisallow: /a\n"), kNoon);
  Take(Status(Kind::kUnreachable, 0), kNoon + 24h);
  EXPECT_EQ(record_.AdviceAt(kNoon + 24h), Advice::kUse);
  EXPECT_FALSE(MayAsk("/a"));
  EXPECT_EQ(record_.fetched_at(), kNoon);
  const Timestamp last = kNoon + std::chrono::days(30);
  Take(Status(Kind::kUnreachable, 0), last);
  EXPECT_EQ(record_.AdviceAt(last), Advice::kUse);
  EXPECT_EQ(record_.AdviceAt(last + 1ms), Advice::kWait);
}

// 2.4: caching.
TEST_F(Rfc9309Section2_4, ACopyIsUsedForADay) {
  Take(File(""), kNoon);
  EXPECT_EQ(record_.AdviceAt(kNoon + 24h - 1ms), Advice::kUse);
  EXPECT_EQ(record_.AdviceAt(kNoon + 24h), Advice::kAsk);
}

TEST_F(Rfc9309Section2_4, CacheControlIsHeard) {
  Take(File("", 10min), kNoon);
  EXPECT_EQ(record_.ask_again_at(), kNoon + 10min);
  Take(File("", 48h), kNoon);
  EXPECT_EQ(record_.ask_again_at(), kNoon + 24h) << "a day at most";
  Take(File("", 0s), kNoon);
  EXPECT_EQ(record_.ask_again_at(), kNoon + 1min) << "not with every page";
}

TEST(ParseMaxAge, ReadsTheField) {
  EXPECT_EQ(ParseMaxAge("max-age=600"), 10min);
  EXPECT_EQ(ParseMaxAge("public, Max-Age=\"60\" , must-revalidate"), 1min);
  EXPECT_EQ(ParseMaxAge("max-age=99999999999999999999"), 24h);
  EXPECT_EQ(ParseMaxAge("max-age=600, no-cache"), 0s);
  EXPECT_EQ(ParseMaxAge("no-store"), 0s);
  for (const char* nothing : {"", "public", "max-age=", "max-age=-1",
                              "max-age=1x", "s-maxage=600", ",,"}) {
    EXPECT_EQ(ParseMaxAge(nothing), std::nullopt) << nothing;
  }
}

// The cache.

RobotsRecord RecordOf(const std::string& body) {
  RobotsRecord record;
  record.Take(File(body), {"examplebot", {10s}}, kNoon);
  return record;
}

TEST(RobotsCache, ForgetsWhatWasNotAskedAboutForTheLongestTime) {
  const RobotsRecord record = RecordOf("User-agent: *\nDisallow: /a\n");
  RobotsCache probe(SIZE_MAX);
  probe.Keep("http://a.example/robots.txt", record);
  RobotsCache cache(2 * probe.bytes());
  cache.Keep("http://a.example/robots.txt", record);
  cache.Keep("http://b.example/robots.txt", record);
  EXPECT_NE(cache.Find("http://a.example/robots.txt"), nullptr);
  cache.Keep("http://c.example/robots.txt", record);
  EXPECT_EQ(cache.Find("http://b.example/robots.txt"), nullptr);
  EXPECT_NE(cache.Find("http://a.example/robots.txt"), nullptr);
  EXPECT_NE(cache.Peek("http://c.example/robots.txt"), nullptr);
  EXPECT_EQ(cache.bytes(), 2 * probe.bytes());
}

TEST(RobotsCache, CountsTheRulesBytes) {
  std::string rules = "User-agent: *\n";
  for (int i = 0; i < 1000; ++i) rules += "Disallow: /a-longer-path-than-few\n";
  RobotsCache cache(10'000);
  cache.Keep("http://a.example/robots.txt", RecordOf(""));
  cache.Keep("http://b.example/robots.txt", RecordOf(rules));
  EXPECT_GT(cache.bytes(), 30'000u);
  EXPECT_EQ(cache.size(), 1u) << "the latest stays";
}

TEST(RobotsCache, KeepsTheNewerRecordOfAUrl) {
  RobotsCache cache(SIZE_MAX);
  cache.Keep("http://a.example/robots.txt", RecordOf(""));
  const size_t bytes = cache.bytes();
  cache.Keep("http://a.example/robots.txt", RecordOf(""));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.bytes(), bytes);
}

}  // namespace
}  // namespace newsmill
