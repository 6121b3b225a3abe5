#include "parser/html/text.h"

#include <gmock/gmock.h>

#include <string>

#include "parser/html/selector.h"

namespace newsmill {
namespace {

Document Parse(std::string_view html) {
  Result<Document> document = Document::Parse(html, ParseLimits{});
  EXPECT_TRUE(document) << document.error().message;
  return std::move(document).value();
}

NodeId Body(const Document& document) {
  return Selector::Compile("body")->First(document, document.root());
}

std::string Visible(std::string_view html) {
  const Document document = Parse(html);
  return VisibleText(document, Body(document));
}

TEST(TrimBlanks, TakesTheBlanksOfChinesePagesToo) {
  EXPECT_EQ(TrimBlanks("\u3000\u3000\u00A0\t正文。\u00A0\u200B\uFEFF\r\n "),
            "正文。");
  EXPECT_EQ(TrimBlanks(" \u3000\uFEFF"), "");
  EXPECT_EQ(TrimBlanks(""), "");
  EXPECT_EQ(TrimBlanks("a\u3000b"), "a\u3000b");
  EXPECT_TRUE(IsBlank("\u200B\u00A0"));
  EXPECT_FALSE(IsBlank("\u200Bx"));
}

TEST(CollapseBlanks, MakesARunOneSpace) {
  EXPECT_EQ(CollapseBlanks(" a \t\r\f\n b\u00A0\u00A0c "), "a b c");
  EXPECT_EQ(CollapseBlanks("08:18\u3000来源"), "08:18 来源");
  EXPECT_EQ(CollapseBlanks("甲 乙"), "甲 乙");
}

TEST(CollapseBlanks, DropsZeroWidthBlanks) {
  EXPECT_EQ(CollapseBlanks("no\u200Bthing\uFEFF."), "nothing.");
  EXPECT_EQ(CollapseBlanks("a\u200B b"), "a b");
}

TEST(CollapseBlanks, JoinsChineseLinesOfSource) {
  EXPECT_EQ(CollapseBlanks("第一行，\n    第二行"), "第一行，第二行");
  EXPECT_EQ(CollapseBlanks("line\n  two"), "line two");
  EXPECT_EQ(CollapseBlanks("中\nA"), "中 A");
  EXPECT_EQ(CollapseBlanks("한국\n신문"), "한국 신문") << "Hangul has words";
  EXPECT_EQ(CollapseBlanks("甲\n\u3000乙"), "甲 乙")
      << "a space that was meant";
}

TEST(FoldWidth, MakesFullWidthFormsAscii) {
  EXPECT_EQ(FoldWidth("２０２４－０５－０６\u3000０７：０８"),
            "2024-05-06 07:08");
  EXPECT_EQ(FoldWidth("正文。é"), "正文。é");
}

TEST(CountCodePoints, CountsCharactersNotBytes) {
  EXPECT_EQ(CountCodePoints("a正é😀"), 4U);
  EXPECT_EQ(CountCodePoints(""), 0U);
}

TEST(VisibleText, BreaksAtBlocksAndBr) {
  EXPECT_EQ(Visible("<p>a <b>b</b></p>\n<div>c<br>d<p>e</p>f</div>"),
            "a b\nc\nd\ne\nf");
  EXPECT_EQ(Visible("一<br/><div class=gap></div>二"), "一\n二");
}

TEST(VisibleText, SeparatesCellsAndLeavesScriptsOut) {
  EXPECT_EQ(Visible("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>"),
            "a b\nc");
  EXPECT_EQ(Visible("a<script>x</script><style>y</style><noscript>z</noscript>"
                    "<template>t</template>b"),
            "ab");
}

TEST(VisibleText, ShowsAHiddenElementThatIsAskedFor) {
  const Document document = Parse("<title> A \n B </title>");
  const NodeId title =
      Selector::Compile("title")->First(document, document.root());
  EXPECT_EQ(VisibleText(document, title), "A B");
}

TEST(InlineText, KeepsEverythingOnOneLine) {
  const Document document = Parse("<h1>a<br>b <span>c</span></h1>");
  EXPECT_EQ(InlineText(document, Body(document)), "a b c");
}

TEST(OwnText, LeavesElementsOut) {
  const Document document = Parse("<body>责编：<b>x</b> 甲\n");
  EXPECT_EQ(OwnText(document, Body(document)), "责编： 甲");
}

TEST(AbsoluteUrl, CountsFromTheBaseElement) {
  const Url page = *Url::Parse("https://news.example/a/b.html");
  const Document document =
      Parse("<base target=x><base href='//cdn.example/x/'><base href=/y/>");
  EXPECT_EQ(BaseUrl(document, page).text(), "https://cdn.example/x/");
  EXPECT_EQ(BaseUrl(Parse("<p>"), page).text(), page.text());
  EXPECT_EQ(AbsoluteUrl(page, " ../c.jpg\n"), "https://news.example/c.jpg");
  EXPECT_EQ(AbsoluteUrl(page, "//img.example/1"), "https://img.example/1");
}

TEST(AbsoluteUrl, GivesNothingForWhatIsNoAddress) {
  const Url page = *Url::Parse("https://news.example/");
  EXPECT_EQ(AbsoluteUrl(page, ""), std::nullopt);
  EXPECT_EQ(AbsoluteUrl(page, "data:image/gif;base64,R0lG"), std::nullopt);
  EXPECT_EQ(AbsoluteUrl(page, "javascript:void(0)"), std::nullopt);
}

}  // namespace
}  // namespace newsmill
