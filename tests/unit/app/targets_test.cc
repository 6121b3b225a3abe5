#include "app/targets.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

SiteCatalogue TwoSites() {
  std::string form =
      (std::filesystem::temp_directory_path() / "targets-XXXXXX").string();
  const std::filesystem::path root = mkdtemp(form.data());
  const auto add = [&](const std::string& site, const std::string& fetch) {
    std::filesystem::create_directories(root / site);
    std::ofstream(root / site / "rule.toml")
        << "[url]\nhosts = [\"" << site << ".example\"]\nid_form = '\\d+'\n"
        << "article_url = \"https://" << site << ".example/{id}\"\n"
        << fetch;
  };
  add("gazette", "");
  add("herald", "[fetch]\ndelay = \"10s\"\nconcurrency = 2\n");
  Result<SiteCatalogue> sites = SiteCatalogue::Load({root.string()});
  std::filesystem::remove_all(root);
  return std::move(sites.value());
}

std::vector<std::string> TextsOf(const std::vector<GivenTarget>& targets) {
  std::vector<std::string> texts;
  texts.reserve(targets.size());
  for (const GivenTarget& target : targets) texts.push_back(target.text);
  return texts;
}

ResolvedTargets Resolve(const std::vector<std::string>& texts,
                        const SiteCatalogue& sites) {
  std::vector<GivenTarget> given;
  given.reserve(texts.size());
  for (const std::string& text : texts) given.push_back({text, ""});
  return ResolveTargets(given, sites);
}

TEST(ReadTargets, TakesOneALineAndKnowsItsNumber) {
  const auto targets = ReadTargets(
      "\xef\xbb\xbfgazette:1\r\n\n# a remark\n  gazette:2 \t\ngazette:3",
      "ids.txt");
  EXPECT_THAT(TextsOf(targets),
              testing::ElementsAre("gazette:1", "gazette:2", "gazette:3"));
  EXPECT_EQ(targets[0].where, "ids.txt:1");
  EXPECT_EQ(targets[1].where, "ids.txt:4");
  EXPECT_EQ(targets[2].where, "ids.txt:5");
}

TEST(ExpandRange, IncludesBothEnds) {
  const auto targets = ExpandRange("gazette:8-11");
  ASSERT_TRUE(targets);
  EXPECT_THAT(TextsOf(*targets),
              testing::ElementsAre("gazette:8", "gazette:9", "gazette:10",
                                   "gazette:11"));
  EXPECT_EQ(ExpandRange("gazette:5-5")->size(), 1U);
}

TEST(ExpandRange, KeepsLeadingZeros) {
  const auto targets = ExpandRange("gazette:0009-0010");
  ASSERT_TRUE(targets);
  EXPECT_THAT(TextsOf(*targets),
              testing::ElementsAre("gazette:0009", "gazette:0010"));
}

TEST(ExpandRange, SaysWhatIsWrong) {
  for (const char* text :
       {"", "gazette", "gazette:5", "gazette:5-", "gazette:-5", "gazette:a-b",
        "gazette:9-8", "gazette:1-10000001", "gazette:1-2-3"}) {
    const auto targets = ExpandRange(text);
    ASSERT_FALSE(targets) << text;
    EXPECT_EQ(targets.error().code, Code::kInvalidArgument) << text;
    EXPECT_THAT(targets.error().message,
                HasSubstr("expected such as thepaper:2731000-2731999"));
  }
}

TEST(ResolveTargets, TellsGoodFromBadAndKeepsTheOrder) {
  const SiteCatalogue sites = TwoSites();
  const ResolvedTargets targets = Resolve(
      {"gazette:1", "gazete:2", "gazette:x", "https://gazette.example/"},
      sites);
  ASSERT_EQ(targets.good.size(), 2U);
  EXPECT_EQ(targets.good[0].text, "gazette:1");
  EXPECT_EQ(targets.good[1].target.site, "gazette");
  ASSERT_EQ(targets.bad.size(), 2U);
  EXPECT_THAT(targets.bad[0].reason, HasSubstr("unknown site 'gazete'"));
  EXPECT_THAT(targets.bad[1].reason, HasSubstr("'x' is not an ID"));
}

TEST(EstimateTime, IsThatOfTheSlowestHost) {
  const SiteCatalogue sites = TwoSites();
  std::vector<std::string> texts(11, "gazette:1");
  texts.insert(texts.end(), 5, "herald:1");
  const Estimate estimate =
      EstimateTime(Resolve(texts, sites), sites, {seconds(1), 1});
  EXPECT_EQ(estimate.hosts, 2);
  EXPECT_EQ(estimate.slowest_host, "herald.example");
  EXPECT_EQ(estimate.slowest_tasks, 5);
  EXPECT_EQ(estimate.slowest_delay, seconds(10));
  EXPECT_EQ(estimate.total, seconds(20)) << "4 pauses of 10 s, 2 at a time";
}

TEST(EstimateTime, OfOneTaskIsNothing) {
  const SiteCatalogue sites = TwoSites();
  const Estimate estimate =
      EstimateTime(Resolve({"herald:1"}, sites), sites, {seconds(1), 1});
  EXPECT_EQ(estimate.total, Duration::zero());
  EXPECT_EQ(estimate.hosts, 1);
}

}  // namespace
}  // namespace newsmill
