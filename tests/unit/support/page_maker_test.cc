#include "tests/support/pages/page_maker.h"

#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sites/site_catalogue.h"
#include "tests/support/pages/site_rules.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

PageOptions Of(const char* site, double faults = 0) {
  PageOptions options;
  options.site = FindSiteByName(site);
  options.faults = faults;
  return options;
}

TEST(PageMaker, GivesTheSamePageForTheSameIdAndAnotherForAnother) {
  const MadePage first = Make(4711, Of("jichuan-morning"));
  const MadePage again = Make(4711, Of("jichuan-morning"));
  const MadePage other = Make(4712, Of("jichuan-morning"));
  EXPECT_EQ(first.body, again.body);
  EXPECT_EQ(first.truth->SerializeAsString(), again.truth->SerializeAsString());
  EXPECT_NE(first.truth->headline() + first.truth->article_body(),
            other.truth->headline() + other.truth->article_body());
}

TEST(PageMaker, MakesSixtySitesWithDistinctNamesAndHosts) {
  std::set<std::string> names, hosts;
  for (const MadeSite& site : MadeSites()) {
    names.insert(site.name);
    hosts.insert(site.host());
    EXPECT_EQ(FindSiteByHost(site.host()), &site);
    EXPECT_EQ(FindSiteByName(site.name), &site);
    EXPECT_THAT(site.domain, HasSubstr(".example"));
  }
  EXPECT_EQ(names.size(), kMadeSites);
  EXPECT_EQ(hosts.size(), kMadeSites);
}

TEST(PageMaker, PrintsWhatTheTruthSaysInEveryLayout) {
  std::set<Layout> seen;
  for (const MadeSite& site : MadeSites()) {
    for (uint64_t id = 1; id <= 20; ++id) {
      PageOptions options;
      options.site = &site;
      const MadePage page = Make(id, options);
      seen.insert(page.layout);
      EXPECT_THAT(page.body, HasSubstr(Escape(page.truth->headline())));
      EXPECT_FALSE(page.truth->article_body().empty());
    }
  }
  EXPECT_EQ(seen.size(), 7U);
}

TEST(PageMaker, GivesEveryKindOfFaultItsShareAndItsEnd) {
  std::map<Fault, int> seen;
  const PageOptions options = Of("jichuan-morning", 0.3);
  int faulty = 0;
  for (uint64_t id = 1; id <= 4000; ++id) {
    const MadePage page = Make(id, options);
    ++seen[page.fault];
    if (page.fault != Fault::kNone) ++faulty;
    EXPECT_EQ(page.truth.has_value(), page.kind == v1::STORED);
  }
  EXPECT_EQ(seen.size(), 15U) << "fourteen faults and none";
  EXPECT_GT(faulty, 1000);
  EXPECT_LT(faulty, 1400);
}

TEST(PageMaker, HealsABusyServerAtTheSecondAttempt) {
  PageOptions options = Of("jichuan-morning", 1);
  options.fault_kinds = {Fault::kBusy};
  EXPECT_EQ(Make(1, options).status, 503);
  options.attempt = 1;
  EXPECT_EQ(Make(1, options).status, 200);
  EXPECT_EQ(Make(1, options).kind, v1::STORED);
}

TEST(PageMaker, WritesRealGbkBytesUnderAGbkLabel) {
  PageOptions options = Of("jichuan-morning", 1);
  options.fault_kinds = {Fault::kGbk};
  const MadePage page = Make(1, options);
  EXPECT_THAT(page.body, HasSubstr("charset=gbk"));
  EXPECT_THAT(page.body, Not(HasSubstr("责任编辑"))) << "UTF-8";
  EXPECT_THAT(page.body, HasSubstr("\xd4\xf0\xc8\xce\xb1\xe0\xbc\xad"));
}

TEST(PageMaker, FillsPagesUpToTheSizeThatIsWanted) {
  PageOptions options = Of("jichuan-morning");
  options.pad_min_kb = 15;
  options.pad_max_kb = 100;
  size_t least = SIZE_MAX, most = 0;
  for (uint64_t id = 1; id <= 200; ++id) {
    const size_t size = Make(id, options).body.size();
    least = std::min(least, size);
    most = std::max(most, size);
  }
  EXPECT_GT(least, 9U * 1024);
  EXPECT_GT(most, 80U * 1024);
  EXPECT_LT(most, 160U * 1024);
}

TEST(Differences, AreNoneForTheTruthItselfAndNameEachFieldThatIsNot) {
  const v1::Article truth = *Make(7, Of("jichuan-morning")).truth;
  EXPECT_THAT(Differences(truth, truth), IsEmpty());
  v1::Article got = truth;
  got.set_headline("another");
  got.mutable_blocks()->RemoveLast();
  EXPECT_EQ(Differences(truth, got).size(), 2U);
}

constexpr char kRule[] = R"(schema = 1
site = "thepaper.cn"
publisher = { name = "澎湃新闻", url = "https://www.thepaper.cn/" }

[url]
hosts = ["www.thepaper.cn", "m.thepaper.cn", "thepaper.cn"]
id = ['/newsDetail_forward_(\d{1,12})(?:[/?#]|$)', '/detail/(\d{1,12})']
id_form = '\d{1,12}'
article_url = "https://www.thepaper.cn/newsDetail_forward_{id}"

[fetch]
delay = "5s"

[[layout]]
name = "next"
)";

TEST(SiteRules, LetTheCatalogueFindEveryMadeUpArticle) {
  const process::TempFolder folder;
  std::ofstream(folder / "rule.toml") << kRule;
  ASSERT_TRUE(WriteSiteRules(folder / "sites", folder / "rule.toml"));
  const Result<SiteCatalogue> sites = SiteCatalogue::Load({folder / "sites"});
  ASSERT_TRUE(sites) << sites.error().message;
  EXPECT_EQ(sites->sites().size(), kMadeSites);
  for (const MadeSite& site : MadeSites()) {
    const Result<Target> target = sites->Resolve(site.name + ":815");
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->url.text(), ArticleUrl(site, 815));
    EXPECT_EQ(sites->ArticleKey(target->url, target->url), site.name + ":815");
    EXPECT_FALSE(sites->Find(site.name)->delay.has_value())
        << "politeness is the test's to set";
  }
}

TEST(SiteRules, SayWhichFileCannotBeRead) {
  const process::TempFolder folder;
  const Result<void> written =
      WriteSiteRules(folder / "sites", folder / "missing.toml");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("missing.toml"));
}

}  // namespace
}  // namespace newsmill::pages
