#include "parser/rules/coverage.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/page_parser.h"

namespace newsmill::rules {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

namespace fs = std::filesystem;

constexpr char kRule[] = R"(schema = 1
site = "morgen"
revision = 1
[url]
hosts = ["morgen.example"]
[[verdict]]
name = "REMOVED"
when = [ { css = ".gone", exists = true } ]
[[layout]]
name = "plain"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headline = [ { css = "h1" } ]
description = [ { css = ".lead" }, { css = ".summary" } ]
[layout.body]
from = [ { css = ".text" }, { css = ".body" } ]
profile = "p"
[[layout]]
name = "old"
when = [ { css = "h5", exists = true } ]
[profile.p]
)";

class CoverageTest : public testing::Test {
 protected:
  CoverageTest() {
    std::string pattern = (fs::temp_directory_path() / "cover-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directories(root_ / "morgen/pages");
    Write("rule.toml", kRule);
  }
  ~CoverageTest() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / "morgen" / name) << text;
  }
  void WritePage(const std::string& name, const std::string& html) const {
    Write("pages/" + name + ".html", html);
    Write("pages/" + name + ".expect.json",
          "{\"page\": \"" + name +
              ".html\", \"page_url\": \"https://morgen.example/1\", "
              "\"expect\": {}}");
  }
  Result<CoverageReport> Cover() const {
    return CoverRule((root_ / "morgen/rule.toml").string());
  }

  fs::path root_;
};

const FieldCoverage* Find(const CoverageReport& report,
                          const std::string& name) {
  for (const FieldCoverage& field : report.fields) {
    if (field.field == name) return &field;
  }
  return nullptr;
}

TEST_F(CoverageTest, CountsWhoGaveEachField) {
  WritePage("a", "<h1>eins</h1><p class=lead>l</p><div class=text>t</div>");
  WritePage("b",
            "<meta name=description content=d><h1>zwei</h1>"
            "<div class=text>t</div>");
  WritePage("c", "<h1>drei</h1><div class=text>t</div>");
  const auto report = Cover();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->pages, 3);
  EXPECT_EQ(report->articles, 3);
  const FieldCoverage* headline = Find(*report, "headline");
  ASSERT_NE(headline, nullptr);
  EXPECT_EQ(headline->by_rule, 3);
  const FieldCoverage* description = Find(*report, "description");
  ASSERT_NE(description, nullptr);
  EXPECT_EQ(description->by_rule, 1);
  EXPECT_EQ(description->by_others, 1);
  EXPECT_EQ(description->missing, 1);
}

TEST_F(CoverageTest, NamesWhatNoPageReached) {
  WritePage("a", "<h1>eins</h1><p class=lead>l</p><div class=text>t</div>");
  const auto report = Cover();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->unused,
              ElementsAre("verdict REMOVED: css .gone exists",
                          "layout plain, description: css .summary",
                          "layout plain, body: css .body", "layout old"));
}

TEST_F(CoverageTest, CountsPagesByTheLayoutOrVerdictThatAnswered) {
  WritePage("a", "<h1>eins</h1><div class=text>t</div>");
  WritePage("b", "<p class=gone>weg</p>");
  WritePage("c", "<title>t</title><p>Ohne.</p>");
  const auto report = Cover();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->answers,
              ElementsAre(Pair("layout plain", 1), Pair("no layout", 1),
                          Pair("verdict REMOVED", 1)));
}

TEST_F(CoverageTest, TakesPagesThatNameTheirOwnUrl) {
  Write("pages/x.html",
        "<link rel=canonical href=https://morgen.example/7><h1>eins</h1>"
        "<div class=text>t</div>");
  Write("pages/y.html", "<h1>woher?</h1>");
  Write("pages/z.html",
        "<link rel=canonical href=https://abend.example/7><h1>fremd</h1>"
        "<p>Text</p>");
  const auto report = Cover();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->pages, 1);
  EXPECT_THAT(report->skipped,
              ElementsAre(Pair(HasSubstr("y.html"), HasSubstr("canonical")),
                          Pair(HasSubstr("z.html"), HasSubstr("no page of"))));
}

TEST_F(CoverageTest, AFolderWithoutPagesIsAnError) {
  const auto report = Cover();
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("no page in it"));
}

TEST_F(CoverageTest, AnExplanationSaysWhichSourceWonAndWhatTheOthersGive) {
  const std::vector<std::string> path = {root_.string()};
  const auto sites = SiteCatalogue::Load(path);
  const auto parser = PageParser::Load({}, path, *sites);
  ASSERT_TRUE(parser);
  v1::FetchedPage page;
  page.set_final_url("https://morgen.example/1");
  page.set_status(200);
  page.set_body(
      "<h1>eins</h1><p class=summary>s</p><div class=body>t</div>"
      "<div class=text></div>");
  const PageReport report = (*parser)->Report(page);
  EXPECT_EQ(report.rule.revision, 1);
  ASSERT_EQ(report.rule.verdicts.size(), 1U);
  EXPECT_FALSE(report.rule.verdicts[0].holds());
  ASSERT_EQ(report.rule.layouts.size(), 1U);
  EXPECT_THAT(report.rule.layouts[0].conditions,
              ElementsAre(Pair("css h1 exists", true)));
  ASSERT_EQ(report.rule.fields.size(), 3U);
  const TriedField& description = report.rule.fields[1];
  EXPECT_FALSE(description.sources[0].won);
  EXPECT_TRUE(description.sources[1].won);
  EXPECT_THAT(description.sources[1].values, ElementsAre("s"));
  const TriedField& body = report.rule.fields[2];
  EXPECT_FALSE(body.sources[0].won);
  EXPECT_TRUE(body.sources[1].won);
  EXPECT_FALSE(report.candidates.empty());
}

}  // namespace
}  // namespace newsmill::rules
