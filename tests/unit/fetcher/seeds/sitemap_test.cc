// Sitemaps (sitemaps.org), with news, and indexes of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/seeds/documents.h"

namespace newsmill {
namespace {

using testing::DateOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ReadDocument;
using testing::UrlsOf;

constexpr char kHead[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" "
    "xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\" "
    "xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">";

TEST(Sitemap, NamesItsLocationsWithTheirDates) {
  const SeedDocument document = ReadDocument(
      std::string(kHead) +
      "<url><loc>https://www.gazette.example/1?a=1&amp;b=2</loc>"
      "<lastmod>2026-07-24</lastmod><changefreq>daily</changefreq></url>"
      "<url><loc>\n https://www.gazette.example/2 \n</loc></url>"
      "<url><loc>ftp://www.gazette.example/3</loc></url></urlset>");
  EXPECT_EQ(document.kind, SeedDocument::Kind::kSitemap);
  EXPECT_EQ(document.problem, "");
  EXPECT_THAT(UrlsOf(document),
              ElementsAre("https://www.gazette.example/1?a=1&b=2",
                          "https://www.gazette.example/2"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-24T00:00:00.000Z");
  EXPECT_EQ(DateOf(document, 1), "");
  EXPECT_EQ(document.unreadable, 1u);
}

TEST(Sitemap, NewsSayWhenTheyWerePublished) {
  const SeedDocument document = ReadDocument(
      std::string(kHead) +
      "<url><loc>https://www.gazette.example/1</loc><news:news>"
      "<news:publication><news:name>Gazette</news:name></news:publication>"
      "<news:publication_date>2026-07-24T20:01:00+08:00"
      "</news:publication_date><news:title>One</news:title></news:news>"
      "<image:image><image:loc>https://img.example/1.png</image:loc>"
      "</image:image></url></urlset>");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-24T12:01:00.000Z");
}

TEST(Sitemap, WithoutItsNamespaceItIsReadAllTheSame) {
  const SeedDocument document = ReadDocument(
      "<urlset><url><loc>https://www.gazette.example/1</loc></url></urlset>");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
}

TEST(Sitemap, AnIndexNamesSitemaps) {
  const SeedDocument document = ReadDocument(
      "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"
      "<sitemap><loc>https://www.gazette.example/a.xml.gz</loc>"
      "<lastmod>2026-07-24T20:01:02Z</lastmod></sitemap>"
      "<sitemap><loc>/b.xml</loc></sitemap></sitemapindex>");
  EXPECT_EQ(document.kind, SeedDocument::Kind::kSitemapIndex);
  EXPECT_THAT(UrlsOf(document),
              ElementsAre("https://www.gazette.example/a.xml.gz",
                          "https://www.gazette.example/b.xml"));
  EXPECT_EQ(DateOf(document, 0), "2026-07-24T20:01:02.000Z");
}

TEST(Sitemap, MayBeLinesOfText) {
  const SeedDocument document = ReadDocument(
      "\xef\xbb\xbfhttps://www.gazette.example/1\r\n"
      "https://www.gazette.example/2\n\nnonsense\n");
  EXPECT_EQ(document.kind, SeedDocument::Kind::kSitemap);
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1",
                                            "https://www.gazette.example/2"));
  EXPECT_EQ(document.unreadable, 1u);
}

TEST(Sitemap, NoMoreThanTheProtocolsNumberIsTaken) {
  std::string text = kHead;
  for (size_t i = 0; i <= kMostSeedEntries; ++i) {
    text += "<url><loc>https://a.example/" + std::to_string(i) + "</loc></url>";
  }
  const SeedDocument document = ReadDocument(text + "</urlset>");
  EXPECT_EQ(document.entries.size(), kMostSeedEntries);
  EXPECT_THAT(document.problem, HasSubstr("more than 50000"));
}

}  // namespace
}  // namespace newsmill
