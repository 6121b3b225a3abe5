// Feeds as publishers write them: RSS 2.0, RSS 1.0, Atom.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/seeds/documents.h"

namespace newsmill {
namespace {

using testing::DateOf;
using ::testing::ElementsAre;
using testing::ReadDocument;
using testing::UrlsOf;

std::string Rss(const std::string& items) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<rss version=\"2.0\" "
         "xmlns:atom=\"http://www.w3.org/2005/Atom\" "
         "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
         "xmlns:media=\"http://search.yahoo.com/mrss/\" "
         "xmlns:feedburner=\"http://rssnamespace.org/feedburner/ext/1.0\">"
         "<channel><title>Gazette</title>"
         "<link>https://www.gazette.example/</link>"
         "<atom:link rel=\"self\" href=\"https://www.gazette.example/rss\"/>"
         "<pubDate>Fri, 24 Jul 2026 00:00:00 GMT</pubDate>"
         "<image><url>https://www.gazette.example/logo.png</url>"
         "<link>https://www.gazette.example/logo</link></image>" +
         items + "</channel></rss>";
}

TEST(Rss, NamesTheLinksOfItsItemsWithTheirDates) {
  const SeedDocument document = ReadDocument(
      Rss("<item><title>One</title><link>https://www.gazette.example/1</link>"
          "<pubDate>Fri, 24 Jul 2026 20:01:02 +0800</pubDate></item>"
          "<item><title>Two</title><link>https://www.gazette.example/2</link>"
          "<dc:date>2026-07-23T10:00:00Z</dc:date></item>"
          "<item><link>https://www.gazette.example/3</link></item>"));
  EXPECT_EQ(document.kind, SeedDocument::Kind::kFeed);
  EXPECT_EQ(document.problem, "");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1",
                                            "https://www.gazette.example/2",
                                            "https://www.gazette.example/3"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-24T12:01:02.000Z");
  EXPECT_EQ(DateOf(document, 1), "2026-07-23T10:00:00.000Z");
  EXPECT_EQ(DateOf(document, 2), "") << "the channel's date is not its own";
}

TEST(Rss, TheDateOfAChangeGoesBeforeThatOfPublication) {
  const SeedDocument document = ReadDocument(
      Rss("<item><link>https://www.gazette.example/1</link>"
          "<atom:updated>2026-07-25T00:00:00Z</atom:updated>"
          "<pubDate>Fri, 24 Jul 2026 20:01:02 GMT</pubDate></item>"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-25T00:00:00.000Z");
}

TEST(Rss, ReadsCdataBlanksAndCharacterReferences) {
  const SeedDocument document = ReadDocument(
      Rss("<item><link>\n  <![CDATA[https://www.gazette.example/1?a=1&b=2]]>"
          "\n</link></item>"
          "<item><link>https://www.gazette.example/2?a=1&amp;b=2</link></item>"
          "<item><link>https://www.gazette.example/&#51;</link></item>"));
  EXPECT_THAT(UrlsOf(document),
              ElementsAre("https://www.gazette.example/1?a=1&b=2",
                          "https://www.gazette.example/2?a=1&b=2",
                          "https://www.gazette.example/3"));
}

TEST(Rss, AGuidStandsInForAMissingLink) {
  const SeedDocument document = ReadDocument(
      Rss("<item><guid>https://www.gazette.example/1</guid></item>"
          "<item><guid isPermaLink=\"false\">https://www.gazette.example/2"
          "</guid></item>"
          "<item><guid>tag:gazette.example,2026:3</guid></item>"
          "<item><title>nothing</title></item>"));
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
  EXPECT_EQ(document.unreadable, 3u);
}

TEST(Rss, TheLinkBehindACounterIsTheArticles) {
  const SeedDocument document =
      ReadDocument(Rss("<item><link>https://feeds.example/~r/1</link>"
                       "<feedburner:origLink>https://www.gazette.example/1"
                       "</feedburner:origLink></item>"));
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
}

TEST(Rss, WhatBelongsToAPictureIsNotTheItems) {
  const SeedDocument document = ReadDocument(
      Rss("<item><media:group><media:link>https://img.example/1</media:link>"
          "<link>https://img.example/2</link></media:group>"
          "<source><link>https://other.example/</link></source>"
          "<link>https://www.gazette.example/1</link></item>"));
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
}

TEST(Rss, RelativeLinksCountFromTheDocument) {
  const SeedDocument document = ReadDocument(
      Rss("<item><link>/news/1</link></item><item><link>2</link></item>"
          "<item><link>//m.gazette.example/3</link></item>"));
  EXPECT_THAT(UrlsOf(document),
              ElementsAre("https://www.gazette.example/news/1",
                          "https://www.gazette.example/feeds/2",
                          "https://m.gazette.example/3"));
}

TEST(Rss, VersionOneIsReadLikewise) {
  const SeedDocument document = ReadDocument(
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
      "xmlns=\"http://purl.org/rss/1.0/\" "
      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
      "<channel rdf:about=\"https://www.gazette.example/\">"
      "<link>https://www.gazette.example/</link></channel>"
      "<item rdf:about=\"https://www.gazette.example/1\">"
      "<link>https://www.gazette.example/1?utm_source=rss</link>"
      "<dc:date>2026-07-24</dc:date></item>"
      "<item rdf:about=\"https://www.gazette.example/2\"/></rdf:RDF>");
  EXPECT_EQ(document.format, "RSS 1.0");
  EXPECT_THAT(UrlsOf(document),
              ElementsAre("https://www.gazette.example/1?utm_source=rss",
                          "https://www.gazette.example/2"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-24T00:00:00.000Z");
}

TEST(Rss, AnOldDoctypeDoesNoHarm) {
  const SeedDocument document = ReadDocument(
      "<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" "
      "\"http://my.netscape.com/publish/formats/rss-0.91.dtd\">"
      "<rss version=\"0.91\"><channel><item><title>caf&eacute;</title>"
      "<link>https://www.gazette.example/1</link></item></channel></rss>");
  EXPECT_EQ(document.problem, "");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
}

TEST(Atom, NamesTheAlternateLinkOfItsEntries) {
  const SeedDocument document = ReadDocument(
      "<feed xmlns=\"http://www.w3.org/2005/Atom\">"
      "<link href=\"https://www.gazette.example/\"/>"
      "<updated>2026-07-26T00:00:00Z</updated>"
      "<entry><id>tag:gazette.example,2026:1</id>"
      "<link rel=\"enclosure\" href=\"https://img.example/1.mp3\"/>"
      "<link rel=\"alternate\" href=\"https://www.gazette.example/1\"/>"
      "<published>2026-07-24T10:00:00Z</published>"
      "<updated>2026-07-25T10:00:00+02:00</updated></entry>"
      "<entry><link href=\"https://www.gazette.example/2\"/>"
      "<source><link href=\"https://other.example/\"/>"
      "<updated>2001-01-01T00:00:00Z</updated></source>"
      "<published>2026-07-24T10:00:00Z</published></entry>"
      "<entry><link rel=\"self\" href=\"https://www.gazette.example/3\"/>"
      "</entry></feed>");
  EXPECT_EQ(document.format, "Atom");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1",
                                            "https://www.gazette.example/2"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-25T08:00:00.000Z");
  EXPECT_EQ(DateOf(document, 1), "2026-07-24T10:00:00.000Z");
  EXPECT_EQ(document.unreadable, 1u);
}

TEST(Atom, LinksCountFromTheNearestXmlBase) {
  const SeedDocument document = ReadDocument(
      "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
      "xml:base=\"https://www.gazette.example/news/\">"
      "<entry xml:base=\"world/\"><link href=\"1\"/></entry>"
      "<entry><link href=\"2\" xml:base=\"/sport/\"/></entry>"
      "<entry><link href=\"3\"/></entry></feed>");
  EXPECT_THAT(UrlsOf(document),
              ElementsAre("https://www.gazette.example/news/world/1",
                          "https://www.gazette.example/sport/2",
                          "https://www.gazette.example/news/3"));
}

TEST(FeedEncoding, AByteOrderMarkAndBlankLinesBeforeItAreNoHarm) {
  const std::string rss =
      Rss("<item><link>https://www.gazette.example/1</link></item>");
  for (const char* before : {"\xef\xbb\xbf", "\n\n ", "\xef\xbb\xbf\n"}) {
    const SeedDocument document = ReadDocument(before + rss);
    EXPECT_EQ(document.problem, "");
    EXPECT_EQ(document.entries.size(), 1u);
  }
}

TEST(FeedEncoding, ReadsUtf16) {
  std::string wide = "\xff\xfe";
  for (const char c :
       std::string("<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss><channel>"
                   "<item><link>https://www.gazette.example/1</link></item>"
                   "</channel></rss>")) {
    wide += c;
    wide += '\0';
  }
  const SeedDocument document = ReadDocument(wide);
  EXPECT_EQ(document.problem, "");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
}

// 镕 is in GBK and not in GB2312.
constexpr char kChineseItem[] =
    "<rss><channel><item><title>\xd6\xec\xe9\x46</title>"
    "<link>https://www.gazette.example/1</link></item></channel></rss>";

TEST(FeedEncoding, TheGreaterChineseSetStandsBehindTheNameOfTheSmaller) {
  const SeedDocument document =
      ReadDocument(std::string("<?xml version=\"1.0\" encoding=\"gb2312\"?>") +
                   kChineseItem);
  EXPECT_EQ(document.problem, "");
  EXPECT_EQ(document.entries.size(), 1u);
}

TEST(FeedEncoding, TheContentTypeIsBelievedWhereTheDocumentSaysNothing) {
  EXPECT_EQ(ReadDocument(kChineseItem, "GBK").problem, "");
  EXPECT_NE(ReadDocument(kChineseItem).problem, "");
  const SeedDocument lied_to =
      ReadDocument(Rss("<item><title>caf\xc3\xa9</title>"
                       "<link>https://www.gazette.example/1</link></item>"),
                   "us-ascii");
  EXPECT_EQ(lied_to.problem, "") << "the document says UTF-8";
}

}  // namespace
}  // namespace newsmill
