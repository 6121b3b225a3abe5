// What feeds and sitemaps may hold that is broken or meant ill.

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/seeds/documents.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ReadDocument;
using testing::UrlsOf;

constexpr char kOne[] =
    "<item><link>https://www.gazette.example/1</link></item>";

TEST(BrokenDocument, WhatStandsBeforeTheFaultIsUsed) {
  const SeedDocument document =
      ReadDocument(std::string("<rss><channel>\n") + kOne +
                   "\n<item><link>https://www.gazette.example/?a=1&b=2</link>"
                   "</item></channel></rss>");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
  EXPECT_THAT(document.problem, HasSubstr("line 3"));
}

TEST(BrokenDocument, AFaultFarDownCostsNoneOfTheEntriesFarAbove) {
  std::string text = "<rss><channel>";
  for (int i = 0; i < 1000; ++i) text += kOne;
  const SeedDocument document = ReadDocument(text + "<item>&</item>");
  EXPECT_EQ(document.entries.size(), 1000u);
  EXPECT_NE(document.problem, "");
}

TEST(BrokenDocument, ACutOneGivesItsWholeEntries) {
  const SeedDocument document =
      ReadDocument(std::string("<rss><channel>") + kOne +
                   "<item><link>https://www.gazette.example/2</link><title>Tw");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
  EXPECT_NE(document.problem, "");
}

TEST(BrokenDocument, WhatIsNoFeedIsNamed) {
  EXPECT_THAT(ReadDocument("<html><body>Not here</body></html>").problem,
              HasSubstr("neither a feed nor a sitemap: its root is <html>"));
  EXPECT_EQ(ReadDocument("").problem, "it is empty");
  EXPECT_EQ(ReadDocument(" \n").problem, "it is empty");
  for (const std::string& text :
       {std::string("{\"items\":[]}"), std::string("\x1f\x8b\x08\x00", 4),
        std::string("\xff\xfe"), std::string(100, '\0')}) {
    const SeedDocument document = ReadDocument(text);
    EXPECT_EQ(document.kind, SeedDocument::Kind::kUnknown);
    EXPECT_NE(document.problem, "");
  }
}

TEST(BrokenDocument, AnUnknownEncodingIsAFaultAndNoCrash) {
  const SeedDocument document =
      ReadDocument(std::string("<?xml version=\"1.0\" encoding=\"x-none\"?>") +
                   "<rss><channel>" + kOne + "</channel></rss>");
  EXPECT_NE(document.problem, "");
}

TEST(BrokenDocument, MarkupWhereALinkIsExpectedSpoilsTheLink) {
  const SeedDocument document = ReadDocument(
      "<rss><channel><item><link>https://www.gazette.example/"
      "<b>1</b></link></item></channel></rss>");
  EXPECT_THAT(document.entries, IsEmpty());
  EXPECT_EQ(document.unreadable, 1u);
}

// Nine entities, each ten of the one before: expanded, a gigabyte.
std::string EntityBomb(const std::string& body) {
  std::string text = "<!DOCTYPE rss [<!ENTITY e0 \"laughlaugh\">";
  for (int i = 1; i <= 9; ++i) {
    text += "<!ENTITY e" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) text += "&e" + std::to_string(i - 1) + ";";
    text += "\">";
  }
  return text + "]><rss><channel>" + kOne + body + kOne + "</channel></rss>";
}

TEST(HostileDocument, ABombOfEntitiesIsNotExpanded) {
  const SeedDocument in_text = ReadDocument(
      EntityBomb("<item><title>&e9;</title><link>https://a.example/&e9;</link>"
                 "</item>"));
  for (const std::string& url : UrlsOf(in_text)) {
    EXPECT_EQ(url, "https://www.gazette.example/1");
  }
  const SeedDocument in_attribute =
      ReadDocument(EntityBomb("<item><a href=\"&e9;\"/></item>"));
  EXPECT_THAT(in_attribute.problem, HasSubstr("entity"));
}

TEST(HostileDocument, AnEntityOfTheDocumentsOwnIsNoPartOfALink) {
  const SeedDocument document = ReadDocument(
      "<!DOCTYPE rss [<!ENTITY host \"other.example\">]><rss><channel>"
      "<item><link>https://&host;/1</link></item></channel></rss>");
  EXPECT_THAT(document.entries, IsEmpty());
  EXPECT_EQ(document.unreadable, 1u);
}

TEST(HostileDocument, NoFileOfThisMachineIsRead) {
  const std::filesystem::path file =
      std::filesystem::path(::testing::TempDir()) / "newsmill_secret.txt";
  std::ofstream(file) << "https://www.gazette.example/secret";
  const SeedDocument document = ReadDocument(
      "<!DOCTYPE rss [<!ENTITY x SYSTEM \"file://" + file.string() +
      "\"><!ENTITY % y SYSTEM \"file://" + file.string() +
      "\"> %y;]><rss><channel><item><link>&x;</link></item></channel></rss>");
  EXPECT_THAT(document.entries, IsEmpty());
  std::filesystem::remove(file);
}

TEST(HostileDocument, DepthIsBounded) {
  std::string text = "<rss><channel>" + std::string(kOne);
  for (int i = 0; i < 100'000; ++i) text += "<a>";
  const SeedDocument document = ReadDocument(text);
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
  EXPECT_THAT(document.problem, HasSubstr("deep"));
}

TEST(HostileDocument, ALongTextIsNoLink) {
  const SeedDocument document =
      ReadDocument("<rss><channel><item><link>https://a.example/" +
                   std::string(1'000'000, 'a') + "</link></item>" + kOne +
                   "</channel></rss>");
  EXPECT_THAT(UrlsOf(document), ElementsAre("https://www.gazette.example/1"));
  EXPECT_EQ(document.unreadable, 1u);
}

}  // namespace
}  // namespace newsmill
