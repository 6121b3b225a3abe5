#include "parser/extract/metadata.h"

#include <gmock/gmock.h>

#include <string>

#include "parser/extract/article_filler.h"
#include "parser/extract/generic.h"
#include "tests/unit/parser/extract/pages.h"

namespace newsmill {
namespace {

void Generic(const Document& document, const PageContext& context,
             v1::Article* article) {
  ExtractGeneric(document, context, article);
}

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(OpenGraph, FillsAnArticle) {
  const v1::Article article = FillPage(FillFromMetadata, R"(
      <meta property="og:title" content="Council agrees | Example News">
      <meta property="og:site_name" content="Example News">
      <meta property="og:description" content=" A night. ">
      <meta property="og:type" content="article">
      <meta property="og:locale" content="zh_cn">
      <meta property="og:image" content="/i/1.jpg">
      <meta property="og:image:url" content="/i/1.jpg">
      <meta property="og:image:width" content="640">
      <meta property="og:image:alt" content="Hall">
      <meta property="og:image" content="/i/2.jpg">
      <meta property="og:article:published_time" content="2024-05-06 07:08">
      <meta property="article:modified_time" content="2024-05-06T09:00:00Z">
      <meta property="article:author" content="https://social.example/ada">
      <meta property="article:author" content="Ada Byron">
      <meta property="article:section" content="City">
      <meta property="article:tag" content="council">
      <meta property="article:tag" content="mayor, budget">
      <meta property="article:content_tier" content="locked">
      <meta property="og:video" content="/v.mp4">)");
  EXPECT_EQ(article.headline(), "Council agrees");
  EXPECT_EQ(article.publisher().name(), "Example News");
  EXPECT_EQ(article.description(), "A night.");
  EXPECT_EQ(article.page_type(), v1::Article::ARTICLE);
  EXPECT_EQ(article.in_language(), "zh-CN");
  ASSERT_EQ(article.images_size(), 2);
  EXPECT_EQ(article.images(0).url(), "https://news.example/i/1.jpg");
  EXPECT_EQ(article.images(0).width(), 640);
  EXPECT_EQ(article.images(0).alternate_text(), "Hall");
  EXPECT_EQ(TimeOf(article.date_published()), "2024-05-05T23:08:00.000Z");
  EXPECT_EQ(TimeOf(article.date_modified()), "2024-05-06T09:00:00.000Z");
  ASSERT_EQ(article.authors_size(), 1);
  EXPECT_EQ(article.authors(0).name(), "Ada Byron");
  EXPECT_EQ(article.article_section().name(), "City");
  EXPECT_THAT(article.keywords(), ElementsAre("council", "mayor", "budget"));
  EXPECT_TRUE(article.has_is_accessible_for_free());
  EXPECT_FALSE(article.is_accessible_for_free());
  EXPECT_EQ(article.videos(0).url(), "https://news.example/v.mp4");
  EXPECT_EQ(SourceOf(article, "headline"), "OPEN_GRAPH og:title");
}

TEST(OpenGraph, FallsBackToTwitterCards) {
  const v1::Article article = FillPage(FillFromMetadata, R"(
      <meta name="twitter:title" content="T">
      <meta name="twitter:description" content="D">
      <meta name="twitter:image" content="//img.example/t.jpg">)");
  EXPECT_EQ(article.headline(), "T");
  EXPECT_EQ(article.description(), "D");
  EXPECT_EQ(article.images(0).url(), "https://img.example/t.jpg");
  EXPECT_EQ(SourceOf(article, "images"), "OPEN_GRAPH twitter:image");
}

TEST(FillFromMetadata, PrefersJsonLdFieldByField) {
  const v1::Article article =
      FillPage(FillFromMetadata,
               JsonLdPage(R"({"@type": "NewsArticle", "headline": "J"})") +
                   "<meta property=og:title content=O>"
                   "<meta property=og:description content=D>");
  EXPECT_EQ(article.headline(), "J");
  EXPECT_EQ(article.description(), "D");
}

TEST(FillFromMetadata, LeavesWhatIsSetAlone) {
  v1::Article article;
  article.set_headline("by the rule");
  article.set_like_count(0);
  article.add_authors()->set_name("甲");
  const Document document = ParsePage(
      JsonLdPage(R"({"@type": "NewsArticle", "headline": "J", "author": "X",
                     "interactionStatistic": {"interactionType": "LikeAction",
                     "userInteractionCount": 9}})"));
  FillFromMetadata(document, ExampleContext(), &article);
  EXPECT_EQ(article.headline(), "by the rule");
  EXPECT_EQ(article.authors(0).name(), "甲");
  EXPECT_EQ(article.like_count(), 0);
  EXPECT_EQ(SourceOf(article, "headline"), "none");
}

TEST(FillFromMetadata, SaysNothingOfAPageThatSaysNothing) {
  const v1::Article article = FillPage(
      FillFromMetadata, "<meta property=og:title content=' '><p>text</p>");
  EXPECT_EQ(article.ByteSizeLong(), 0U) << article.ShortDebugString();
}

TEST(FillFromMetadata, ReadsCommonMetaNames) {
  const v1::Article article = FillPage(FillFromMetadata, R"(
      <html lang="zh-cn"><head><base href="https://cdn.example/">
      <link rel="shortcut canonical" href="/c/1.html">
      <meta name="Description" content="D">
      <meta name="Keywords" content="甘肃，检察院 、欠薪">
      <meta name="author" content="张三;李四">
      <meta name="publishdate" content="2024-05-06">
      <meta name="DC.date.modified" content="2024-05-07">
      <meta name="copyright" content="© News"></head>)");
  EXPECT_EQ(article.description(), "D");
  EXPECT_THAT(article.keywords(), ElementsAre("甘肃", "检察院", "欠薪"));
  ASSERT_EQ(article.authors_size(), 2);
  EXPECT_EQ(article.authors(1).name(), "李四");
  EXPECT_EQ(article.date_published().raw(), "2024-05-06");
  EXPECT_EQ(article.date_published().precision(), v1::PageDate::DAY);
  EXPECT_EQ(article.date_modified().raw(), "2024-05-07");
  EXPECT_EQ(article.in_language(), "zh-CN");
  EXPECT_EQ(article.canonical_url(), "https://cdn.example/c/1.html");
  EXPECT_EQ(article.copyright_notice(), "© News");
  EXPECT_EQ(SourceOf(article, "keywords"), "META keywords");
  EXPECT_EQ(SourceOf(article, "canonical_url"), "HTML link[rel=canonical]");
}

TEST(FillFromMetadata, TakesTheH1ThatTheTitleRepeats) {
  const v1::Article article = FillPage(
      FillFromMetadata,
      "<title>Council agrees on budget - Example</title><h1>Example</h1>"
      "<h1> Council agrees\n on budget </h1>");
  EXPECT_EQ(article.headline(), "Council agrees on budget");
  EXPECT_EQ(SourceOf(article, "headline"), "HTML h1");
}

TEST(FillFromMetadata, CutsASiteNameOnlyWhereThePageNamesIt) {
  EXPECT_EQ(
      FillPage(FillFromMetadata, "<title>A - B - Site</title>").headline(),
      "A - B - Site");
  EXPECT_EQ(FillPage(FillFromMetadata,
                     "<meta property=og:site_name content=Site>"
                     "<title>A - B - Site</title>")
                .headline(),
            "A - B");
}

TEST(FillFromMetadata, TakesTheH1WhereThereIsNoTitle) {
  EXPECT_EQ(FillPage(FillFromMetadata, "<h1></h1><h1>H</h1>").headline(), "H");
}

TEST(FillFromMetadata, ReadsTimeElements) {
  const v1::Article meant =
      FillPage(FillFromMetadata,
               "<nav><time datetime=2020-01-01>x</time></nav>"
               "<time datetime=2021-01-01></time>"
               "<time itemprop='datePublished' datetime=2022-01-01></time>"
               "<time itemprop='x dateModified' datetime=2023-01-01></time>");
  EXPECT_EQ(meant.date_published().raw(), "2022-01-01");
  EXPECT_EQ(meant.date_modified().raw(), "2023-01-01");
  const v1::Article plain =
      FillPage(FillFromMetadata,
               "<aside><time datetime=2020-01-01></time></aside>"
               "<time>2 May</time><time datetime=2021-01-01></time>");
  EXPECT_EQ(plain.date_published().raw(), "2021-01-01");
}

TEST(ExtractGeneric, MakesAnArticleOfAPlainPage) {
  const v1::Article article =
      FillPage(Generic,
               "<html lang=en><title>H</title><time datetime=2024-05-06></time>"
               "<p>One.</p><p>Two.</p>");
  EXPECT_EQ(article.headline(), "H");
  EXPECT_EQ(article.article_body(), "One.\nTwo.");
  EXPECT_EQ(article.date_published().raw(), "2024-05-06");
  EXPECT_EQ(article.in_language(), "en");
}

TEST(ExtractGeneric, GivesTheSameBytesForTheSamePage) {
  const std::string page =
      JsonLdPage(
          R"({"@type": "NewsArticle", "headline": "J", "author": "A"})") +
      "<meta property=og:image content=/1.jpg><p>One.</p>";
  EXPECT_EQ(FillPage(Generic, page).SerializeAsString(),
            FillPage(Generic, page).SerializeAsString());
}

TEST(ExtractGeneric, BoundsWhatAPageNamesWithoutEnd) {
  std::string metas;
  std::string json = R"({"@type": "Article", "headline": "H", "keywords": [)";
  for (int i = 0; i < 5'000; ++i) {
    const std::string n = std::to_string(i);
    metas += "<meta property=og:image content=/" + n + ".jpg>" +
             "<meta property=article:author content='Name " + n + "x'>";
    json += "\"k" + n + "&amp;\",";
  }
  const v1::Article article =
      FillPage(Generic, metas + JsonLdPage(json + "]}"));
  EXPECT_EQ(article.headline(), "H");
  EXPECT_EQ(article.images_size(), 100);
  EXPECT_EQ(article.authors_size(), 100);
  EXPECT_EQ(article.keywords_size(), 100);
}

TEST(PlainText, LeavesABombAlone) {
  std::string bomb;
  for (int i = 0; i < 2'000; ++i) bomb += "<div>";
  EXPECT_EQ(PlainText(bomb), bomb);
  std::string shallow;
  for (int i = 0; i < 100; ++i) shallow += "<div>";
  EXPECT_EQ(PlainText(shallow + "x"), shallow + "x");
}

TEST(WithoutSiteName, WantsASeparator) {
  EXPECT_EQ(WithoutSiteName("标题_澎湃新闻", "澎湃新闻"), "标题");
  EXPECT_EQ(WithoutSiteName("Site: A title", "Site"), "A title");
  EXPECT_EQ(WithoutSiteName("A day at the Guardian", "Guardian"),
            "A day at the Guardian");
  EXPECT_EQ(WithoutSiteName("Site", "Site"), "Site");
  EXPECT_EQ(WithoutSiteName("- Site", "Site"), "- Site");
  EXPECT_EQ(WithoutSiteName("A - B", ""), "A - B");
}

TEST(PlainText, ResolvesWhatWasEscapedTwice) {
  EXPECT_EQ(PlainText("A &amp; B&nbsp;&#39;c&#39;"), "A & B 'c'");
  EXPECT_EQ(PlainText("<b>A</b> &lt;i&gt;"), "A <i>");
  EXPECT_EQ(PlainText("R & D, a < b"), "R & D, a < b");
}

TEST(SplitList, SplitsAtEveryComma) {
  EXPECT_THAT(SplitList("a, b;c|d，e、f； ,g h "),
              ElementsAre("a", "b", "c", "d", "e", "f", "g h"));
  EXPECT_THAT(SplitList(""), ElementsAre());
}

}  // namespace
}  // namespace newsmill
