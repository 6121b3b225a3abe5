// A site is added as docs/add-a-site.md says, by the binary.

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/cli_fixture.h"

namespace newsmill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kUrl[] = "https://www.morgen.example/news/parks-4711234.html";

std::string Story(const std::string& share) {
  std::string text;
  for (const char* first : {"First. ", "Second. ", "Third. ", "Fourth. "}) {
    text += "<p>" + std::string(first) +
            "The town of Nowhere opened twelve parks along its river on "
            "Saturday, and the council said that more of them would follow in "
            "the spring, once the factory by the bridge has been cleared.</p>";
  }
  return "<!doctype html><html lang=en><head><title>Twelve parks open - Morgen"
         "</title></head><body><nav><a href=/>Home</a></nav><div class=story>"
         "<h1 class=headline>Twelve parks open</h1><p class=by>By Jane Doe</p>"
         "<div class=when>2026-07-20 08:15</div><div class=text>" +
         text + share + "</div></div></body></html>";
}

class RulesCommandTest : public CliTest {
 protected:
  RulesCommandTest() { Write("article.html", Story("")); }

  process::Completed New() {
    return Run({"rules", "new", "article.html", "--url", kUrl, "--site",
                "morgen", "--out", "sites"});
  }
  std::string Read(const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }
};

TEST_F(RulesCommandTest, AFirstRuleIsWrittenAndItsPageIsRight) {
  const auto written = New();
  ASSERT_EQ(written.status.code, 0) << written.errors;
  EXPECT_THAT(written.output,
              AllOf(HasSubstr("h1.headline"), HasSubstr("Twelve parks open")));
  const auto checked = Run({"rules", "check", "sites/morgen"});
  EXPECT_EQ(checked.status.code, 0) << checked.output;
  const auto tested = Run({"rules", "test", "sites/morgen"});
  EXPECT_EQ(tested.status.code, 0) << tested.output << tested.errors;
  const auto crawled = Run({"crawl", kUrl, "--html", "article.html", "--json"});
  EXPECT_THAT(crawled.output,
              AllOf(HasSubstr("\"morgen:4711234\""), HasSubstr("2026-07-20")));
}

TEST_F(RulesCommandTest, ARuleThatIsThereIsNotWrittenOver) {
  ASSERT_EQ(New().status.code, 0);
  const std::string before = Read("sites/morgen/rule.toml");
  const auto again = New();
  EXPECT_EQ(again.status.code, 64);
  EXPECT_THAT(again.errors, HasSubstr("there already"));
  EXPECT_EQ(Read("sites/morgen/rule.toml"), before);
}

TEST_F(RulesCommandTest, APageThatIsNoArticleGivesNoRule) {
  Write("empty.html", "<html><body><div></div></body></html>");
  const auto done =
      Run({"rules", "new", "empty.html", "--url", kUrl, "--out", "sites"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("no article"));
}

TEST_F(RulesCommandTest, APageOfUnknownOriginIsAskedFor) {
  const auto done = Run({"rules", "new", "article.html"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("--url"));
}

TEST_F(RulesCommandTest, ExplainsWhatGaveEachField) {
  ASSERT_EQ(New().status.code, 0);
  const auto explained =
      Run({"rules", "explain", "article.html", "--url", kUrl});
  EXPECT_EQ(explained.status.code, 0) << explained.errors;
  EXPECT_THAT(explained.output,
              AllOf(HasSubstr("morgen/rule.toml, revision 1"),
                    HasSubstr("* layout article"),
                    HasSubstr("headline  RULE  css h1.headline")));
  const auto json =
      Run({"rules", "explain", "article.html", "--url", kUrl, "--json"});
  EXPECT_THAT(json.output, HasSubstr("\"won\": true"));
  const auto nobody = Run(
      {"rules", "explain", "article.html", "--url", "https://else.example/1"});
  EXPECT_THAT(nobody.output, HasSubstr("none answers for this host"));
}

TEST_F(RulesCommandTest, CountsWhatTheRuleGaveAndWhatNoPageUsed) {
  ASSERT_EQ(New().status.code, 0);
  std::string rule = Read("sites/morgen/rule.toml");
  rule +=
      "\n[[verdict]]\nname = \"REMOVED\"\n"
      "when = [ { css = \".gone\", exists = true } ]\n";
  Write("sites/morgen/rule.toml", rule);
  const auto done = Run({"rules", "coverage", "sites/morgen"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.output, AllOf(HasSubstr("layout article: 1 page"),
                                 HasSubstr("unused verdict REMOVED")));
}

TEST_F(RulesCommandTest, LinksOfAPageAreListedWithTheirKinds) {
  const auto done =
      Run({"extract", "article.html", "--url", kUrl, "--links", "--json"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.output, AllOf(HasSubstr("\"kind\":\"list\""),
                                 HasSubstr("https://www.morgen.example/")));
  EXPECT_THAT(done.output, Not(HasSubstr("article_body")));
}

}  // namespace
}  // namespace newsmill
