#include "parser/html/document.h"

#include <gmock/gmock.h>

#include <string>

#include "parser/html/depth_scan.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using std::chrono::milliseconds;

Document Parse(std::string_view html) {
  Result<Document> document = Document::Parse(html, ParseLimits{});
  EXPECT_TRUE(document) << document.error().message;
  return std::move(document).value();
}

// The tree in one line: html(head body(p("a")))
std::string Show(const Document& document, NodeId node) {
  std::string out;
  for (NodeId child = document.first_child(node); child != kNoNode;
       child = document.next_sibling(child)) {
    if (!out.empty()) out += ' ';
    if (document.kind(child) == Document::Kind::kText) {
      out += '"' + std::string(document.text(child)) + '"';
      continue;
    }
    out += document.tag(child);
    const std::string below = Show(document, child);
    if (!below.empty()) out += '(' + below + ')';
  }
  return out;
}

std::string Show(std::string_view html) {
  const Document document = Parse(html);
  return Show(document, document.root());
}

NodeId Find(const Document& document, std::string_view tag) {
  for (NodeId node = 0; node < document.size(); ++node) {
    if (document.tag(node) == tag) return node;
  }
  return kNoNode;
}

std::string Repeat(std::string_view piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(Document, BuildsTheTreeThatBrowsersBuild) {
  EXPECT_EQ(Show("<p>a<p>b<b>c</p>d"),
            R"(html(head body(p("a") p("b" b("c")) b("d"))))");
}

TEST(Document, KeepsWhitespaceNodes) {
  EXPECT_EQ(Show("<body><i>a</i> <i>b</i>"),
            R"(html(head body(i("a") " " i("b"))))");
}

TEST(Document, LeavesCommentsOut) {
  EXPECT_EQ(Show("<!-- x --><body>a<!-- y -->b"),
            R"(html(head body("a" "b")))");
}

TEST(Document, KeepsScriptsAsTheyAreWritten) {
  EXPECT_EQ(Show("<body><script>if (a < b && c) '&amp;'</script>"),
            R"(html(head body(script("if (a < b && c) '&amp;'"))))");
}

TEST(Document, KeepsWhatIsInsideTemplates) {
  EXPECT_EQ(Show("<body><template><p>a</p></template>"),
            R"(html(head body(template(p("a")))))");
}

TEST(Document, SurvivesXmlDeclarationsAndCdata) {
  EXPECT_EQ(Show("<?xml version=\"1.0\"?><!DOCTYPE html><body><p>a</p>"),
            R"(html(head body(p("a"))))");
  EXPECT_EQ(Show("<body><svg><![CDATA[a<b]]></svg>"),
            R"(html(head body(svg("a<b"))))");
}

TEST(Document, GivesAnEmptyPageForEmptyInput) {
  EXPECT_EQ(Show(""), "html(head body)");
  EXPECT_EQ(Show(std::string_view()), "html(head body)");
}

TEST(Document, ReadsAttributesInAnyCase) {
  const Document document =
      Parse("<P ID=one DATA-x='a&amp;b' Class=' big  red ' hidden>x</P>");
  const NodeId p = Find(document, "p");
  EXPECT_EQ(document.attribute(p, "id"), "one");
  EXPECT_EQ(document.attribute(p, "Data-X"), "a&b");
  EXPECT_EQ(document.attribute(p, "hidden"), "");
  EXPECT_EQ(document.attribute(p, "title"), std::nullopt);
  EXPECT_TRUE(document.HasClass(p, "red"));
  EXPECT_FALSE(document.HasClass(p, "re"));
}

TEST(Document, NamesUnknownAndForeignElementsInLowerCase) {
  const Document document =
      Parse("<my-Widget><svg><a xlink:href='#x'><foreignObject/></a></svg>");
  EXPECT_NE(Find(document, "my-widget"), kNoNode);
  EXPECT_NE(Find(document, "foreignobject"), kNoNode);
  EXPECT_EQ(document.attribute(Find(document, "a"), "xlink:href"), "#x");
}

TEST(Document, EndsTheNameOfAnUnknownElementAtTheLinesEnd) {
  EXPECT_EQ(Show("<news-body\r\nclass=x>a</news-body>"),
            R"(html(head body(news-body("a"))))");
}

TEST(Document, LinksNodesBothWays) {
  const Document document = Parse("<ul><li>a</li><li>b</li></ul><p>c</p>");
  const NodeId list = Find(document, "ul");
  const NodeId first = document.first_child(list);
  const NodeId second = document.next_sibling(first);
  EXPECT_EQ(document.previous_sibling(second), first);
  EXPECT_EQ(document.previous_sibling(first), kNoNode);
  EXPECT_EQ(document.next_sibling(second), kNoNode);
  EXPECT_EQ(document.parent(second), list);
  EXPECT_EQ(document.subtree_end(list), Find(document, "p"));
  EXPECT_EQ(document.TextContent(list), "ab");
  EXPECT_EQ(document.parent(document.root()), kNoNode);
}

TEST(Document, StaysValidUtf8WhateverTheReferencesSay) {
  const Document document = Parse(
      "<p title='&#4294967169;'>&#x110000;&#xD800;&#0;&#4294967233;"
      "&#99999999999999999999;</p>");
  const NodeId p = Find(document, "p");
  EXPECT_TRUE(IsValidUtf8(document.TextContent(p)));
  EXPECT_TRUE(IsValidUtf8(*document.attribute(p, "title")));
}

TEST(Document, MovesWithoutLosingItsText) {
  Document one = Parse("<p>text</p>");
  const Document other = std::move(one);
  EXPECT_EQ(other.TextContent(other.root()), "text");
}

TEST(DocumentGuards, EndADeepBombBeforeTheTree) {
  const auto result = Document::Parse(Repeat("<div>", 100'000), ParseLimits{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kTooLarge) << result.error().message;
}

TEST(DocumentGuards, EndABombThatTheScanTakesForShallow) {
  // Left open, a path holds the next; pages close theirs, so the scan does not
  // count them.
  const std::string html = "<svg>" + Repeat("<path>", 50'000);
  ASSERT_EQ(ScanDepth(html, 100), 1);
  const auto result = Document::Parse(html, ParseLimits{});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().code,
              testing::AnyOf(Code::kTooLarge, Code::kTimedOut));
}

TEST(DocumentGuards, LeaveGumboAtTheDeadline) {
  // gumbo compares each attribute with all before it.
  std::string html = "<p ";
  for (int i = 0; i < 100'000; ++i) html += "a" + std::to_string(i) + " ";
  const auto result =
      Document::Parse(html + ">", ParseLimits{.deadline = milliseconds(20)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kTimedOut);
  EXPECT_THAT(result.error().message, testing::HasSubstr("20ms"));
}

TEST(DocumentGuards, LeaveGumboAtTheByteBudget) {
  const auto result = Document::Parse(Repeat("<p>a</p>", 10'000),
                                      ParseLimits{.max_tree_bytes = 100'000});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kTooLarge);
}

TEST(DocumentGuards, RefuseATreeBelowTheScansSlack) {
  const ParseLimits limits{.max_depth = 20};
  EXPECT_TRUE(Document::Parse(Repeat("<div>", 18), limits));
  const auto result = Document::Parse(Repeat("<div>", 19), limits);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kTooLarge);
}

TEST(DocumentGuards, ParseAsBeforeAfterAStop) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(Document::Parse(Repeat("<p>a</p>", 10'000),
                                 ParseLimits{.max_tree_bytes = 50'000}));
    EXPECT_EQ(Show("<p>a"), R"(html(head body(p("a"))))");
  }
}

TEST(DocumentGuards, TakeAMegabyteOfNuls) {
  const auto result =
      Document::Parse(std::string(1 << 20, '\0'), ParseLimits{});
  EXPECT_TRUE(result) << result.error().message;
}

TEST(ScanDepth, CountsOpenElements) {
  EXPECT_EQ(ScanDepth("<div><span><b></b></span></div><div></div>", 100), 3);
  EXPECT_EQ(ScanDepth("<div title='<div><div>'><br><img><p><li>", 100), 1);
}

TEST(ScanDepth, StopsWhereItKnowsEnough) {
  EXPECT_EQ(ScanDepth(Repeat("<div>", 1000), 10), 11);
}

TEST(ScanDepth, SkipsWhatIsNoMarkup) {
  EXPECT_EQ(ScanDepth("<!--" + Repeat("<div>", 9) + "--><script>'" +
                          Repeat("<div>", 9) + "'</SCRIPT><i>",
                      100),
            1);
}

TEST(ScanDepth, ForgivesCellsWithoutEndTags) {
  EXPECT_EQ(ScanDepth("<table>" + Repeat("<tr><td><b>x", 500), 100), 3);
  EXPECT_EQ(ScanDepth(Repeat("<table><tr><td>", 20), 100), 40);
}

TEST(ScanDepth, ForgivesUnclosedElementsInsideClosedOnes) {
  EXPECT_EQ(ScanDepth(Repeat("<div><b>x</div>", 500), 100), 2);
}

}  // namespace
}  // namespace newsmill
