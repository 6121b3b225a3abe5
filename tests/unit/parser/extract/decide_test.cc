#include <gmock/gmock.h>

#include "parser/extract/generic.h"
#include "parser/extract/metadata.h"
#include "tests/unit/parser/extract/pages.h"

// What the places of a page agree on.

namespace newsmill {
namespace {

using testing::ElementsAre;

std::string HeadlineOf(std::string_view html) {
  return FillPage(FillFromMetadata, html).headline();
}

std::vector<std::string> Authors(std::string_view html) {
  std::vector<std::string> names;
  const v1::Article article = FillPage(FillFromMetadata, html);
  for (const v1::Person& person : article.authors()) {
    names.push_back(person.name());
  }
  return names;
}

TEST(DecideTitle, TakesTheHeadingOverWhatSearchEnginesAreTold) {
  EXPECT_EQ(HeadlineOf("<title>Council budget 2024: all figures</title>"
                       "<meta property=og:title "
                       "content='Council budget 2024: all figures'>"
                       "<h1>Council agrees on its budget</h1>"),
            "Council agrees on its budget");
}

TEST(DecideTitle, TakesWhatTwoSayOverAHeading) {
  EXPECT_EQ(HeadlineOf(JsonLdPage(R"({"@type": "NewsArticle",
                                      "headline": "Council agrees"})") +
                       "<meta property=og:title content='Council agrees'>"
                       "<h1>All about the council</h1>"),
            "Council agrees");
}

TEST(DecideTitle, DoesNotTakeASectionHeadingForTheTitle) {
  EXPECT_EQ(HeadlineOf("<title>Council agrees on budget - City</title>"
                       "<meta property=og:title "
                       "content='Council agrees on budget'>"
                       "<h1>More from town</h1>"),
            "Council agrees on budget");
}

TEST(DecideTitle, LeavesSiteAndSectionOff) {
  EXPECT_EQ(HeadlineOf("<meta property=og:site_name content='The Daily'>"
                       "<meta property=article:section content=City>"
                       "<title>Council agrees | City | The Daily</title>"),
            "Council agrees");
  EXPECT_EQ(HeadlineOf("<title>Council agrees - News.example</title>"),
            "Council agrees")
      << "the host is a name of the site";
  EXPECT_EQ(
      HeadlineOf("<title>某某大桥今日通车运行首日车流量大_某某网</title>"),
      "某某大桥今日通车运行首日车流量大");
}

TEST(DecideTitle, FindsALineThatTheTitleRepeats) {
  EXPECT_EQ(HeadlineOf("<title>Council agrees on its budget | Unknown</title>"
                       "<div class=x>Council agrees on its budget</div>"),
            "Council agrees on its budget");
}

TEST(DecideTitle, DropsSoftHyphens) {
  EXPECT_EQ(HeadlineOf("<h1>Ver&shy;fas&shy;sungs&shy;beschwerde</h1>"),
            "Verfassungsbeschwerde");
}

TEST(DecideTitle, TakesNoLinkToTheFrontPageForATitle) {
  for (const char* home :
       {"/", "https://news.example/",
        "https://archive.example/web/1/http://old.example"}) {
    EXPECT_EQ(HeadlineOf("<title>Council agrees | Town talk</title><h1><a "
                         "href='" +
                         std::string(home) + "'>Town talk</a></h1>"),
              "Council agrees")
        << home;
  }
  EXPECT_EQ(HeadlineOf("<title>x</title><h1><a href=/a/1.html>Council agrees"
                       "</a></h1>"),
            "Council agrees");
}

TEST(DecideTitle, TellsTheHeadlineFromTheNameOfABlog) {
  EXPECT_EQ(HeadlineOf("<title>The council agrees on it | Town talk</title>"
                       "<h1>Town talk</h1><h2>The council agrees on it</h2>"),
            "The council agrees on it");
  EXPECT_EQ(HeadlineOf("<title>Council agrees — Town talk of every day</title>"
                       "<meta property=og:title "
                       "content='Council agrees — Town talk of every day'>"
                       "<b>Town talk of every day</b><h1>Council agrees</h1>"),
            "Council agrees");
}

TEST(DecideTitle, CutsAChineseTitleBehindAFullWidthMark) {
  EXPECT_EQ(
      HeadlineOf("<title>大桥通车首日车流量大，市民点赞！-某新网</title>"),
      "大桥通车首日车流量大，市民点赞！");
}

TEST(DecideAuthors, PrefersPersonsToTheMedium) {
  EXPECT_THAT(Authors("<meta name=author content='Example News'>"
                      "<meta property=og:site_name content='Example News'>"
                      "<h1>Title</h1><div class=byline>By Ada Byron</div>"),
              ElementsAre("Ada Byron"));
}

TEST(DecideAuthors, TakesNoReaderForAnAuthor) {
  EXPECT_THAT(
      Authors("<h1>Title</h1><p>Text.</p><p>Text.</p><div class=comments>"
              "<span class=author>Bob Hall</span> says</div>"),
      ElementsAre());
}

TEST(DecideAuthors, ReadsMicrodataAndRelAuthor) {
  EXPECT_THAT(Authors("<h1>T</h1><span itemprop=author itemscope>"
                      "<span itemprop=name>Ada Byron</span></span>"),
              ElementsAre("Ada Byron"));
  const v1::Article article = FillPage(
      FillFromMetadata, "<h1>T</h1><a rel=author href=/ada>Ada Byron</a>");
  ASSERT_EQ(article.authors_size(), 1);
  EXPECT_EQ(article.authors(0).url(), "https://news.example/ada");
  EXPECT_EQ(SourceOf(article, "authors"), "HTML a[rel=author]");
}

TEST(DecideAuthors, KeepsTheLongerListThatIsConfirmed) {
  EXPECT_THAT(Authors(JsonLdPage(R"({"@type": "NewsArticle", "headline": "T",
                      "author": [{"name": "Ada Byron"},
                                 {"name": "Bob Hall"}]})") +
                      "<h1>T</h1><span class=author>Ada Byron</span>"),
              ElementsAre("Ada Byron", "Bob Hall"));
}

TEST(DecideAuthors, TellsNamesApartThatTheirElementsTellApart) {
  EXPECT_THAT(Authors("<h1>T</h1><div class=byline><span>Ada Byron</span> "
                      "<span>Bob Van Hall</span></div>"),
              ElementsAre("Ada Byron", "Bob Van Hall"));
  EXPECT_THAT(Authors("<h1>T</h1><div class=byline><span>Ada</span> "
                      "<span>Byron</span></div>"),
              ElementsAre("Ada Byron"));
  EXPECT_THAT(Authors("<h1>标题</h1><div class=author><a>王文</a><span>"
                      "某大学研究院执行院长</span></div>"),
              ElementsAre("王文"));
}

TEST(DecideAuthors, FollowsALinkToAnAuthorsPage) {
  EXPECT_THAT(Authors("<h1>T</h1><p>x</p><p><a href=/about/editors/ada-byron/>"
                      "Ada Byron</a>, <a href=/about/editors/bob-hall/>Bob "
                      "Hall</a></p>"),
              ElementsAre("Ada Byron", "Bob Hall"));
  EXPECT_THAT(
      Authors("<h1>T</h1><p>In the first set, on a slow court, <a "
              "href=/editors/ada-byron>Ada Byron</a> had the better start, "
              "and it took Bob Hall an hour to find his game again.</p>"),
      ElementsAre())
      << "in a sentence it is somebody who is written about";
  EXPECT_THAT(Authors("<h1>T</h1><a href=/editors/8>Ada Byron</a>"),
              ElementsAre());
}

TEST(DecideAuthors, ReadsTheLabelsOfCards) {
  EXPECT_THAT(
      Authors("<meta name=twitter:label1 content='Verfasst von'>"
              "<meta name=twitter:data1 content='Ada'>"
              "<meta name=twitter:label2 content='Lesezeit'>"
              "<meta name=twitter:data2 content='3 Minuten'><h1>T</h1>"),
      ElementsAre("Ada"));
}

TEST(DecideAuthors, ReadsALabelThatStandsAlone) {
  EXPECT_THAT(Authors("<h1>T</h1><h4>Autor</h4><p><b>Ada Byron</b></p>"),
              ElementsAre("Ada Byron"));
}

TEST(DecideAuthors, ReadsTheOnlySignature) {
  std::string text = "<h1>T</h1>";
  for (int i = 0; i < 100; ++i) text += "<p>Text.</p>";
  EXPECT_THAT(Authors(text + "<p><em>Von Ada Byron</em></p>"),
              ElementsAre("Ada Byron"));
  EXPECT_THAT(
      Authors(text + "<p>Von Ada Byron</p><p>Other</p><p>Von Bob Hall</p>"),
      ElementsAre())
      << "several announce other articles";
}

TEST(DecideAuthors, TakesThePenNameThatIsLinkedAsTheAuthor) {
  EXPECT_THAT(Authors("<h1>T</h1>By <a rel=author href=/1>ada22</a>"),
              ElementsAre("ada22"));
}

TEST(DecideAuthors, ReadsTheFooterOfTheArticleItself) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "<p>Text.</p>";
  EXPECT_THAT(Authors("<article><h1>T</h1>" + text +
                      "<footer><span class=author>Ada Byron</span></footer>"
                      "</article>"),
              ElementsAre("Ada Byron"));
}

TEST(DecideAuthors, TellsReportersFromEditorsOnChinesePages) {
  const v1::Article article = FillPage(
      FillFromMetadata,
      "<h1>大桥通车</h1><p>本报讯（记者 张三、李四）大桥今天上午正式通车，"
      "首日车流量达到三万辆，市民纷纷前来体验这座期待已久的大桥。</p>"
      "<p>（责任编辑：王五）</p>");
  ASSERT_EQ(article.authors_size(), 2);
  EXPECT_EQ(article.authors(0).name(), "张三");
  EXPECT_EQ(article.authors(1).name(), "李四");
  ASSERT_EQ(article.editors_size(), 1);
  EXPECT_EQ(article.editors(0).name(), "王五");
  EXPECT_EQ(article.editors(0).role(), "责任编辑");
}

TEST(DecideDates, TakesTheDayThatMostNameAndItsFullestValue) {
  const v1::Article article = FillPage(
      FillFromMetadata,
      "<meta property=article:published_time content=2024-05-06>"
      "<h1>T</h1><time datetime='2024-05-06T07:08:00+02:00'>6 May</time>");
  EXPECT_EQ(TimeOf(article.date_published()), "2024-05-06T05:08:00.000Z");
}

TEST(DecideDates, AChinesePageWithoutARuleHasTheClockOfChina) {
  const std::string text =
      "<p>"
      "大桥今天上午正式通车，首日车流量达到三万辆，市民纷纷前来体验这座期待已久"
      "的大桥。</p>";
  const auto date = [&](const std::string& html, int site_offset) {
    PageContext context = ExampleContext();
    context.default_utc_offset_minutes = site_offset;
    v1::Article article;
    FillFromMetadata(ParsePage(html), context, &article);
    return article.date_published();
  };
  const std::string chinese =
      "<h1>标题</h1><p>2024-05-06 07:08</p>" + text + text;
  EXPECT_EQ(TimeOf(date(chinese, 0)), "2024-05-05T23:08:00.000Z");
  EXPECT_TRUE(date(chinese, 0).zone_assumed());
  EXPECT_EQ(TimeOf(date(chinese, 60)), "2024-05-06T06:08:00.000Z")
      << "the rule knows better";
  EXPECT_EQ(TimeOf(date("<h1>T</h1><p>2024-05-06 07:08</p>", 0)),
            "2024-05-06T07:08:00.000Z");
}

TEST(DecideDates, IgnoresTheFuture) {
  const v1::Article article =
      FillPage(FillFromMetadata,
               "<meta property=article:published_time content=2044-05-06>"
               "<h1>T</h1><div class=date>3 May 2024</div>");
  EXPECT_EQ(article.date_published().raw(), "3 May 2024");
}

TEST(DecideDates, TellsPublishedFromModified) {
  const v1::Article article =
      FillPage(FillFromMetadata,
               "<h1>T</h1><div class=meta>Published: 10:00 am, 3 May 2024 "
               "Updated: 10:09 am, 4 May 2024</div>");
  EXPECT_EQ(TimeOf(article.date_published()), "2024-05-03T02:00:00.000Z");
  EXPECT_EQ(TimeOf(article.date_modified()), "2024-05-04T02:09:00.000Z");
}

TEST(DecideDates, ReadsALineUnderTheHeading) {
  const v1::Article article = FillPage(
      FillFromMetadata,
      "<h1>标题</h1><p>2024年05月06日 07:08 来源：某某网</p><p>正文。</p>");
  EXPECT_EQ(article.date_published().raw(), "2024年05月06日 07:08");
  EXPECT_EQ(SourceOf(article, "date_published"), "HTML text");
}

TEST(DecideDates, LeavesCommentsAndRelatedAlone) {
  const v1::Article article =
      FillPage(FillFromMetadata,
               "<h1>T</h1><div class=date>3 May 2024</div><p>Text.</p>"
               "<div class=comments><time datetime=2024-05-05>5 May</time>"
               "<time datetime=2024-05-05>5 May</time></div>");
  EXPECT_EQ(article.date_published().raw(), "3 May 2024");
}

TEST(DecideLanguage, BelievesTheTextWhereItIsClear) {
  const std::string german =
      "<p>Der Rat der Stadt hat sich am Montag auf einen Haushalt für das Jahr "
      "geeinigt, und die Mehrheit ist nicht groß.</p><p>Mit dem Geld werden "
      "die "
      "Schulen und auch die Straßen gebaut, wie es in einer Erklärung von der "
      "Verwaltung heißt, die noch nicht alle kennen.</p>";
  EXPECT_EQ(FillPage(FillFromMetadata, "<html lang=en>" + german).in_language(),
            "de");
  EXPECT_EQ(FillPage(FillFromMetadata, german).in_language(), "de");
  EXPECT_EQ(
      FillPage(FillFromMetadata, "<html lang=de-AT>" + german).in_language(),
      "de-AT");
}

TEST(DecideLanguage, BelievesThePageWhereTheTextIsShort) {
  EXPECT_EQ(
      FillPage(FillFromMetadata, "<html lang=nb-NO><p>Hei</p>").in_language(),
      "no-NO");
}

}  // namespace
}  // namespace newsmill
