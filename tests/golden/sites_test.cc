#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/rules/check.h"
#include "parser/rules/rule_set.h"
#include "parser/rules/test_runner.h"

namespace newsmill {
namespace {

constexpr char kSites[] = NEWSMILL_SOURCE_DIR "/sites";

std::vector<std::string> Files() {
  const auto files = rules::RuleFiles({kSites});
  EXPECT_TRUE(files) << files.error().message;
  return files ? *files : std::vector<std::string>();
}

std::string SiteOf(const std::string& file) {
  return std::filesystem::path(file).parent_path().filename().string();
}

// One test per folder of sites/, so that each is seen by name.
class Site : public testing::TestWithParam<std::string> {};

TEST_P(Site, RuleIsSoundAndItsRevisionIsPublished) {
  for (const rules::Finding& finding :
       rules::CheckRules({GetParam()}, false).findings) {
    ADD_FAILURE() << finding.text();
  }
}

TEST_P(Site, SavedPagesGiveWhatIsExpected) {
  const auto report = rules::TestRule(GetParam());
  ASSERT_TRUE(report) << report.error().message;
  for (const rules::PageResult& page : report->pages) {
    EXPECT_EQ(page.error, "") << page.expectation;
    EXPECT_THAT(page.fields, testing::Not(testing::IsEmpty()))
        << page.expectation;
    for (const rules::FieldResult& field : page.fields) {
      EXPECT_TRUE(field.right)
          << page.expectation << ": " << field.field << "\n  want "
          << field.want << "\n  got  " << field.got;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Folders, Site, testing::ValuesIn(Files()),
                         [](const auto& each) {
                           std::string name = SiteOf(each.param);
                           for (char& c : name) {
                             if (c == '-' || c == '.') c = '_';
                           }
                           return name;
                         });

TEST(Sites, AreThoseThatSelectorsAreKnownOf) {
  std::vector<std::string> names;
  for (const std::string& file : Files()) names.push_back(SiteOf(file));
  EXPECT_THAT(
      names, testing::IsSupersetOf({"163", "chinanews", "guancha", "huanqiu",
                                    "ifeng", "people", "qq", "sina", "thepaper",
                                    "weixin", "xinhuanet"}));
}

}  // namespace
}  // namespace newsmill
