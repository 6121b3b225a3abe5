#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/rules/check.h"
#include "parser/rules/test_runner.h"

namespace newsmill {
namespace {

using testing::IsEmpty;

constexpr char kRuleFile[] = NEWSMILL_SOURCE_DIR "/sites/thepaper/rule.toml";

TEST(ThePaper, RuleIsSoundAndItsRevisionIsPublished) {
  for (const rules::Finding& finding :
       rules::CheckRules({kRuleFile}, false).findings) {
    ADD_FAILURE() << finding.text();
  }
}

TEST(ThePaper, SavedPagesGiveWhatIsExpected) {
  const auto report = rules::TestRule(kRuleFile);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GE(report->pages.size(), 20U);
  for (const rules::PageResult& page : report->pages) {
    EXPECT_EQ(page.error, "") << page.expectation;
    EXPECT_THAT(page.fields, testing::Not(IsEmpty())) << page.expectation;
    for (const rules::FieldResult& field : page.fields) {
      EXPECT_TRUE(field.right)
          << page.expectation << ": " << field.field << "\n  want "
          << field.want << "\n  got  " << field.got;
    }
  }
}

}  // namespace
}  // namespace newsmill
