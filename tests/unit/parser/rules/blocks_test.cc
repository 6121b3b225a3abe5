#include "parser/rules/blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/rules/loader.h"

namespace newsmill::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kRule[] = R"(schema = 1
site = "x"
revision = 1
[[layout]]
name = "only"
when = [ { css = "body", exists = true } ]
[layout.body]
from = [ { css = "#a" }, { css = "#b" } ]
profile = "p"
[profile.p]
drop = [ ".ad" ]
image_src = [ "data-src", "src" ]
original_title = [ '^（原标题：(.+)）$' ]
editor_note = [ '^编者按：' ]
boilerplate = [ '^关注我们$' ]
credits = [ '^编辑：\S+$' ]
dateline = '^(某社\d+日电)'
[profile.p.caption]
css = [ "figcaption", ".grey" ]
matches = '摄$'
credit = '(\S+)\s*摄$'
max_length = 10
[profile.p.subheading]
css = [ "strong" ]
max_length = 8
not_ending = "。："
)";

v1::Article Extract(const std::string& body) {
  Findings findings;
  const auto rule = CompileRule(kRule, "rule.toml", &findings);
  EXPECT_THAT(findings, IsEmpty());
  const auto document =
      Document::Parse("<body>" + body + "</body>", ParseLimits{});
  const Url base = *Url::Parse("https://news.example/a/b");
  const std::string no_id;
  v1::Article article;
  EXPECT_TRUE(FillBody(rule->layouts[0], {*document, base, no_id, std::nullopt},
                       ParseLimits{}, &article));
  return article;
}

std::vector<std::string> Blocks(const v1::Article& article) {
  std::vector<std::string> blocks;
  for (const v1::Block& block : article.blocks()) {
    std::string text = v1::Block::Kind_Name(block.kind());
    if (!block.text().empty()) text += " " + block.text();
    if (block.has_image()) text += " #" + std::to_string(block.image());
    blocks.push_back(text);
  }
  return blocks;
}

TEST(Blocks, BreaksAtLineBreaksAndBlockElementsAndNotAtInlineOnes) {
  EXPECT_THAT(Blocks(Extract("<div id=a>一<b>二</b><br>三<p>四</p>五"
                             "<div><span>六</span>七</div>八</div>")),
              ElementsAre("PARAGRAPH 一二", "PARAGRAPH 三", "PARAGRAPH 四",
                          "PARAGRAPH 五", "PARAGRAPH 六七", "PARAGRAPH 八"));
}

TEST(Blocks, DropsScriptsAndWhatTheProfileNames) {
  EXPECT_THAT(Blocks(Extract("<div id=a>一<script>x()</script>"
                             "<p class=ad>广告<br>广告</p>二</div>")),
              ElementsAre("PARAGRAPH 一二"));
}

TEST(Blocks, TrimsNoBreakSpaces) {
  EXPECT_THAT(Blocks(Extract("<p id=a>&nbsp;　一 &nbsp;<br>&nbsp;<br></p>")),
              ElementsAre("PARAGRAPH 一"));
}

TEST(Blocks, TakesTheNextSourceWhereOneIsEmpty) {
  const v1::Article article = Extract("<div id=a> </div><div id=b>一</div>");
  EXPECT_THAT(Blocks(article), ElementsAre("PARAGRAPH 一"));
  ASSERT_EQ(article.provenance_size(), 1);
  EXPECT_EQ(article.provenance(0).detail(), "css #b");
}

TEST(Blocks, StyledLineBehindAnImageIsItsCaption) {
  const v1::Article article = Extract(
      "<div id=a><img src=/i.jpg><span class=grey>某地 甲一 摄<br>"
      "</span>一<span class=grey>二</span></div>");
  EXPECT_THAT(
      Blocks(article),
      ElementsAre("IMAGE #0", "CAPTION 某地 甲一 摄 #0", "PARAGRAPH 一二"));
  EXPECT_EQ(article.images(0).url(), "https://news.example/i.jpg");
  EXPECT_EQ(article.images(0).caption(), "某地 甲一 摄");
  EXPECT_EQ(article.images(0).credit_text(), "甲一");
}

TEST(Blocks, StyledLineElsewhereIsText) {
  EXPECT_THAT(Blocks(Extract("<div id=a><span class=grey>一</span></div>")),
              ElementsAre("PARAGRAPH 一"));
}

TEST(Blocks, LongLineBehindAnImageIsText) {
  EXPECT_THAT(
      Blocks(Extract("<div id=a><img src=/i.jpg><p>这是很长很长的一段甲一摄</p>"
                     "</div>")),
      ElementsAre("IMAGE #0", "PARAGRAPH 这是很长很长的一段甲一摄"));
}

TEST(Blocks, CaptionWordsCountOnlyRightBehindAnImage) {
  EXPECT_THAT(Blocks(Extract("<div id=a><img src=/i.jpg><p>甲一摄</p>"
                             "<p>乙二摄</p></div>")),
              ElementsAre("IMAGE #0", "CAPTION 甲一摄 #0", "PARAGRAPH 乙二摄"));
}

TEST(Blocks, PrefersTheLazyImageToItsPlaceholder) {
  const v1::Article article = Extract(
      "<div id=a><img src='data:image/gif;base64,R0' data-src='//c.example/1'>"
      "<img src='data:image/gif;base64,R0'><img src=/t.gif width=1></div>");
  ASSERT_EQ(article.images_size(), 1);
  EXPECT_EQ(article.images(0).url(), "https://c.example/1");
}

TEST(Blocks, AnImageShownTwiceIsOneImage) {
  const v1::Article article =
      Extract("<div id=a><img src=/1><p>一</p><img src=/1></div>");
  EXPECT_EQ(article.images_size(), 1);
  EXPECT_THAT(Blocks(article),
              ElementsAre("IMAGE #0", "PARAGRAPH 一", "IMAGE #0"));
}

TEST(Blocks, WholeBoldShortLineIsASubheading) {
  EXPECT_THAT(Blocks(Extract(
                  "<div id=a><p><strong>标题</strong></p>"
                  "<p><strong>半</strong>句</p><p><strong>句子。</strong></p>"
                  "<p><strong>很长很长的整段加粗</strong></p></div>")),
              ElementsAre("SUBHEADING 标题", "PARAGRAPH 半句",
                          "PARAGRAPH 句子。", "PARAGRAPH 很长很长的整段加粗"));
}

TEST(Blocks, BoilerplateInsideTheTextIsNews) {
  EXPECT_THAT(
      Blocks(Extract("<div id=a><p>关注我们</p><p>一</p><p>关注我们</p>"
                     "<p>编辑：甲</p><p>二</p><p>编辑：甲</p>"
                     "<p>关注我们</p></div>")),
      ElementsAre("PARAGRAPH 一", "PARAGRAPH 关注我们", "PARAGRAPH 编辑：甲",
                  "PARAGRAPH 二", "CREDIT 编辑：甲"));
}

TEST(Blocks, OriginalTitleIsANoteAndTheAlternativeHeadline) {
  const v1::Article article = Extract(
      "<div id=a><p>编者按：注</p><p>一</p><p>（原标题：甲）</p></div>");
  EXPECT_THAT(Blocks(article),
              ElementsAre("EDITOR_NOTE 编者按：注", "PARAGRAPH 一",
                          "ORIGINAL_TITLE_NOTE （原标题：甲）"));
  EXPECT_EQ(article.alternative_headline(), "甲");
  EXPECT_EQ(article.article_body(), "一");
}

TEST(Blocks, KindsOfText) {
  EXPECT_THAT(
      Blocks(Extract("<div id=a><blockquote><p>引</p></blockquote><ul><li>项"
                     "<ul><li>子项</li></ul></li></ul><pre>a\n b</pre>"
                     "<table><tr><td><p>一</p><td>二<tr><td>三</table>四"
                     "</div>")),
      ElementsAre("QUOTE 引", "LIST_ITEM 项", "LIST_ITEM 子项",
                  "PREFORMATTED a\n b", "TABLE_ROW 一 | 二", "TABLE_ROW 三",
                  "PARAGRAPH 四"));
}

TEST(Blocks, BodyIsParagraphsSubheadingsQuotesAndItems) {
  EXPECT_EQ(Extract("<div id=a><img src=/1><p class=grey>注</p><p>一</p>"
                    "<strong>标题</strong><blockquote>引</blockquote>"
                    "<li>项</li><table><tr><td>表</table></div>")
                .article_body(),
            "一\n标题\n引\n项");
}

TEST(Blocks, DatelineIsReadFromTheFirstParagraphAndStaysInIt) {
  const v1::Article article =
      Extract("<div id=a><p>某社3日电一</p><p>某社4日电</p></div>");
  EXPECT_EQ(article.dateline(), "某社3日电");
  EXPECT_EQ(article.article_body(), "某社3日电一\n某社4日电");
}

TEST(Blocks, VideosAreMedia) {
  const v1::Article article = Extract(
      "<div id=a><p>一</p><video poster=/p.jpg><source src=/v.mp4>没有视频"
      "</video></div>");
  EXPECT_THAT(Blocks(article), ElementsAre("PARAGRAPH 一", "VIDEO"));
  EXPECT_EQ(article.videos(0).url(), "https://news.example/v.mp4");
  EXPECT_EQ(article.videos(0).thumbnail_url(), "https://news.example/p.jpg");
}

TEST(Blocks, AWidthInPercentIsNoWidth) {
  const auto article =
      Extract("<div id=a><img src=/1.jpg width=100% height=40></div>");
  ASSERT_EQ(article.images_size(), 1);
  EXPECT_FALSE(article.images(0).has_width());
  EXPECT_EQ(article.images(0).height(), 40);
}

}  // namespace
}  // namespace newsmill::rules
