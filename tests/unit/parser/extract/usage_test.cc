#include "parser/extract/usage.h"

#include <gmock/gmock.h>

#include "parser/extract/open_graph.h"
#include "tests/unit/parser/extract/pages.h"

namespace newsmill {
namespace {

using testing::ElementsAre;

// "HEADER googlebot NOINDEX", one each.
std::vector<std::string> Signals(const UsageHeaders& headers,
                                 std::string_view html) {
  const Document document = ParsePage(html);
  std::vector<std::string> out;
  for (const auto& signal : ReadUsage(headers, MetaTable(document))) {
    out.push_back(
        v1::UsageSignal::Where_Name(signal.where()) + " " +
        (signal.agent().empty() ? "*" : signal.agent()) + " " +
        v1::UsageSignal::Signal_Name(signal.signal()) +
        (signal.policy_url().empty() ? "" : " " + signal.policy_url()));
  }
  return out;
}

TEST(ReadUsage, ReadsRobotsMetas) {
  EXPECT_THAT(Signals({},
                      "<meta name=ROBOTS content='NOINDEX, nofollow'>"
                      "<meta name=googlebot content=noarchive>"
                      "<meta name=robots content='noai,noimageai'>"),
              ElementsAre("META * NOINDEX", "META googlebot NOARCHIVE",
                          "META * NO_AI", "META * NO_IMAGE_AI"));
  EXPECT_THAT(Signals({}, "<meta name=robots content=none>"),
              ElementsAre("META * NOINDEX"));
  EXPECT_THAT(Signals({},
                      "<meta name=robots "
                      "content='index, follow, max-image-preview:large'>"),
              ElementsAre());
}

TEST(ReadUsage, ReadsTheHeaderWithAndWithoutAgents) {
  EXPECT_THAT(Signals({.robots_tags = {"noarchive, nosnippet"}}, ""),
              ElementsAre("HEADER * NOARCHIVE", "HEADER * NOSNIPPET"));
  EXPECT_THAT(
      Signals({.robots_tags = {"googlebot: noindex, noarchive, "
                               "otherbot: noindex"}},
              ""),
      ElementsAre("HEADER googlebot NOINDEX", "HEADER googlebot NOARCHIVE",
                  "HEADER otherbot NOINDEX"));
  EXPECT_THAT(Signals({.robots_tags = {"unavailable_after: 25 Jun 2010 "
                                       "15:00:00 PST"}},
                      ""),
              ElementsAre());
}

TEST(ReadUsage, AnAgentCountsForItsOwnFieldAlone) {
  EXPECT_THAT(Signals({.robots_tags = {"otherbot: noindex", "noarchive"}}, ""),
              ElementsAre("HEADER otherbot NOINDEX", "HEADER * NOARCHIVE"));
}

TEST(ReadUsage, ReadsTheReservationOfTextAndDataMining) {
  EXPECT_THAT(Signals({.tdm_reservation = "1",
                       .tdm_policy = "https://news.example/tdm.json"},
                      "<meta name=tdm-reservation content=1>"),
              ElementsAre("HEADER * TDM_RESERVED https://news.example/tdm.json",
                          "META * TDM_RESERVED"));
  EXPECT_THAT(Signals({}, "<meta name=tdm-reservation content=0>"),
              ElementsAre());
}

TEST(ReadUsage, TheHostsFileCountsWhereHeaderAndPageDoNotSpeak) {
  v1::TdmRule rule;
  rule.set_reserved(true);
  rule.set_policy_url("https://news.example/terms");
  EXPECT_THAT(
      Signals({.tdm_rule = &rule}, ""),
      ElementsAre("WELL_KNOWN * TDM_RESERVED https://news.example/terms"));
  EXPECT_THAT(Signals({.tdm_reservation = "0", .tdm_rule = &rule}, ""),
              ElementsAre());
  EXPECT_THAT(
      Signals({.tdm_rule = &rule}, "<meta name=tdm-reservation content=0>"),
      ElementsAre());
  rule.set_reserved(false);
  EXPECT_THAT(Signals({.tdm_rule = &rule}, ""), ElementsAre());
}

TEST(Concerns, AsksForTheAgent) {
  v1::UsageSignal signal;
  EXPECT_TRUE(Concerns(signal, "newsmill"));
  signal.set_agent("googlebot");
  EXPECT_FALSE(Concerns(signal, "newsmill"));
  signal.set_agent("newsmill");
  EXPECT_TRUE(Concerns(signal, "newsmill"));
}

TEST(Explain, ShowsTheCandidatesAndWhyOneWon) {
  Explanation explanation;
  PageContext context = ExampleContext();
  context.explanation = &explanation;
  v1::Article article;
  FillFromMetadata(ParsePage("<title>Council agrees | Site</title>"
                             "<h1>Council agrees</h1>"),
                   context, &article);
  const auto headline =
      std::find_if(explanation.begin(), explanation.end(),
                   [](const auto& f) { return f.field == "headline"; });
  ASSERT_NE(headline, explanation.end());
  EXPECT_EQ(headline->value, "Council agrees");
  EXPECT_EQ(headline->why, "confirmed by title");
  ASSERT_EQ(headline->candidates.size(), 2U);
  EXPECT_TRUE(headline->candidates[0].won);
  EXPECT_EQ(headline->candidates[0].detail, "h1");
  EXPECT_GT(headline->candidates[0].score, headline->candidates[1].score);
}

}  // namespace
}  // namespace newsmill
