#include "parser/html/cut.h"

#include <gmock/gmock.h>

#include <string>

#include "parser/html/document.h"
#include "tests/support/cut/cut_difference.h"
#include "tests/support/pages/page_maker.h"

namespace newsmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string Plain(std::string_view page) {
  return CutHtml(page, Cut::kPlain).html;
}
std::string Lean(std::string_view page) {
  return CutHtml(page, Cut::kLean).html;
}

TEST(Cut, TakesOutWhatIsNeverShown) {
  EXPECT_EQ(Plain("a<script>b</script>c<style>d</style>e<!-- f -->g"
                  "<template><p>h</template>i<noscript>j</noscript>k"
                  "<svg><path d='M0'/></svg>l<STYLE >m</sTyLe\n>n"),
            "acegikln");
}

TEST(Cut, LeavesTheFrameOfAnIframe) {
  EXPECT_EQ(Plain("<iframe src=/v>old <b>browsers</iframe>x"),
            "<iframe src=/v></iframe>x");
}

TEST(Cut, AttributesAreNoMarkup) {
  for (const char* page :
       {"<p title='<script>'>a</p>", "<p title=\"<!--\">a</p>",
        "<a href=/x?a=<svg>b</a>", "<p '<style>'>c</p>",
        "<p a = '>' b='<script>'>d</p>", "<p =\"<svg>\">e</p>"}) {
    EXPECT_EQ(Plain(page), page);
  }
}

TEST(Cut, RawTextIsNoMarkup) {
  for (const char* page :
       {"<textarea><script>a</textarea>b", "<title><!-- a</title>b",
        "<xmp><svg></xmp>b", "<title><style></titlex></title>b"}) {
    EXPECT_EQ(Plain(page), page);
  }
}

TEST(Cut, AScriptMayHoldScriptsInComments) {
  EXPECT_EQ(Plain("a<script><!-- <script> </script> --></script>b"), "ab");
  EXPECT_EQ(Plain("a<script><!-- x </script>b-->"), "ab-->");
  EXPECT_EQ(Plain("a<script><!--><script></script>b"), "ab");
  EXPECT_EQ(Plain("a<script>'</scripts>'</script>b"), "ab");
}

TEST(Cut, CommentsEndInEveryWayTheStandardKnows) {
  EXPECT_EQ(Plain("a<!-->b<!--->c<!-- --!>d<!-- > -- >-->e"), "abcde");
  EXPECT_EQ(Plain("<!--[if lt IE 9]><p>old</p><![endif]-->a"
                  "<![if !IE]>b<![endif]>c<?xml x?>d</ >e"),
            "abcde");
  EXPECT_EQ(Plain("<!DOCTYPE html>a"), "<!DOCTYPE html>a");
}

TEST(Cut, WhatStandsAroundACutMakesNoMarkup) {
  EXPECT_EQ(Plain("a <<svg/>b>c"), "a &lt;b>c");
  EXPECT_EQ(Plain("&am<!-- -->p;"), "&am<!---->p;");
}

TEST(Cut, WhatDoesNotEndStays) {
  for (const char* page :
       {"a<script>b", "a<style>b</styl", "a<!-- b", "a<svg><g>b",
        "a<template>b<p>c", "a<noscript>b", "a<p title='b", "a<iframe>b",
        "a<textarea>b", "a</", "a<!", "<script"}) {
    EXPECT_EQ(Plain(page), page);
  }
}

TEST(Cut, ADrawingThatHtmlBreaksStays) {
  const std::string page = "a<svg><g><p>text</p><style>x</style>b";
  EXPECT_EQ(Plain(page), "a<svg><g><p>text</p>b");
  // HTML inside of a drawing: how a parser would read on is not known.
  const std::string foreign =
      "a<svg><foreignObject><p>b</p></foreignObject></svg><!-- c -->";
  EXPECT_EQ(Plain(foreign), foreign);
}

TEST(Cut, DrawingsNest) {
  EXPECT_EQ(Plain("a<svg><svg/><svg><title>t</title></svg></path></svg>b"
                  "<svg/>c<math><mi>x</mi></math>d"),
            "abc<math><mi>x</mi></math>d");
}

TEST(Cut, TemplatesNestAndHoldScripts) {
  EXPECT_EQ(Plain("a<template><script>'</template>'</script><template>b"
                  "</template>c</template>d"),
            "ad");
}

TEST(Cut, NothingIsCutInASelect) {
  const std::string page = "<select><style>a</style><svg>b</svg></select>";
  EXPECT_EQ(Plain(page).substr(0, 23), page.substr(0, 23));
  EXPECT_THAT(Plain(page), HasSubstr(">b</svg>"));
}

TEST(Cut, OfANoscriptInTheBodyItsImagesStay) {
  EXPECT_EQ(Plain("<body><noscript>Enable it<IMG src='/a.jpg' alt=x><p>"
                  "</noscript>b"),
            "<body><noscript><IMG src=\"/a.jpg\" alt=\"x\"></noscript>b");
  EXPECT_EQ(Plain("<head><noscript><img src=/pixel></noscript><meta name=a>"),
            "<head><meta name=a>");
}

// As markup its text would end the head, and all that follows be in the body.
TEST(Cut, OfANoscriptInTheHeadNothingStays) {
  const auto document = Document::ParsePage(
      "<head><noscript>Enable <a href=/x>it</a></noscript>"
      "<meta name=a></head><body><p>b</p></body>",
      Cut::kPlain, ParseLimits{});
  ASSERT_TRUE(document);
  EXPECT_EQ(document->TextContent(0), "b");
  for (NodeId node = 0; node < document->size(); ++node) {
    if (document->tag(node) != "meta") continue;
    EXPECT_EQ(document->tag(document->parent(node)), "head");
  }
}

// gumbo makes U+FFFD of it where it reads a script; the standard does not.
TEST(Cut, AControlCharacterOfADataScriptStays) {
  const std::string page =
      "<script type='application/ld+json'>{\"a\": \"\xC2\x93 b\"}</script>";
  EXPECT_EQ(cut::Difference(page, Cut::kPlain), "");
  const auto document = Document::ParsePage(page, Cut::kPlain, ParseLimits{});
  ASSERT_TRUE(document);
  EXPECT_EQ(document->TextContent(0), "{\"a\": \"\xC2\x93 b\"}");
}

TEST(Cut, KeepsDataScriptsAside) {
  const std::string page =
      "<p>a</p><script type='application/ld+json'>{\"a\":1}</script>"
      "<script>track()</script><script id=__NEXT_DATA__>{}</script>"
      "<script>window.DATA = {\"b\":2};</script><script src=x></script>";
  const CutPage cut = CutHtml(page, Cut::kPlain);
  std::vector<std::string> sources;
  for (const CutPage::Script& script : cut.scripts) {
    EXPECT_EQ(cut.html.substr(script.at, 7), "<script");
    sources.emplace_back(script.source);
  }
  EXPECT_THAT(sources,
              ElementsAre("{\"a\":1}", "{}", "window.DATA = {\"b\":2};"));
  EXPECT_THAT(cut.html, Not(HasSubstr("track")));

  const auto document = Document::ParsePage(page, Cut::kPlain, ParseLimits{});
  ASSERT_TRUE(document);
  std::vector<std::string> found;
  for (NodeId node = 0; node < document->size(); ++node) {
    if (document->tag(node) == "script") {
      found.push_back(document->TextContent(node));
    }
  }
  EXPECT_EQ(found, sources);
}

TEST(LeanCut, LeavesOutWhatNobodyReads) {
  EXPECT_EQ(Lean("<p  class=a onclick='x()' data-x=1 style='color:red'>b</p>"),
            "<p class=\"a\">b</p>");
  EXPECT_EQ(Lean("<p style='display:none' data-src=/a.jpg hidden>"),
            "<p style=\"display:none\" data-src=\"/a.jpg\" hidden>");
  EXPECT_EQ(Lean("<link rel=preload href=x><link rel='Canonical' href=y>"),
            "<link rel=\"Canonical\" href=\"y\">");
  EXPECT_EQ(Lean("<img src=/a/ /><br/>"), "<img src=\"/a/\" /><br />");
  EXPECT_EQ(Lean("<img src=/a/>"), "<img src=\"/a/\">");
}

TEST(LeanCut, LeavesOutClassNamesThatOnlyStyle) {
  EXPECT_EQ(Lean("<p class='mt-2 article-body lg:px-4 text-[14px] prose "
                 "max-w-full w-1/2'>"),
            "<p class=\"article-body prose max-w-full\">");
}

TEST(LeanCut, KeepsQuotesAndReferencesAsTheyStand) {
  EXPECT_EQ(Lean("<p title='say \"a\"' alt=\"b'&quot;\">"),
            "<p title='say \"a\"' alt=\"b'&quot;\">");
}

TEST(LeanCut, TakesTheLastOfASetOfImages) {
  EXPECT_EQ(Lean("<img srcset='/a,1.jpg 1x, /b,2.jpg 2x'>"),
            "<img srcset=\"/b,2.jpg 2x\">");
}

TEST(LeanCut, KeepsOneOfSeveralBlanks) {
  EXPECT_EQ(Lean("a  b \n\t c<pre>d  e</pre>  f"), "a b\nc<pre>d  e</pre> f");
}

TEST(Cut, TheTreeOfMadePagesIsTheWholePagesTree) {
  for (const uint64_t id : {2731010U, 5000000U, 12345678U, 28000000U}) {
    const std::string page = pages::Make(id, {}).body;
    for (const Cut cut : {Cut::kPlain, Cut::kLean}) {
      EXPECT_EQ(cut::Difference(page, cut), "") << id;
      EXPECT_EQ(cut::LostText(page, cut), "") << id;
    }
  }
}

TEST(Cut, TheTreeOfHardMarkupIsTheWholePagesTree) {
  for (const char* page :
       {"<table><style>x</style><tr><td>a<svg><g/></svg>b</table>",
        "<p>a<b>c<svg></svg><p>d</b>e", "<ul><li>a<script>x</script><li>b</ul>",
        "<select><option>a<script>x</script><option>b</select>c",
        "<body><h1>a</h1><template><td></template><p>b",
        "<head><title>t</title><style>a</style><script>b</script></head><p>c",
        "<a href=1>b<style></style><a href=2>c", "<pre>\n a <!-- b --> c</pre>",
        "<svg><title>a</title><desc>b</desc></svg>c",
        "<p>a<template></<script></template>b<script>x</script></template>c"}) {
    for (const Cut cut : {Cut::kPlain, Cut::kLean}) {
      EXPECT_EQ(cut::Difference(page, cut), "") << page;
      EXPECT_EQ(cut::LostText(page, cut), "") << page;
    }
  }
}

std::string Markup(std::string_view page) {
  return CutHtml(page, Cut::kPlain, SetAside::kAll).html;
}

TEST(CutAside, LeavesAParserWhatItDecidesBy) {
  EXPECT_EQ(Markup("<div class=a id='b'>A long text.</div>"),
            "<div>\U000F0000</div>");
  EXPECT_EQ(Markup("<p>\n one two<br/>three four"),
            "<p>\n \U000F0000<br />\U000F0001");
  EXPECT_EQ(Markup("<b class=x><input type=hidden><body id=a>"),
            "<b class=x><input type=hidden><body id=a>");
}

TEST(CutAside, LeavesAParserWhatItDecodes) {
  EXPECT_EQ(Markup("<a href='/?a=1&amp;b' title=t>AT&ampT and others</a>"),
            "<a href='/?a=1&amp;b'>AT&ampT \U000F0000</a>");
}

TEST(CutAside, PutsBackWhatStoodThere) {
  for (const char* page :
       {"<div class=a id='b'>A long text.</div>",
        "<a href='/?a=1&amp;b' title=t x=y>AT&amp;T and others</a> at the end",
        "<table><tr>moved out of it<td title=cell>a cell of it",
        "<b class=x><p>reopened in here</b><p>and in here",
        "<pre>\n verbatim  text</pre><textarea>\n and here</textarea>",
        "<select><option value=1>a choice of two<option>the other choice",
        "<body class=a>a text<body id=b class=c>more of it",
        "<p DATA-Src=\"a\nb\" hidden Title=''>\r\ncarriage\rreturns",
        "<p a=\x01 b=\x7F>controls \x02 here \xC2\x80 and there \xEF\xBF\xBE.",
        "<p a/='b a/='c>names with an equals sign</p>",
        "<math><mi a=b>letters</mi></math><p c=d>behind the formula",
        "<math>in it</<p title='<s>'>a bogus comment's rest</p>"}) {
    for (const Cut cut : {Cut::kPlain, Cut::kLean}) {
      EXPECT_EQ(cut::AsideDifference(page, cut), "") << page;
    }
  }
}

TEST(CutAside, TakesNoCharacterOfThePageForAText) {
  for (const char* page :
       {"<p>A long text. <p>\U000F0000 <p>", "<p>A long text. <p>&#983040;",
        "<p>A long text. <p>&#xF0000; &#x0f0000",
        "<p>A long text. <p>&#4295950336;",
        "<p>A long text. <title>&#983040;</title>"}) {
    EXPECT_EQ(cut::AsideDifference(page, Cut::kPlain), "") << page;
    EXPECT_THAT(Markup(page), HasSubstr("A long text")) << page;
  }
}

// gumbo drops the second one, but puts its name in front of the next.
TEST(CutAside, TheFirstAttributeOfANameCounts) {
  const auto document = Document::ParsePage("<img alt=a ALT=b title=c>",
                                            Cut::kPlain, ParseLimits{});
  NodeId img = 0;
  while (document->tag(img) != "img") ++img;
  EXPECT_EQ(document->attribute_count(img), 2U);
  EXPECT_EQ(document->attribute(img, "alt"), "a");
  EXPECT_EQ(document->attribute(img, "title"), "c");
}

TEST(CutAside, ATagWithManyAttributesStaysWhole) {
  std::string page = "<p";
  for (int i = 0; i < 100; ++i) page += " a" + std::to_string(i) + "=x";
  page += ">text of it";
  EXPECT_EQ(cut::AsideDifference(page, Cut::kPlain), "");
  EXPECT_THAT(Markup(page), HasSubstr("a99=x"));
}

}  // namespace
}  // namespace newsmill
