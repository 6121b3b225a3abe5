#include "parser/rules/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::rules {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kHead[] = R"(schema = 1
site = "morgen"
revision = 3
)";

std::vector<std::string> Check(const std::string& rest) {
  Findings findings;
  CompileRule(kHead + rest, "rule.toml", &findings);
  std::vector<std::string> texts;
  for (const Finding& finding : findings) texts.push_back(finding.text());
  return texts;
}

TEST(RuleLoader, CompilesAWholeRule) {
  Findings findings;
  const auto rule = CompileRule(std::string(kHead) + R"(
publisher = { name = "Morgen" }
language = "de"
timezone = "-03:30"
[url]
hosts = ["morgen.example"]
[fetch]
delay = "2s"
[[verdict]]
name = "REMOVED"
when = [ { css = "p.gone", exists = true } ]
[[layout]]
name = "plain"
when = [ { url_matches = '/news/' }, { css = "h1", exists = true } ]
page_type = "GALLERY"
[layout.fields]
headline = [ { css = "h1" }, { meta = "og:title" } ]
article_section.name = [ { css = ".path a", pick = "last" } ]
comment_count = [ { json = "/comments", do = ["match:\\d+", "count"] } ]
[layout.body]
from = [ { css = "article" } ]
profile = "p"
[profile.p]
drop = [ ".ad" ]
)",
                                "rule.toml", &findings);
  ASSERT_THAT(findings, IsEmpty());
  EXPECT_EQ(rule->site, "morgen");
  EXPECT_EQ(rule->revision, 3);
  EXPECT_EQ(rule->publisher.name(), "Morgen");
  EXPECT_EQ(rule->utc_offset_minutes, -210);
  ASSERT_EQ(rule->verdicts.size(), 1U);
  EXPECT_EQ(rule->verdicts[0].reason, v1::REASON_REMOVED);
  ASSERT_EQ(rule->layouts.size(), 1U);
  const Layout& layout = rule->layouts[0];
  EXPECT_EQ(layout.page_type, v1::Article::GALLERY);
  EXPECT_EQ(layout.when.size(), 2U);
  ASSERT_EQ(layout.fields.size(), 3U);
  EXPECT_EQ(layout.fields[0].field->name, "headline");
  EXPECT_EQ(layout.fields[0].sources.size(), 2U);
  EXPECT_EQ(layout.profile, &rule->profiles.at("p"));
}

TEST(RuleLoader, NamesTheNearestKnownKey) {
  EXPECT_THAT(Check("langauge = \"de\"\n"),
              ElementsAre(AllOf(HasSubstr("rule.toml:4: "),
                                HasSubstr("unknown key \"langauge\""),
                                HasSubstr("\"language\""))));
}

TEST(RuleLoader, NamesTheLineOfABadSelector) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headline = [ { css = "h1[" } ]
)"),
              ElementsAre(AllOf(HasSubstr("rule.toml:8: "),
                                HasSubstr("selector \"h1[\""))));
}

TEST(RuleLoader, NamesTheLineOfABadExpression) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headline = [ { css = "h1", do = ['match:(a'] } ]
)"),
              ElementsAre(AllOf(HasSubstr("rule.toml:8: "), HasSubstr("'(a'"),
                                HasSubstr("missing )"))));
}

TEST(RuleLoader, RefusesAFieldThatArticleDoesNotHave) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headlines = [ { css = "h1" } ]
article_section.id = [ { css = "h1" } ]
task_id = [ { css = "h1" } ]
)"),
              ElementsAre(HasSubstr("(did you mean \"headline\"?)"),
                          HasSubstr("no field \"article_section.id\""),
                          HasSubstr("no field \"task_id\"")));
}

TEST(RuleLoader, RefusesAValueOfAnotherType) {
  EXPECT_THAT(Check("language = 7\n"),
              ElementsAre(HasSubstr("\"language\" must be a string, not an "
                                    "integer")));
}

TEST(RuleLoader, AsksForTheConversionOfTheFieldsType) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
like_count = [ { css = ".likes" } ]
date_published = [ { css = ".date", do = ["count"] } ]
)"),
              ElementsAre(HasSubstr("must be \"count\""),
                          HasSubstr("must be \"date\"")));
}

TEST(RuleLoader, RefusesASourceWithoutAPlaceAndWithTwo) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headline = [ { attr = "title" }, { css = "h1", meta = "title" } ]
)"),
              ElementsAre(HasSubstr("exactly one of css, json, meta, url_id"),
                          HasSubstr("exactly one of css, json, meta, url_id")));
}

TEST(RuleLoader, RefusesAPartThatTheMessageDoesNotHave) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
related = [ { css = "a", each = { titel = "text", url = "@href" } } ]
)"),
              ElementsAre(HasSubstr("field related has no part \"titel\"")));
}

TEST(RuleLoader, RefusesAnUnknownStepVerdictProfileAndPointer) {
  EXPECT_THAT(Check(R"([[verdict]]
name = "REMOVE"
when = [ { json = "page", exists = true } ]
[[layout]]
name = "a"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headline = [ { css = "h1", do = ["trim"] } ]
[layout.body]
from = [ { css = "article" } ]
profile = "q"
)"),
              ElementsAre(HasSubstr("did you mean \"REMOVED\"?"),
                          HasSubstr("\"page\" is no JSON pointer"),
                          HasSubstr("unknown step \"trim\""),
                          HasSubstr("no [profile.q]")));
}

TEST(RuleLoader, RefusesALayoutWithoutAConditionAndAConditionWithoutATest) {
  EXPECT_THAT(Check(R"([[layout]]
name = "a"
[[layout]]
name = "b"
when = [ { css = "h1" } ]
)"),
              ElementsAre(HasSubstr("\"when\" must name a condition"),
                          HasSubstr("exists, text_is, text_matches")));
}

TEST(RuleLoader, ReportsWhatIsNotToml) {
  EXPECT_THAT(Check("language = \n"), ElementsAre(HasSubstr("rule.toml:4: ")));
}

TEST(RuleLoader, AsksForSchemaAndRevision) {
  Findings findings;
  EXPECT_EQ(CompileRule("site = \"x\"\n", "r.toml", &findings), nullptr);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].message, HasSubstr("\"schema\" must be 1"));
  EXPECT_THAT(findings[1].message, HasSubstr("\"revision\""));
}

TEST(RuleLoader, HashStaysWhenOnlyLayoutAndPolitenessChange) {
  const auto hash = [](const std::string& text) {
    Findings findings;
    const auto rule = CompileRule(text, "rule.toml", &findings);
    return rule == nullptr ? "" : rule->sha256;
  };
  const std::string first =
      hash("schema = 1\nsite = \"x\"\nrevision = 1\nlanguage = \"de\"\n");
  EXPECT_EQ(first.size(), 64U);
  EXPECT_EQ(first, hash("# a remark\nlanguage = 'de'\nsite = \"x\"\n"
                        "schema = 1\nrevision = 2\n[fetch]\ndelay = \"9s\"\n"));
  EXPECT_NE(
      first,
      hash("schema = 1\nsite = \"x\"\nrevision = 1\nlanguage = \"en\"\n"));
}

TEST(RuleLoader, RefusesTwoLayoutsOfOneName) {
  const std::string layout =
      "[[layout]]\nname = \"plain\"\n"
      "when = [ { css = \"h1\", exists = true } ]\n";
  EXPECT_THAT(Check(layout + layout),
              ElementsAre(AllOf(HasSubstr("rule.toml:7"),
                                HasSubstr("\"plain\" is there already"))));
}

TEST(RuleLoader, ACreditWithoutAGroupWouldNeverBeRead) {
  EXPECT_THAT(Check("[profile.p.caption]\ncredit = '摄$'\n"),
              ElementsAre(HasSubstr("needs 1 group")));
}

TEST(RuleLoader, AReplacementNeedsAnExpressionAndATextThatFitIt) {
  const auto with = [](const std::string& step) {
    return Check(
        "[[layout]]\nname = \"plain\"\n"
        "when = [ { css = \"h1\", exists = true } ]\n[layout.fields]\n"
        "headline = [ { css = \"h1\", do = ['" +
        step + "'] } ]\n");
  };
  EXPECT_THAT(with("replace:a=>b"), IsEmpty());
  EXPECT_THAT(with("replace:a"), ElementsAre(HasSubstr("replace:…=>…")));
  EXPECT_THAT(with("replace:a=>\\1"), ElementsAre(HasSubstr("replace")));
}

TEST(RuleLoader, KnowsARuleThatReadsScripts) {
  const auto reads = [](const std::string& css) {
    Findings findings;
    return CompileRule(std::string(kHead) +
                           "[[layout]]\nname = \"plain\"\n"
                           "when = [ { css = \"h1\", exists = true } ]\n"
                           "[layout.fields]\nheadline = [ { css = \"" +
                           css + "\" } ]\n",
                       "rule.toml", &findings)
        ->reads_scripts;
  };
  EXPECT_TRUE(reads("script"));
  EXPECT_FALSE(reads("h1"));
}

}  // namespace
}  // namespace newsmill::rules
