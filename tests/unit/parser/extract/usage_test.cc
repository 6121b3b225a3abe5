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
  EXPECT_THAT(Signals({.robots_tag = "noarchive, nosnippet",
                       .tdm_reservation = {},
                       .tdm_policy = {}},
                      ""),
              ElementsAre("HEADER * NOARCHIVE", "HEADER * NOSNIPPET"));
  EXPECT_THAT(
      Signals({.robots_tag = "googlebot: noindex, noarchive, "
                             "otherbot: noindex",
               .tdm_reservation = {},
               .tdm_policy = {}},
              ""),
      ElementsAre("HEADER googlebot NOINDEX", "HEADER googlebot NOARCHIVE",
                  "HEADER otherbot NOINDEX"));
  EXPECT_THAT(
      Signals({.robots_tag = "unavailable_after: 25 Jun 2010 15:00:00 PST",
               .tdm_reservation = {},
               .tdm_policy = {}},
              ""),
      ElementsAre());
}

TEST(ReadUsage, ReadsTheReservationOfTextAndDataMining) {
  EXPECT_THAT(Signals({.robots_tag = {},
                       .tdm_reservation = "1",
                       .tdm_policy = "https://news.example/tdm.json"},
                      "<meta name=tdm-reservation content=1>"),
              ElementsAre("HEADER * TDM_RESERVED https://news.example/tdm.json",
                          "META * TDM_RESERVED"));
  EXPECT_THAT(Signals({}, "<meta name=tdm-reservation content=0>"),
              ElementsAre());
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
