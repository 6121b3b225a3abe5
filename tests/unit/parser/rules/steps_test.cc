#include "parser/rules/steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Step With(Step::Kind kind, const std::string& text = "") {
  Step step;
  step.kind = kind;
  step.text = text;
  if (kind == Step::Kind::kMatch || kind == Step::Kind::kSplit) {
    step.pattern = std::make_shared<const RE2>(text);
  }
  return step;
}

std::vector<std::string> Apply(const std::vector<Step>& steps,
                               const std::string& value) {
  const Url base = *Url::Parse("https://news.example/a/b.html");
  return ApplySteps(steps, base, {value});
}

TEST(Steps, MatchGivesTheGroupOrTheWholeOrNothing) {
  EXPECT_THAT(Apply({With(Step::Kind::kMatch, "来源[：:](.+)")}, "来源：某报"),
              ElementsAre("某报"));
  EXPECT_THAT(Apply({With(Step::Kind::kMatch, R"(\d+)")}, "评论（15）"),
              ElementsAre("15"));
  EXPECT_THAT(Apply({With(Step::Kind::kMatch, R"(\d+)")}, "评论"), IsEmpty());
}

TEST(Steps, SplitDropsEmptyPieces) {
  EXPECT_THAT(Apply({With(Step::Kind::kSplit, "[ ,，]")}, "甲, 乙，丙 "),
              ElementsAre("甲", "乙", "丙"));
}

TEST(Steps, SplitByAnExpressionThatMatchesNothingEndsAndChangesNothing) {
  EXPECT_THAT(Apply({With(Step::Kind::kSplit, "x*")}, "abc"),
              ElementsAre("abc"));
}

TEST(Steps, StripPrefixLeavesOtherTextsAsTheyAre) {
  const std::vector<Step> steps = {With(Step::Kind::kStripPrefix, "来源：")};
  EXPECT_THAT(Apply(steps, "来源：某报"), ElementsAre("某报"));
  EXPECT_THAT(Apply(steps, "某报"), ElementsAre("某报"));
}

TEST(Steps, TrimsNoBreakAndIdeographicSpaces) {
  EXPECT_THAT(Apply({}, "\u00A0\u3000某报\u00A0"), ElementsAre("某报"));
  EXPECT_THAT(Apply({}, "\u3000\u00A0"), IsEmpty());
}

TEST(Steps, NotTurnsABoolRound) {
  EXPECT_THAT(Apply({With(Step::Kind::kNot)}, "true"), ElementsAre("false"));
  EXPECT_THAT(Apply({With(Step::Kind::kBool)}, "1"), ElementsAre("true"));
  EXPECT_THAT(Apply({With(Step::Kind::kBool)}, "perhaps"), IsEmpty());
}

TEST(Steps, AbsoluteUrlRefusesWhatIsNoWebAddress) {
  const std::vector<Step> steps = {With(Step::Kind::kAbsoluteUrl)};
  EXPECT_THAT(Apply(steps, "list_1"),
              ElementsAre("https://news.example/a/list_1"));
  EXPECT_THAT(Apply(steps, "javascript:;"), IsEmpty());
}

TEST(ParseCount, ReadsUnits) {
  EXPECT_EQ(ParseCount("0"), 0);
  EXPECT_EQ(ParseCount(" 1,024 "), 1024);
  EXPECT_EQ(ParseCount("1.2k"), 1200);
  EXPECT_EQ(ParseCount("3.5万"), 35000);
  EXPECT_EQ(ParseCount("10w+"), 100000);
  EXPECT_EQ(ParseCount("1.2亿"), 120000000);
}

TEST(ParseCount, RefusesWhatIsNoNumber) {
  EXPECT_EQ(ParseCount(""), std::nullopt);
  EXPECT_EQ(ParseCount("赞"), std::nullopt);
  EXPECT_EQ(ParseCount("3 人"), std::nullopt);
  EXPECT_EQ(ParseCount("-1"), std::nullopt);
}

TEST(Steps, ReplacePutsTheGroupsWhereTheTextSays) {
  Step step;
  step.kind = Step::Kind::kReplace;
  step.pattern = std::make_shared<const RE2>(R"((\d+)\D+(\d+) )");
  step.text = R"(\1-\2 )";
  EXPECT_THAT(Apply({step}, "11 / 17 20:52"), ElementsAre("11-17 20:52"));
  EXPECT_THAT(Apply({step}, "none"), ElementsAre("none"));
}

TEST(Count, OfMoreThanAnybodyCountsIsNone) {
  EXPECT_EQ(ParseCount("999999999999999亿"), std::nullopt);
  EXPECT_EQ(ParseCount("1亿"), 100'000'000);
}

}  // namespace
}  // namespace newsmill::rules
