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

TEST(DecideDates, TakesTheDayThatMostNameAndItsFullestValue) {
  const v1::Article article = FillPage(
      FillFromMetadata,
      "<meta property=article:published_time content=2024-05-06>"
      "<h1>T</h1><time datetime='2024-05-06T07:08:00+02:00'>6 May</time>");
  EXPECT_EQ(TimeOf(article.date_published()), "2024-05-06T05:08:00.000Z");
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
