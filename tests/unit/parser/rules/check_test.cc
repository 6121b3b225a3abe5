#include "parser/rules/check.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace fs = std::filesystem;

class CheckRulesTest : public testing::Test {
 protected:
  CheckRulesTest() {
    std::string pattern = (fs::temp_directory_path() / "rules-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directory(root_ / "morgen");
  }
  ~CheckRulesTest() override { fs::remove_all(root_); }

  std::string file() const { return (root_ / "morgen/rule.toml").string(); }

  void WriteRule(int revision, const std::string& rest = "") {
    std::ofstream(file()) << "schema = 1\nsite = \"morgen\"\nrevision = "
                          << revision << "\n"
                          << rest
                          << "[url]\nhosts = [\"morgen.example\"]\nid = "
                             "['/(\\d+)']\narticle_url = "
                             "\"https://morgen.example/{id}\"\n";
  }

  std::string Revisions() const {
    std::ifstream in(root_ / "morgen/revisions.txt");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  std::vector<std::string> Check(bool accept = false) {
    std::vector<std::string> messages;
    for (const Finding& finding : CheckRules({file()}, accept).findings) {
      messages.push_back(finding.text());
    }
    return messages;
  }

  fs::path root_;
};

TEST_F(CheckRulesTest, AcceptWritesARevisionThatIsThenKnown) {
  WriteRule(1);
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("--accept")));
  EXPECT_EQ(Revisions(), "");
  EXPECT_THAT(Check(true), IsEmpty());
  EXPECT_THAT(Revisions(), HasSubstr("\n1 "));
  EXPECT_THAT(Check(), IsEmpty());
}

TEST_F(CheckRulesTest, AChangedRuleNeedsTheNextRevision) {
  WriteRule(1);
  ASSERT_THAT(Check(true), IsEmpty());
  WriteRule(1, "language = \"de\"\n");
  EXPECT_THAT(Check(true), ElementsAre(HasSubstr("set revision = 2")));
  WriteRule(2, "language = \"de\"\n");
  EXPECT_THAT(Check(true), IsEmpty());
  EXPECT_THAT(Revisions(), HasSubstr("\n2 "));
}

TEST_F(CheckRulesTest, ARollbackIsTheNextRevision) {
  WriteRule(1);
  ASSERT_THAT(Check(true), IsEmpty());
  WriteRule(2, "language = \"de\"\n");
  ASSERT_THAT(Check(true), IsEmpty());
  WriteRule(1);
  EXPECT_THAT(Check(true), ElementsAre(HasSubstr("older than 2")));
  WriteRule(3);
  EXPECT_THAT(Check(true), IsEmpty());
}

TEST_F(CheckRulesTest, ADamagedRevisionsFileIsReportedWithItsLine) {
  WriteRule(1);
  std::ofstream(root_ / "morgen/revisions.txt") << "# words\none two\n";
  EXPECT_THAT(Check(true), ElementsAre(HasSubstr("revisions.txt:2: ")));
}

TEST_F(CheckRulesTest, FindsWhatIsWrongWithTheAddresses) {
  std::ofstream(file()) << "schema = 1\nsite = \"morgen\"\nrevision = 1\n"
                           "[url]\nhosts = [\"morgen.example\"]\nids = []\n";
  const CheckReport report = CheckRules({file()}, true);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].line, 6);
  EXPECT_THAT(report.findings[0].message, HasSubstr("'ids'"));
}

TEST_F(CheckRulesTest, ARuleBelongsIntoTheFolderOfItsName) {
  std::ofstream(file()) << "schema = 1\nsite = \"abend\"\nrevision = 1\n";
  EXPECT_THAT(Check(),
              ElementsAre(HasSubstr("site is \"abend\", but the folder is")));
}

TEST_F(CheckRulesTest, AMissingFileIsAFinding) {
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace newsmill::rules
