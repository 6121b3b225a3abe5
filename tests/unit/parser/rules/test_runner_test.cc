#include "parser/rules/test_runner.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::rules {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class TestRunnerTest : public testing::Test {
 protected:
  TestRunnerTest() {
    std::string pattern = (fs::temp_directory_path() / "runs-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directories(root_ / "morgen/pages");
    Write("rule.toml", R"(schema = 1
site = "morgen"
revision = 1
[url]
hosts = ["morgen.example"]
id = ['/(\d+)']
article_url = "https://morgen.example/{id}"
[[verdict]]
name = "REMOVED"
when = [ { css = ".gone", exists = true } ]
[[layout]]
name = "plain"
when = [ { css = "h1", exists = true } ]
[layout.fields]
headline = [ { css = "h1" } ]
like_count = [ { css = "i", do = ["count"] } ]
[layout.body]
from = [ { css = "div" } ]
profile = "p"
[profile.p]
)");
    Write("pages/a.html", "<h1>eins</h1><i>0</i><div>zwei</div>");
  }
  ~TestRunnerTest() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / "morgen" / name) << text;
  }

  // The result of one page under this expectation.
  PageResult RunPage(const std::string& expectation) const {
    Write("pages/a.expect.json", expectation);
    const auto report = TestRule(file());
    if (!report) {
      ADD_FAILURE() << report.error().message;
      return {};
    }
    EXPECT_EQ(report->pages.size(), 1U);
    return report->pages.at(0);
  }

  std::string file() const { return (root_ / "morgen/rule.toml").string(); }

  fs::path root_;
};

TEST_F(TestRunnerTest, ComparesTheFieldsThatAreNamed) {
  const PageResult page = RunPage(R"({"page": "a.html",
    "page_url": "https://morgen.example/7",
    "expect": {"headline": "eins", "like_count": "0", "byline": null},
    "not_in_body": ["eins"]})");
  EXPECT_TRUE(page.right()) << page.error;
  EXPECT_EQ(page.fields.size(), 4U);
}

TEST_F(TestRunnerTest, SaysWhatWasWantedAndWhatCame) {
  const PageResult page = RunPage(R"({"page": "a.html",
    "page_url": "https://morgen.example/7",
    "expect": {"headline": "zwei", "article_id": null},
    "not_in_body": ["zwei"]})");
  EXPECT_FALSE(page.right());
  ASSERT_EQ(page.fields.size(), 3U);
  EXPECT_EQ(page.fields[0].want, "\"zwei\"");
  EXPECT_EQ(page.fields[0].got, "\"eins\"");
  EXPECT_EQ(page.fields[1].want, "null");
  EXPECT_EQ(page.fields[1].got, "\"7\"");
  EXPECT_EQ(page.fields[2].field, "not_in_body");
  EXPECT_FALSE(page.fields[2].right);
}

TEST_F(TestRunnerTest, ExpectsVerdictsToo) {
  Write("pages/a.html", "<p class=gone>weg</p>");
  EXPECT_TRUE(RunPage(R"({"page": "a.html",
    "page_url": "https://morgen.example/7",
    "expect": {"verdict": "GONE", "reason": "REASON_REMOVED"}})")
                  .right());
}

TEST_F(TestRunnerTest, AnExpectationThatCannotBeReadIsWrong) {
  EXPECT_THAT(RunPage("{").error, testing::Not(testing::IsEmpty()));
  EXPECT_THAT(
      RunPage(R"({"page": "b.html", "page_url": "https://morgen.example/7",
    "expect": {"headline": "eins"}})")
          .error,
      HasSubstr("b.html"));
  EXPECT_THAT(
      RunPage(R"({"page": "a.html", "expect": {"headline": "eins"}})").error,
      HasSubstr("page_url"));
}

TEST_F(TestRunnerTest, AnExpectationOfNothingIsNotRight) {
  EXPECT_FALSE(RunPage(R"({"page": "a.html",
    "page_url": "https://morgen.example/7", "expect": {}})")
                   .right());
}

TEST_F(TestRunnerTest, AFolderWithoutExpectationsIsAnError) {
  const auto report = TestRule(file());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kNotFound);
}

TEST_F(TestRunnerTest, ABrokenRuleIsAnError) {
  Write("rule.toml", "schema = 1\n");
  const auto report = TestRule(file());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kBadConfiguration);
}

}  // namespace
}  // namespace newsmill::rules
