// RFC 9309 retold, section by section, as far as it speaks of the file itself;
// robots_record_test.cc retells the sections on how it is fetched and kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/robots/robots_policy.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RobotsVerdict Judge(const std::string& robots, const std::string& path,
                    const std::string& agent = "examplebot") {
  const Result<Url> url = Url::Parse("https://www.example.com" + path);
  EXPECT_TRUE(url) << url.error().message;
  return RobotsPolicy(RobotsTxt::Parse(robots), agent).Judge(*url);
}

bool MayAsk(const std::string& robots, const std::string& path,
            const std::string& agent = "examplebot") {
  return Judge(robots, path, agent).allowed;
}

// 2.1: the protocol.

TEST(Rfc9309Section2_1, AGroupIsOneOrMoreAgentsFollowedByRules) {
  const RobotsTxt robots = RobotsTxt::Parse(
      "User-agent: a\n"
      "User-agent: b\n"
      "Disallow: /x\n"
      "Allow: /x/y\n"
      "User-agent: c\n"
      "Disallow: /z\n");
  ASSERT_THAT(robots.groups, SizeIs(2));
  EXPECT_THAT(robots.groups[0].agents, ElementsAre("a", "b"));
  EXPECT_THAT(robots.groups[0].rules, SizeIs(2));
  EXPECT_THAT(robots.groups[1].agents, ElementsAre("c"));
  EXPECT_THAT(robots.groups[1].rules, SizeIs(1));
}

// 2.2: the syntax.

TEST(Rfc9309Section2_2, LinesEndWithCrOrLfOrBoth) {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    const std::string robots =
        "User-agent: *" + end + end + "Disallow: /a" + end;
    const RobotsVerdict verdict = Judge(robots, "/a");
    EXPECT_FALSE(verdict.allowed);
    EXPECT_EQ(verdict.line, 3);
  }
}

TEST(Rfc9309Section2_2, BlanksAndCommentsDoNotCount) {
  EXPECT_FALSE(
      MayAsk("  User-agent\t:  examplebot # us\n"
             "# Allow: /a\n"
             "\tDisallow :/a#all of it\n",
             "/a/b"));
}

TEST(Rfc9309Section2_2, TheNamesOfRecordsHaveNoCase) {
  EXPECT_FALSE(MayAsk("uSeR-aGeNt: *\nDISALLOW: /a\n", "/a"));
}

TEST(Rfc9309Section2_2, TheLastLineNeedsNoEnd) {
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /a", "/a"));
}

TEST(Rfc9309Section2_2, RulesBeforeAnyAgentAreNobodys) {
  EXPECT_TRUE(MayAsk("Disallow: /\nUser-agent: other\nDisallow: /x", "/a"));
}

TEST(Rfc9309Section2_2, ARuleWithoutAPathIsNone) {
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow:\n", "/a"));
  const RobotsTxt robots =
      RobotsTxt::Parse("User-agent: a\nDisallow:\nUser-agent: b\nAllow: /\n");
  EXPECT_THAT(robots.groups, SizeIs(2)) << "but ends the list of agents";
}

TEST(Rfc9309Section2_2, AByteOrderMarkIsNoPartOfTheFirstLine) {
  EXPECT_FALSE(MayAsk("\xEF\xBB\xBFUser-agent: *\nDisallow: /a\n", "/a"));
}

// 2.2.1: the user-agent line.

TEST(Rfc9309Section2_2_1, TheProductTokenIsFoundInTheIdentification) {
  const std::string robots =
      "User-agent: ExampleBot\nDisallow: /a\n"
      "User-agent: *\nDisallow: /b\n";
  const std::string agent = "ExampleBot/0.1 (https://bot.example/about)";
  EXPECT_FALSE(MayAsk(robots, "/a", agent));
  EXPECT_TRUE(MayAsk(robots, "/b", agent));
}

TEST(Rfc9309Section2_2_1, TokensAreLettersUnderscoresAndHyphens) {
  EXPECT_EQ(ProductToken("Example-Bot_x/1.0"), "example-bot_x");
  EXPECT_EQ(ProductToken("bot2"), "bot");
  EXPECT_EQ(ProductToken("360bot"), "");
  EXPECT_EQ(ProductToken(""), "");
}

TEST(Rfc9309Section2_2_1, TokensAreComparedWithoutCase) {
  EXPECT_FALSE(
      MayAsk("User-agent: EXAMPLEbot\nDisallow: /\n", "/a", "exampleBOT/2.0"));
}

TEST(Rfc9309Section2_2_1, AVersionInTheFileIsPassedOver) {
  EXPECT_FALSE(MayAsk("User-agent: examplebot/1.0\nDisallow: /\n", "/a"));
  EXPECT_FALSE(MayAsk("User-agent: examplebot of all\nDisallow: /\n", "/a"));
}

TEST(Rfc9309Section2_2_1, SeveralGroupsOfOneAgentAreOne) {
  const std::string robots =
      "user-agent: ExampleBot\n"
      "disallow: /foo\n"
      "disallow: /bar\n"
      "\n"
      "user-agent: other\n"
      "disallow: /\n"
      "\n"
      "user-agent: ExampleBot\n"
      "disallow: /baz\n";
  EXPECT_FALSE(MayAsk(robots, "/foo"));
  EXPECT_FALSE(MayAsk(robots, "/bar"));
  EXPECT_FALSE(MayAsk(robots, "/baz"));
  EXPECT_TRUE(MayAsk(robots, "/qux"));
}

TEST(Rfc9309Section2_2_1, WithoutAGroupOfItsOwnTheStarsCounts) {
  const std::string robots =
      "User-agent: *\nDisallow: /a\n"
      "User-agent: other\nDisallow: /b\n"
      "User-agent: *\nDisallow: /c\n";
  EXPECT_FALSE(MayAsk(robots, "/a"));
  EXPECT_TRUE(MayAsk(robots, "/b"));
  EXPECT_FALSE(MayAsk(robots, "/c")) << "the groups of * are one, too";
}

TEST(Rfc9309Section2_2_1, AnAgentsOwnGroupHidesTheStars) {
  const std::string robots =
      "User-agent: *\nDisallow: /\n"
      "User-agent: examplebot\nDisallow: /a\n";
  EXPECT_TRUE(MayAsk(robots, "/b"));
  EXPECT_FALSE(MayAsk(robots, "/a"));
}

TEST(Rfc9309Section2_2_1, AnOwnGroupWithoutRulesAllows) {
  EXPECT_TRUE(
      MayAsk("User-agent: *\nDisallow: /\n\nUser-agent: examplebot\n", "/a"));
}

TEST(Rfc9309Section2_2_1, WithoutAnyGroupNothingIsForbidden) {
  EXPECT_TRUE(MayAsk("User-agent: other\nDisallow: /\n", "/a"));
  EXPECT_TRUE(MayAsk("", "/a"));
}

TEST(Rfc9309Section2_2_1, TheMostSpecificAgentCounts) {
  const std::string robots =
      "User-agent: bot\nDisallow: /a\n"
      "User-agent: bot-news\nDisallow: /b\n"
      "User-agent: *\nDisallow: /c\n";
  EXPECT_FALSE(MayAsk(robots, "/b", "bot-news"));
  EXPECT_TRUE(MayAsk(robots, "/a", "bot-news"));
  EXPECT_FALSE(MayAsk(robots, "/a", "bot-images")) << "the name it begins with";
  EXPECT_TRUE(MayAsk(robots, "/c", "bot-images"));
  EXPECT_FALSE(MayAsk(robots, "/c", "bottle")) << "a part of a word is no name";
  EXPECT_TRUE(MayAsk(robots, "/b", "bot"));
}

// 2.2.2: the Allow and Disallow lines.

TEST(Rfc9309Section2_2_2, TheMatchStartsAtThePathsBeginning) {
  const std::string robots = "User-agent: *\nDisallow: /a\n";
  EXPECT_FALSE(MayAsk(robots, "/a"));
  EXPECT_FALSE(MayAsk(robots, "/abc/d"));
  EXPECT_TRUE(MayAsk(robots, "/b/a"));
}

TEST(Rfc9309Section2_2_2, PathsAreComparedWithCase) {
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /A\n", "/a"));
}

TEST(Rfc9309Section2_2_2, TheRuleWithTheMostOctetsCounts) {
  const std::string robots =
      "User-agent: *\n"
      "Allow: /a/b\n"
      "Disallow: /a\n"
      "Disallow: /a/b/c\n";
  EXPECT_FALSE(MayAsk(robots, "/a/x"));
  EXPECT_TRUE(MayAsk(robots, "/a/b/x"));
  EXPECT_FALSE(MayAsk(robots, "/a/b/c"));
  EXPECT_EQ(Judge(robots, "/a/b/c").rule, "Disallow: /a/b/c");
  EXPECT_EQ(Judge(robots, "/a/b/c").line, 4);
}

TEST(Rfc9309Section2_2_2, AllowWinsATie) {
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a"));
  EXPECT_TRUE(MayAsk("User-agent: *\nAllow: /a\nDisallow: /a\n", "/a"));
}

TEST(Rfc9309Section2_2_2, WhatNoRuleMatchesIsAllowed) {
  const RobotsVerdict verdict = Judge("User-agent: *\nDisallow: /a\n", "/b");
  EXPECT_TRUE(verdict.allowed);
  EXPECT_EQ(verdict.line, 0);
  EXPECT_EQ(verdict.rule, "");
}

TEST(Rfc9309Section2_2_2, RobotsTxtItselfIsAllowed) {
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /\n", "/robots.txt"));
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /\n", "/robots.txt/x"));
}

TEST(Rfc9309Section2_2_2, TheTableOfPercentEncodings) {
  const auto match = [](const std::string& rule, const std::string& path) {
    return !MayAsk("User-agent: *\nDisallow: " + rule + "$\n", path);
  };
  EXPECT_TRUE(match("/foo/bar?baz=quz", "/foo/bar?baz=quz"));
  EXPECT_TRUE(match("/foo/bar?baz=http%3A%2F%2Ffoo.bar",
                    "/foo/bar?baz=http://foo.bar"));
  EXPECT_TRUE(match("/foo/bar?baz=http://foo.bar",
                    "/foo/bar?baz=http%3A%2F%2Ffoo.bar"));
  EXPECT_TRUE(match("/foo/bar/\xE3\x83\x84", "/foo/bar/%E3%83%84"));
  EXPECT_TRUE(match("/foo/bar/%e3%83%84", "/foo/bar/\xE3\x83\x84"));
  EXPECT_TRUE(match("/foo/bar/%62%61%7A", "/foo/bar/baz"));
  EXPECT_TRUE(match("/foo/bar/baz", "/foo/bar/%62%61%7A"));
}

TEST(Rfc9309Section2_2_2, AnEscapedReservedCharacterIsAnotherOne) {
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /a/b\n", "/a%2Fb"));
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /a%2fb\n", "/a%2Fb"));
}

TEST(Rfc9309Section2_2_2, TheQueryBelongsToThePath) {
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /a?x=1\n", "/a?x=1&y=2"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /a?x=1\n", "/a?y=2&x=1"));
}

// 2.2.3: special characters.

TEST(Rfc9309Section2_2_3, ANumberSignBeginsAComment) {
  EXPECT_FALSE(
      MayAsk("User-agent: *\nDisallow: /a # comment in line\n", "/abc"));
}

TEST(Rfc9309Section2_2_3, ADollarSignIsThePathsEnd) {
  const std::string robots = "User-agent: *\nDisallow: /this/path/exactly$\n";
  EXPECT_FALSE(MayAsk(robots, "/this/path/exactly"));
  EXPECT_TRUE(MayAsk(robots, "/this/path/exactly/not"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /a$b\n", "/a"));
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /a$b\n", "/a$b"));
}

TEST(Rfc9309Section2_2_3, AnAsteriskIsAnyOctets) {
  const std::string robots = "User-agent: *\nDisallow: /this/*/exactly\n";
  EXPECT_FALSE(MayAsk(robots, "/this/path/exactly"));
  EXPECT_FALSE(MayAsk(robots, "/this//exactly?x"));
  EXPECT_FALSE(MayAsk(robots, "/this/a/b/exactly"));
  EXPECT_TRUE(MayAsk(robots, "/this/exactly"));
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: *.gif$\n", "/x/y.gif"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: *.gif$\n", "/x.gif?y"));
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /*a*b*c$\n", "/abcabc"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /*ab$\n", "/aba"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /ab*b$\n", "/ab"))
      << "no octet serves twice";
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /a*$\n", "/a"));
}

TEST(Rfc9309Section2_2_3, EscapedTheyStandForThemselves) {
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /file-with-a-%2A.html\n",
                      "/file-with-a-*.html"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /file-with-a-%2A.html\n",
                     "/file-with-a-star.html"));
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: /foo-%24\n", "/foo-$bar"));
  EXPECT_TRUE(MayAsk("User-agent: *\nDisallow: /foo-%24\n", "/foo-"));
}

// 2.2.4: other records.

TEST(Rfc9309Section2_2_4, OtherRecordsDoNotEndAGroup) {
  const std::string robots =
      "User-agent: a\n"
      "Sitemap: https://www.example.com/sitemap.xml\n"
      "Crawl-delay: 3\n"
      "Request-rate: 1/10\n"
      "User-agent: b\n"
      "Disallow: /\n";
  EXPECT_FALSE(MayAsk(robots, "/x", "a"));
  EXPECT_FALSE(MayAsk(robots, "/x", "b"));
}

TEST(Rfc9309Section2_2_4, SitemapsAreKeptWhereverTheyStand) {
  const RobotsTxt robots = RobotsTxt::Parse(
      "Sitemap: https://www.example.com/a.xml\n"
      "User-agent: *\n"
      "SITEMAP:https://www.example.com/\xE6\x96\xB0.xml\n"
      "Sitemap:\n"
      "Sitemap: /relative.xml\n");
  EXPECT_THAT(
      robots.sitemaps,
      ElementsAre("https://www.example.com/a.xml",
                  "https://www.example.com/%E6%96%B0.xml", "/relative.xml"));
}

TEST(Rfc9309Section2_2_4, ACrawlDelayIsOfItsGroup) {
  const RobotsTxt robots = RobotsTxt::Parse(
      "Crawl-delay: 99\n"
      "User-agent: a\nCrawl-delay: 0.5\nDisallow: /x\n"
      "User-agent: b\nDisallow: /x\nCrawl-delay: 7\n"
      "User-agent: c\nDisallow: /x\n");
  EXPECT_EQ(RobotsPolicy(robots, "a").crawl_delay(), 500ms);
  EXPECT_EQ(RobotsPolicy(robots, "b").crawl_delay(), 7s);
  EXPECT_EQ(RobotsPolicy(robots, "b").crawl_delay_line(), 7);
  EXPECT_EQ(RobotsPolicy(robots, "c").crawl_delay(), std::nullopt);
}

TEST(Rfc9309Section2_2_4, TheLongestCrawlDelayOfMergedGroupsCounts) {
  const RobotsTxt robots = RobotsTxt::Parse(
      "User-agent: a\nDisallow: /x\nCrawl-delay: 7\nCrawl-delay: 2\n"
      "User-agent: a\nDisallow: /y\nCrawl-delay: 3\n");
  EXPECT_EQ(RobotsPolicy(robots, "a").crawl_delay(), 7s);
}

TEST(Rfc9309Section2_2_4, ACrawlDelayThatIsNoNumberIsNone) {
  for (const std::string value :
       {"", "soon", "-1", "5s", "nan", "inf", "1e9", "0x10"}) {
    const RobotsTxt robots =
        RobotsTxt::Parse("User-agent: *\nCrawl-delay: " + value + "\n");
    EXPECT_EQ(RobotsPolicy(robots, "a").crawl_delay(), std::nullopt) << value;
  }
  const RobotsTxt robots =
      RobotsTxt::Parse("User-agent: *\nCrawl-delay: 99999999999999999999\n");
  EXPECT_EQ(RobotsPolicy(robots, "a").crawl_delay(), 365 * 24h);
}

// 2.3: where the file stands.

TEST(Rfc9309Section2_3, TheFileStandsAtTheRootOfTheAuthority) {
  const auto of = [](const std::string& text) {
    return RobotsUrlOf(*Url::Parse(text));
  };
  EXPECT_EQ(of("https://www.example.com/a/b?c"),
            "https://www.example.com/robots.txt");
  EXPECT_EQ(of("http://www.example.com"), "http://www.example.com/robots.txt");
  EXPECT_EQ(of("http://www.example.com:8080/?x"),
            "http://www.example.com:8080/robots.txt");
  EXPECT_EQ(of("https://[::1]:8443/x"), "https://[::1]:8443/robots.txt");
}

// 2.3.1.5: parsing errors.

TEST(Rfc9309Section2_3_1_5, WhatCanBeReadCountsWhateverStandsAround) {
  const std::string robots =
      "<!DOCTYPE html>\n"
      "no colon here at all\n"
      ":\n"
      "User-agent: *\n" +
      std::string("\xFF\xFE\0\n", 4) +
      "Disalow /private\n"
      "Disallow: /secret\n"
      "Noindex: /x\n";
  EXPECT_FALSE(MayAsk(robots, "/secret"));
  EXPECT_FALSE(MayAsk(robots, "/private")) << "misspelt, and without a colon";
  EXPECT_TRUE(MayAsk(robots, "/x"));
}

TEST(Rfc9309Section2_3_1_5, APathWithoutItsSlashIsReadWithOne) {
  EXPECT_FALSE(MayAsk("User-agent: *\nDisallow: private/\n", "/private/x"));
}

// 2.5: limits.

TEST(Rfc9309Section2_5, FiveHundredKibibytesAreRead) {
  std::string robots = "User-agent: *\n";
  const std::string last = "Disallow: /last\n";
  robots += "#" +
            std::string(500 * 1024 - robots.size() - last.size() - 2, 'x') +
            "\n" + last;
  ASSERT_EQ(robots.size(), 500u * 1024);
  EXPECT_FALSE(MayAsk(robots, "/last"));
  EXPECT_FALSE(RobotsTxt::Parse(robots).truncated);
  robots += "Disallow: /beyond\n";
  EXPECT_FALSE(MayAsk(robots, "/last"));
  EXPECT_TRUE(MayAsk(robots, "/beyond"));
  EXPECT_TRUE(RobotsTxt::Parse(robots).truncated);
}

TEST(Rfc9309Section2_5, ALineThatIsCutAtTheLimitDoesNotCount) {
  std::string robots = "User-agent: *\nDisallow: /\n";
  robots += "#" + std::string(500 * 1024 - robots.size() - 9, 'x') + "\n";
  robots += "Allow: /public\n";  // cut after "Allow: /"
  EXPECT_FALSE(MayAsk(robots, "/a"));
}

// 5.1 and 5.2: the examples.

constexpr char kSimpleExample[] =
    "User-Agent: *\n"
    "Disallow: *.gif$\n"
    "Disallow: /example/\n"
    "Allow: /publications/\n"
    "\n"
    "User-Agent: foobot\n"
    "Disallow:/\n"
    "Allow:/example/page.html\n"
    "Allow:/example/allowed.gif\n"
    "\n"
    "User-Agent: barbot\n"
    "User-Agent: bazbot\n"
    "Disallow: /example/page.html\n"
    "\n"
    "User-Agent: quxbot\n";

TEST(Rfc9309Section5_1, TheSimpleExample) {
  EXPECT_FALSE(MayAsk(kSimpleExample, "/a.gif", "anybot"));
  EXPECT_FALSE(MayAsk(kSimpleExample, "/example/x", "anybot"));
  EXPECT_TRUE(MayAsk(kSimpleExample, "/publications/x", "anybot"));
  EXPECT_FALSE(MayAsk(kSimpleExample, "/other", "foobot"));
  EXPECT_TRUE(MayAsk(kSimpleExample, "/example/page.html", "foobot"));
  EXPECT_TRUE(MayAsk(kSimpleExample, "/example/allowed.gif", "foobot"));
  for (const char* agent : {"barbot", "bazbot"}) {
    EXPECT_FALSE(MayAsk(kSimpleExample, "/example/page.html", agent));
    EXPECT_TRUE(MayAsk(kSimpleExample, "/a.gif", agent));
  }
  EXPECT_TRUE(MayAsk(kSimpleExample, "/example/page.html", "quxbot"));
}

TEST(Rfc9309Section5_2, TheLongestMatchExample) {
  const std::string robots =
      "User-Agent: foobot\n"
      "Allow: /example/page/\n"
      "Disallow: /example/page/disallowed.gif\n";
  EXPECT_TRUE(MayAsk(robots, "/example/page/", "foobot"));
  EXPECT_FALSE(MayAsk(robots, "/example/page/disallowed.gif", "foobot"));
}

// Beyond the text: no file may stop the crawler.

TEST(RobotsPattern, ManyAsterisksDoNotBlowUp) {
  std::string rule = "/";
  for (int i = 0; i < 2000; ++i) rule += "a*";
  const RobotsPattern pattern(rule + "b$");
  const std::string target = RobotsTarget("/" + std::string(100000, 'a'));
  EXPECT_FALSE(pattern.Matches(target));
}

TEST(RobotsPattern, ALongPieceIsSearchedInLinearTime) {
  const std::string as(50000, 'a');
  EXPECT_FALSE(
      RobotsPattern("/*" + as + "b").Matches(RobotsTarget("/" + as + as)));
  EXPECT_TRUE(RobotsPattern("/*" + as + "b*c$")
                  .Matches(RobotsTarget("/" + as + as + "bxc")));
}

TEST(RobotsPattern, OfThousandsOfRulesTheLongestDecides) {
  std::string robots = "User-agent: *\n";
  for (int i = 0; i < 30000; ++i) {
    robots += "Disallow: /" + std::to_string(i) + "\n";
  }
  EXPECT_FALSE(MayAsk(robots, "/29999"));
  EXPECT_EQ(Judge(robots, "/12345").rule, "Disallow: /12345");
}

}  // namespace
}  // namespace newsmill
