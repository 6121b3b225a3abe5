#include "parser/html/selector.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace newsmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Document Parse(std::string_view html) {
  Result<Document> document = Document::Parse(html, ParseLimits{});
  EXPECT_TRUE(document) << document.error().message;
  return std::move(document).value();
}

Selector Compile(std::string_view css) {
  Result<Selector> selector = Selector::Compile(css);
  EXPECT_TRUE(selector) << selector.error().message;
  return std::move(selector).value();
}

// The ids of what matches.
std::vector<std::string> Select(const Document& document,
                                std::string_view css) {
  std::vector<std::string> ids;
  for (const NodeId node : Compile(css).All(document, document.root())) {
    ids.emplace_back(document.attribute(node, "id").value_or("-"));
  }
  return ids;
}

std::vector<std::string> Select(std::string_view html, std::string_view css) {
  return Select(Parse(html), css);
}

std::string ErrorOf(std::string_view css) {
  const Result<Selector> selector = Selector::Compile(css);
  if (selector) return "none";
  EXPECT_EQ(selector.error().code, Code::kInvalidArgument);
  return selector.error().message;
}

TEST(Selector, MatchesTypeIdAndClass) {
  constexpr std::string_view kHtml =
      "<div id=a class='x y'><p id=b class=x></p><P id=c></P></div>";
  EXPECT_THAT(Select(kHtml, "p"), ElementsAre("b", "c"));
  EXPECT_THAT(Select(kHtml, "P"), ElementsAre("b", "c"));
  EXPECT_THAT(Select(kHtml, "#c"), ElementsAre("c"));
  EXPECT_THAT(Select(kHtml, ".x"), ElementsAre("a", "b"));
  EXPECT_THAT(Select(kHtml, "div.x.y#a"), ElementsAre("a"));
  EXPECT_THAT(Select(kHtml, "p.y"), IsEmpty());
  EXPECT_THAT(Select(kHtml, ".X"), IsEmpty()) << "values keep their case";
  EXPECT_THAT(Select(kHtml, "div > *"), ElementsAre("b", "c"));
}

TEST(Selector, MatchesAttributes) {
  constexpr std::string_view kHtml =
      "<a id=a class='index_title__B8mhI' lang=zh-CN></a>"
      "<a id=b rel='nofollow author' lang=zh href=''></a>"
      "<a id=c HREF='/list_25426' lang=zhx></a>";
  EXPECT_THAT(Select(kHtml, "[href]"), ElementsAre("b", "c"));
  EXPECT_THAT(Select(kHtml, "[HREF='/list_25426']"), ElementsAre("c"));
  EXPECT_THAT(Select(kHtml, "[class*='_title__']"), ElementsAre("a"));
  EXPECT_THAT(Select(kHtml, "[class ^= index_]"), ElementsAre("a"));
  EXPECT_THAT(Select(kHtml, "[href$=\"426\"]"), ElementsAre("c"));
  EXPECT_THAT(Select(kHtml, "[rel~=author]"), ElementsAre("b"));
  EXPECT_THAT(Select(kHtml, "[rel~=auth]"), IsEmpty());
  EXPECT_THAT(Select(kHtml, "[lang|=zh]"), ElementsAre("a", "b"));
  EXPECT_THAT(Select(kHtml, "[lang=ZH-cn i]"), ElementsAre("a"));
  EXPECT_THAT(Select(kHtml, "[class*=TITLE i]"), ElementsAre("a"));
  EXPECT_THAT(Select(kHtml, "[lang=ZH-cn]"), IsEmpty());
}

TEST(Selector, MatchesNothingForAnEmptyPart) {
  EXPECT_THAT(Select("<a id=a rel='x y'>", "[rel^='']"), IsEmpty());
  EXPECT_THAT(Select("<a id=a rel='x y'>", "[rel$='']"), IsEmpty());
  EXPECT_THAT(Select("<a id=a rel='x y'>", "[rel*='']"), IsEmpty());
  EXPECT_THAT(Select("<a id=a rel='x y'>", "[rel~='x y']"), IsEmpty());
  EXPECT_THAT(Select("<a id=a rel=''>", "[rel='']"), ElementsAre("a"));
}

TEST(Selector, FollowsCombinators) {
  const Document document = Parse(
      "<div id=a><section id=b><p id=c></p>text<p id=d></p><i id=e></i>"
      "</section></div>");
  EXPECT_THAT(Select(document, "div p"), ElementsAre("c", "d"));
  EXPECT_THAT(Select(document, "div > p"), IsEmpty());
  EXPECT_THAT(Select(document, "div>section>p"), ElementsAre("c", "d"));
  EXPECT_THAT(Select(document, "p + p"), ElementsAre("d"));
  EXPECT_THAT(Select(document, "p ~ *"), ElementsAre("d", "e"));
  EXPECT_THAT(Select(document, "p+p + i"), ElementsAre("e"));
  EXPECT_THAT(Select(document, "div i, p"), ElementsAre("c", "d", "e"));
}

TEST(Selector, TriesFurtherAncestorsAndSiblings) {
  const Document document = Parse(
      "<div class=x><div class=y><div class=z><b id=a></b></div></div></div>"
      "<h2></h2><p class=q></p><p></p><i id=b></i>");
  EXPECT_THAT(Select(document, ".x > .y b"), ElementsAre("a"));
  EXPECT_THAT(Select(document, ".x > div b"), ElementsAre("a"));
  EXPECT_THAT(Select(document, ".y > .y b"), IsEmpty());
  EXPECT_THAT(Select(document, "h2 + p ~ i"), ElementsAre("b"));
  EXPECT_THAT(Select(document, ".q + p ~ i"), ElementsAre("b"));
}

TEST(Selector, CountsAmongSiblings) {
  const Document document =
      Parse("<ul><li id=a></li> <li id=b></li><b id=c></b><li id=d></li></ul>");
  EXPECT_THAT(Select(document, "ul > :first-child"), ElementsAre("a"));
  EXPECT_THAT(Select(document, "ul > :last-child"), ElementsAre("d"));
  EXPECT_THAT(Select(document, "li:nth-child(2)"), ElementsAre("b"));
  EXPECT_THAT(Select(document, "li:nth-of-type(3)"), ElementsAre("d"));
  EXPECT_THAT(Select(document, "ul > *:nth-child(odd)"), ElementsAre("a", "c"));
  EXPECT_THAT(Select(document, "ul > *:nth-child( 2n )"),
              ElementsAre("b", "d"));
  EXPECT_THAT(Select(document, "ul > *:nth-child(-n + 2)"),
              ElementsAre("a", "b"));
  EXPECT_THAT(Select(document, "ul > *:nth-child(n+3)"), ElementsAre("c", "d"));
  EXPECT_THAT(Select(document, "ul > *:nth-last-child(2)"), ElementsAre("c"));
  EXPECT_THAT(Select(document, "ul > :first-of-type"), ElementsAre("a", "c"));
  EXPECT_THAT(Select(document, "ul > :last-of-type"), ElementsAre("c", "d"));
  EXPECT_THAT(Select(document, "li:nth-child(0)"), IsEmpty());
}

TEST(Selector, KnowsOnlyChildrenAndEmptyOnes) {
  const Document document = Parse(
      "<p id=a>text<b id=b></b>text</p><p id=c> </p><p id=d><!-- x --></p>");
  EXPECT_THAT(Select(document, "p > :only-child"), ElementsAre("b"));
  EXPECT_THAT(Select(document, "body :empty"), ElementsAre("b", "d"));
}

TEST(Selector, NegatesAndGroups) {
  const Document document =
      Parse("<div id=a class=x></div><div id=b class='x y'></div><p id=c></p>");
  EXPECT_THAT(Select(document, "body > :not(.y)"), ElementsAre("a", "c"));
  EXPECT_THAT(Select(document, "body > :not(.y, p)"), ElementsAre("a"));
  EXPECT_THAT(Select(document, "body > :is(.y, p)"), ElementsAre("b", "c"));
  EXPECT_THAT(Select(document, "div:not(:is(.y))"), ElementsAre("a"));
}

TEST(Selector, ReadsEscapesAndOtherScripts) {
  const Document document =
      Parse("<p id=1a class='md:x'></p><p id=b class=正文></p>");
  EXPECT_THAT(Select(document, "#\\31 a"), ElementsAre("1a"));
  EXPECT_THAT(Select(document, ".md\\:x"), ElementsAre("1a"));
  EXPECT_THAT(Select(document, ".正文"), ElementsAre("b"));
}

TEST(Selector, LooksBelowTheScopeOnly) {
  const Document document = Parse("<div id=a><p id=b></p></div><p id=c></p>");
  const NodeId div = Compile("div").First(document, document.root());
  EXPECT_EQ(Compile("p").All(document, div).size(), 1U);
  EXPECT_EQ(Compile("div").First(document, div), kNoNode);
  EXPECT_TRUE(Compile("body > div").Matches(document, div));
}

TEST(Selector, SaysWhereItIsWrongAndWhatWasExpected) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("character 1: expected a tag name"));
  EXPECT_THAT(ErrorOf("div >"), HasSubstr("character 6: expected a tag name"));
  EXPECT_THAT(ErrorOf("div..x"),
              HasSubstr("character 5: expected a class name after '.', "
                        "found '.'"));
  EXPECT_THAT(ErrorOf("#1"), HasSubstr("character 2: expected an id"));
  EXPECT_THAT(ErrorOf("正文[a="), HasSubstr("character 6: expected a name or"));
  EXPECT_THAT(ErrorOf("[a!=b]"), HasSubstr("character 3: expected '='"));
  EXPECT_THAT(ErrorOf("[a='b]"), HasSubstr("expected the closing '"));
  EXPECT_THAT(ErrorOf("p:hover"), HasSubstr("character 3: expected first-"));
  EXPECT_THAT(ErrorOf("p:nth-child(x)"), HasSubstr("expected a position"));
  EXPECT_THAT(ErrorOf(":not(a b)"), HasSubstr("no combinators here"));
  EXPECT_THAT(ErrorOf("a,"), HasSubstr("character 3"));
  EXPECT_THAT(ErrorOf("a{}"), HasSubstr("expected a combinator"));
  EXPECT_THAT(ErrorOf("p:nth-child(99999999999)"), HasSubstr("smaller"));
  EXPECT_THAT(ErrorOf("\xFF"), HasSubstr("valid UTF-8"));
}

TEST(Selector, RefusesWhatWouldNestOrGrowWithoutEnd) {
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += ":not(";
  EXPECT_THAT(ErrorOf(nested), HasSubstr("at most 8"));
  std::string chain = "a";
  for (int i = 0; i < 100; ++i) chain += " a";
  EXPECT_THAT(ErrorOf(chain), HasSubstr("at most 32"));
  EXPECT_THAT(ErrorOf(std::string(100'000, 'a')), HasSubstr("at most 4096"));
}

TEST(Selector, StaysLinearWhereBacktrackingWouldNot) {
  std::string html;
  for (int i = 0; i < 400; ++i) html += "<div>";
  for (int i = 0; i < 400; ++i) html += "<b></b>";
  // 400^7 ways to place the divs, if each were tried.
  EXPECT_THAT(Select(html, ".no div div div div div div div b"), IsEmpty());
}

TEST(Selector, CountsALongListOnce) {
  std::string html;
  for (int i = 0; i < 50'000; ++i) html += "<i></i>";
  const Document document = Parse(html);
  EXPECT_EQ(Select(document, "i:nth-of-type(2n)").size(), 25'000U);
  EXPECT_EQ(Select(document, "i:last-child").size(), 1U);
}

TEST(Selector, CopiesShareTheirText) {
  const Selector one = Compile("p > a");
  const Selector other = one;  // NOLINT: the copy is what is tested
  EXPECT_EQ(other.text(), "p > a");
}

}  // namespace
}  // namespace newsmill
