#include "parser/live_parser.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/runtime/metrics.h"

namespace newsmill {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

// A rule that finds the headline there.
std::string RuleOf(const std::string& site, int revision,
                   const std::string& selector) {
  return "schema = 1\nsite = \"" + site +
         "\"\nrevision = " + std::to_string(revision) + "\n[url]\nhosts = [\"" +
         site +
         ".example\"]\n[[layout]]\nname = \"plain\"\n"
         "when = [ { css = \"" +
         selector + "\", exists = true } ]\n[layout.fields]\nheadline = [ { " +
         "css = \"" + selector + "\" } ]\n";
}

class LiveParserTest : public testing::Test {
 protected:
  LiveParserTest() {
    std::string pattern = (fs::temp_directory_path() / "live-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    Write("morgen", RuleOf("morgen", 1, "h1"));
    auto parser = LiveParser::Load({}, {root_.string()});
    EXPECT_TRUE(parser) << parser.error().message;
    parser_ = std::move(*parser);
  }
  ~LiveParserTest() override { fs::remove_all(root_); }

  void Write(const std::string& site, const std::string& rule) const {
    fs::create_directories(root_ / site);
    std::ofstream(root_ / site / "rule.toml") << rule;
  }

  // Another turn of the worker's loop, long after the last one.
  void Look() {
    now_ += std::chrono::seconds(60);
    parser_->Refresh(now_);
  }

  std::string HeadlineOn(const std::string& host) const {
    v1::FetchedPage page;
    page.set_final_url("https://" + host + "/1");
    page.set_status(200);
    page.set_body(
        "<title>t</title><h1>one</h1><h2>two</h2><h3>three</h3><p>Text.</p>");
    const Extraction extraction = parser_->Extract(page);
    for (const auto& entry : extraction.article.provenance()) {
      if (entry.field() == "headline" &&
          entry.source() == v1::Provenance::RULE) {
        return extraction.article.headline();
      }
    }
    return "(no rule)";
  }

  fs::path root_;
  std::unique_ptr<LiveParser> parser_;
  Instant now_{std::chrono::hours(1)};
};

TEST_F(LiveParserTest, TakesUpAChangedRuleForTheNextPage) {
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
  Write("morgen", RuleOf("morgen", 2, "h2"));
  Look();
  EXPECT_EQ(HeadlineOn("morgen.example"), "two");
}

TEST_F(LiveParserTest, TakesUpNewSitesAndLetsGoOfOthers) {
  EXPECT_EQ(HeadlineOn("abend.example"), "(no rule)");
  Write("abend", RuleOf("abend", 1, "h3"));
  Look();
  EXPECT_EQ(HeadlineOn("abend.example"), "three");
  fs::remove_all(root_ / "abend");
  Look();
  EXPECT_EQ(HeadlineOn("abend.example"), "(no rule)");
}

TEST_F(LiveParserTest, KeepsTheOldRuleWhereTheNewOneDoesNotLoad) {
  Write("morgen", "schema = 1\nsite = \"morgen\"\nrevision = 2\nfoo = 1\n");
  Write("abend", RuleOf("abend", 1, "h3"));
  testing::internal::CaptureStderr();
  Look();
  Look();
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
  EXPECT_EQ(HeadlineOn("abend.example"), "three") << "the others go on";
  EXPECT_THAT(logged, HasSubstr("unknown key"));
  EXPECT_THAT(logged.substr(logged.find("unknown key") + 1),
              Not(HasSubstr("unknown key")))
      << "said once";
  EXPECT_THAT(metrics::Render(), HasSubstr("newsmill_parser_rules_stale 1"));

  Write("morgen", RuleOf("morgen", 2, "h2"));
  Look();
  EXPECT_EQ(HeadlineOn("morgen.example"), "two");
  EXPECT_THAT(metrics::Render(), HasSubstr("newsmill_parser_rules_stale 0"));
}

TEST_F(LiveParserTest, KeepsAllRulesWhereTwoSitesClaimOneHost) {
  std::string thief = RuleOf("abend", 1, "h3");
  thief.replace(thief.find("abend.example"), 13, "morgen.example");
  Write("abend", thief);
  Write("morgen", RuleOf("morgen", 2, "h2"));
  testing::internal::CaptureStderr();
  Look();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("belongs to site"));
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
}

TEST_F(LiveParserTest, KeepsAllRulesWhileTheFolderIsAway) {
  fs::rename(root_, root_.string() + ".away");
  testing::internal::CaptureStderr();
  Look();
  Look();
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, HasSubstr("cannot be read"));
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
  fs::rename(root_.string() + ".away", root_);
}

TEST_F(LiveParserTest, SaysThatAChangeWithoutARevisionCannotBeToldApart) {
  Write("morgen", RuleOf("morgen", 1, "h2"));
  testing::internal::CaptureStderr();
  Look();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("no higher revision"));
  EXPECT_EQ(HeadlineOn("morgen.example"), "two");
}

TEST_F(LiveParserTest, LooksNoMoreOftenThanItIsTold) {
  Look();
  Write("morgen", RuleOf("morgen", 2, "h2"));
  parser_->Refresh(now_ + std::chrono::milliseconds(999));
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
  parser_->Refresh(now_ + std::chrono::milliseconds(1000));
  EXPECT_EQ(HeadlineOn("morgen.example"), "two");
}

TEST_F(LiveParserTest, LooksAsOftenAsTheConfigurationSays) {
  ParserConfig config;
  config.rules_reload = std::chrono::minutes(5);
  parser_ = *LiveParser::Load(config, {root_.string()});
  Look();
  Write("morgen", RuleOf("morgen", 2, "h2"));
  parser_->Refresh(now_ + std::chrono::minutes(4));
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
  parser_->Refresh(now_ + std::chrono::minutes(5));
  EXPECT_EQ(HeadlineOn("morgen.example"), "two");
}

TEST_F(LiveParserTest, WithoutAnIntervalKeepsTheRulesOfItsStart) {
  ParserConfig config;
  config.rules_reload = Duration::zero();
  parser_ = *LiveParser::Load(config, {root_.string()});
  Write("morgen", RuleOf("morgen", 2, "h2"));
  Look();
  EXPECT_EQ(HeadlineOn("morgen.example"), "one");
}

TEST_F(LiveParserTest, StartsWithNoRuleThatDoesNotLoad) {
  Write("abend", "schema = 1\nsite = \"abend\"\nrevision = 1\n");
  const auto parser = LiveParser::Load({}, {root_.string()});
  ASSERT_FALSE(parser);
  EXPECT_THAT(parser.error().message, HasSubstr("[url]"));
}

}  // namespace
}  // namespace newsmill
