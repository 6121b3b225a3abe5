#include "parser/rules/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/rules/loader.h"

namespace newsmill::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Applies a rule of one layout with these fields.
v1::Article Fill(const std::string& fields, const std::string& html) {
  Findings findings;
  const auto rule = CompileRule(R"(schema = 1
site = "x"
revision = 1
timezone = "+08:00"
data = { css = "#data" }
[[layout]]
name = "only"
when = [ { css = "body", exists = true } ]
root = "/root"
[layout.fields]
)" + fields,
                                "rule.toml", &findings);
  EXPECT_THAT(findings, IsEmpty()) << findings[0].text();
  const auto document = Document::Parse(html, ParseLimits{});
  const Url url = *Url::Parse("https://news.example/a/b");
  v1::Article article;
  const auto result = ApplyRule(
      *rule, {*document, url, url, Timestamp{}, "77", ParseLimits{}}, &article);
  EXPECT_TRUE(result);
  return article;
}

std::string Script(const std::string& json) {
  return "<script id=data>{\"root\": " + json + "}</script>";
}

TEST(Fields, TheFirstSourceWithAValueWins) {
  const std::string fields =
      "headline = [ { css = \"h1\" }, { meta = \"T\" }, { url_id = true } ]";
  EXPECT_EQ(Fill(fields, "<h1>a</h1>").headline(), "a");
  EXPECT_EQ(Fill(fields, "<h1> </h1><meta name=t content=b>").headline(), "b");
  EXPECT_EQ(Fill(fields, "").headline(), "77");
}

TEST(Fields, PickChoosesAmongElements) {
  const std::string html = "<i>a</i><i>b</i><i>c</i>";
  EXPECT_EQ(Fill("headline = [ { css = 'i' } ]", html).headline(), "a");
  EXPECT_EQ(
      Fill("headline = [ { css = 'i', pick = 'last' } ]", html).headline(),
      "c");
  EXPECT_EQ(Fill("headline = [ { css = 'i', pick = 2 } ]", html).headline(),
            "b");
  EXPECT_EQ(Fill("headline = [ { css = 'i', pick = 4 } ]", html).headline(),
            "");
  EXPECT_EQ(Fill("headline = [ { css = 'i', pick = 'all', do = ['match:[bc]'] }"
                 " ]",
                 html)
                .headline(),
            "b");
}

TEST(Fields, OwnTextLeavesChildrenOut) {
  EXPECT_EQ(Fill("headline = [ { css = 'p', own_text = true } ]",
                 "<p>编辑：甲<b>电话</b></p>")
                .headline(),
            "编辑：甲");
}

TEST(Fields, PeopleHaveOneSourcePerRole) {
  const v1::Article article = Fill(
      "editors = [ { css = '.a', role = 'A' }, { css = '.b', role = 'A' }, "
      "{ css = '.c', role = 'C' } ]",
      "<i class=a>甲、乙</i><i class=b>丙</i><i class=c>丁</i>");
  std::vector<std::string> editors;
  for (const v1::Person& editor : article.editors()) {
    editors.push_back(editor.name() + ":" + editor.role());
  }
  EXPECT_THAT(editors, ElementsAre("甲:A", "乙:A", "丁:C"));
}

TEST(Fields, JsonListsGiveAValuePerItemAndNoneTwice) {
  EXPECT_THAT(Fill("keywords = [ { json = '/tags', each = '/t' } ]",
                   Script(R"({"tags": [{"t": "a"}, {"t": ""}, {"u": 1},
                             {"t": "b"}, {"t": "a"}]})"))
                  .keywords(),
              ElementsAre("a", "b"));
}

TEST(Fields, ObjectsTakeTheirPartsFromTheFirstPlaceThatHasThem) {
  const v1::Article article = Fill(
      "images = [ { json = '/i', each = { url = ['/u', '/v'], width = '/w', "
      "caption = '/c' } } ]\n"
      "lead_image = [ { json = '/lead', do = ['abs_url'] } ]",
      Script(R"({"i": [{"v": "/1.jpg", "w": "600"}, {"u": "data:x", "c": "y"},
                {"u": "//c.example/2.jpg", "w": "", "c": "zwei"}],
                "lead": "https://c.example/2.jpg"})"));
  ASSERT_EQ(article.images_size(), 2);
  EXPECT_EQ(article.images(0).url(), "https://news.example/1.jpg");
  EXPECT_EQ(article.images(0).width(), 600);
  EXPECT_FALSE(article.images(1).has_width());
  EXPECT_EQ(article.images(1).caption(), "zwei");
  EXPECT_EQ(article.lead_image(), 1);
}

TEST(Fields, ZeroIsACountAndNothingIsNone) {
  const std::string fields = "like_count = [ { json = '/n', do = ['count'] } ]";
  EXPECT_TRUE(Fill(fields, Script(R"({"n": "0"})")).has_like_count());
  EXPECT_TRUE(Fill(fields, Script(R"({"n": 0})")).has_like_count());
  EXPECT_FALSE(Fill(fields, Script(R"({"n": ""})")).has_like_count());
  EXPECT_FALSE(Fill(fields, Script(R"({"n": null})")).has_like_count());
}

TEST(Fields, DatesAreReadFromNumbersAndTextsInTheRulesZone) {
  const std::string fields =
      "date_published = [ { json = '/d', do = ['date'] }, "
      "{ json = '/e', do = ['date'] } ]";
  const v1::PageDate number =
      Fill(fields, Script(R"({"d": 1700000000000})")).date_published();
  EXPECT_EQ(number.time().seconds(), 1700000000);
  const v1::PageDate text =
      Fill(fields, Script(R"({"d": "bald", "e": "2024-05-06 07:08"})"))
          .date_published();
  EXPECT_EQ(text.raw(), "2024-05-06 07:08");
  EXPECT_EQ(text.time().seconds(), 1714950480);
  EXPECT_TRUE(text.zone_assumed());
}

TEST(Fields, LinksAreAbsolute) {
  const v1::Article article = Fill(
      "related = [ { css = 'a', each = { name = 'text', url = '@href' } } ]",
      "<a href=x>eins</a><a href=/y>zwei</a>");
  ASSERT_EQ(article.related_size(), 2);
  EXPECT_EQ(article.related(0).name(), "eins");
  EXPECT_EQ(article.related(0).url(), "https://news.example/a/x");
  EXPECT_EQ(article.related(1).url(), "https://news.example/y");
}

TEST(Fields, PartsOfMessagesAreWrittenWithADot) {
  EXPECT_EQ(Fill("article_section.section_id = [ { json = '/id' } ]",
                 Script(R"({"id": 25426})"))
                .article_section()
                .section_id(),
            "25426");
}

TEST(Fields, TextMatchesChoosesAmongElementsByWhatTheySay) {
  const std::string html =
      "<a href=/1>1</a><a href=/2>next page</a><a href=/3>next page</a>";
  EXPECT_EQ(Fill("next_page = [ { css = 'a', text_matches = '^next', attr = "
                 "'href', do = ['abs_url'] } ]",
                 html)
                .next_page(),
            "https://news.example/2");
  EXPECT_EQ(Fill("keywords = [ { css = 'a', text_matches = '^next', pick = "
                 "'all' } ]",
                 html)
                .keywords_size(),
            1)
      << "each once";
  EXPECT_FALSE(Fill("next_page = [ { css = 'a', text_matches = '^no', attr = "
                    "'href', do = ['abs_url'] } ]",
                    html)
                   .has_next_page());
}

TEST(Fields, AnEmptyMetaDoesNotHideTheOneBehindIt) {
  EXPECT_EQ(Fill("headline = [ { meta = 't' } ]",
                 "<meta name=t content=' '><meta name=t content=b>")
                .headline(),
            "b");
}

TEST(Fields, DataIsTheFirstScriptThatHoldsAny) {
  EXPECT_EQ(
      Fill("headline = [ { json = '/t' } ]",
           "<script id=data>nothing here</script>" + Script("{\"t\": \"a\"}"))
          .headline(),
      "a");
}

}  // namespace
}  // namespace newsmill::rules
