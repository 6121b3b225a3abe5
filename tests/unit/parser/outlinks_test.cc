#include "parser/outlinks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sites/rule_file.h"

namespace newsmill {
namespace {

using testing::ElementsAre;

// "kind url text" of every link.
std::vector<std::string> LinksOf(const std::string& html,
                                 const SiteCatalogue& sites = {}) {
  const auto document = Document::Parse(html, {});
  const auto page = Url::Parse("https://www.morgen.example/news/4711");
  std::vector<std::string> lines;
  for (const Outlink& link : FindOutlinks(*document, *page, sites)) {
    lines.push_back(std::string(NameOf(link.kind)) + " " + link.url + " " +
                    link.text);
  }
  return lines;
}

TEST(Outlinks, AreAbsoluteEachOnceWithTheFirstTextThatSaysSomething) {
  EXPECT_THAT(
      LinksOf("<a href='/a-long-title-of-it'><img></a>"
              "<a href='/a-long-title-of-it#top'> The\n title </a>"
              "<a href='javascript:x()'>no</a><a href='mailto:a@b'>no</a>"
              "<a href='#top'>self</a>"),
      ElementsAre(
          "article https://www.morgen.example/a-long-title-of-it The title"));
}

TEST(Outlinks, TellArticlesFromListsByTheirAddress) {
  EXPECT_THAT(
      LinksOf("<a href='/news/2024/05/06/x.html'>a</a>"
              "<a href='/story-1234567.html'>b</a>"
              "<a href='/'>c</a><a href='/politics/'>d</a>"
              "<a href='/a/b/c/d'>e</a>"),
      ElementsAre("article https://www.morgen.example/news/2024/05/06/x.html a",
                  "article https://www.morgen.example/story-1234567.html b",
                  "list https://www.morgen.example/ c",
                  "list https://www.morgen.example/politics/ d",
                  "other https://www.morgen.example/a/b/c/d e"));
}

TEST(Outlinks, KnowFeedsByTypeAndByAddress) {
  EXPECT_THAT(
      LinksOf("<link rel=alternate type='application/rss+xml' title=Alles "
              "href='/all'><link rel=alternate hreflang=fr href='/fr'>"
              "<a href='/feed/'>RSS</a><a href='/x.rss'>y</a>"),
      ElementsAre("feed https://www.morgen.example/all Alles",
                  "feed https://www.morgen.example/feed/ RSS",
                  "feed https://www.morgen.example/x.rss y"));
}

TEST(Outlinks, AskTheRuleOfTheSite) {
  const auto site =
      ReadSiteText("morgen", "rule.toml",
                   "[url]\nhosts = [\"www.morgen.example\"]\n"
                   "id = ['/n/(\\d+)']\nlist = ['^/all/of/it']\n");
  const auto sites = SiteCatalogue::Of({*site});
  EXPECT_THAT(LinksOf("<a href='/n/7'>a</a><a href='/all/of/it/all'>b</a>"
                      "<a href='/2024/05/06/no-article-at-all/x'>c</a>",
                      *sites),
              ElementsAre("article https://www.morgen.example/n/7 a",
                          "list https://www.morgen.example/all/of/it/all b",
                          "other https://www.morgen.example/2024/05/06/"
                          "no-article-at-all/x c"));
}

TEST(Outlinks, SayNothingOfOtherHostsPages) {
  EXPECT_THAT(LinksOf("<a href='https://else.example/2024/05/06/x.html'>a</a>"),
              ElementsAre("other https://else.example/2024/05/06/x.html a"));
}

}  // namespace
}  // namespace newsmill
