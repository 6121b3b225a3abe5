#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/page_parser.h"
#include "tests/support/pages/page_maker.h"
#include "tests/support/pages/site_rules.h"
#include "tests/support/process/temp_folder.h"

// Made-up pages in every layout and under every fault, parsed by the rules that
// are made for them: every field as the maker knows it.

namespace newsmill::pages {
namespace {

using ::testing::IsEmpty;

v1::FetchedPage AsFetched(const MadeSite& site, uint64_t id,
                          const MadePage& made) {
  v1::FetchedPage page;
  page.mutable_task()->set_task_id("t");
  page.mutable_task()->set_site(site.name);
  page.mutable_task()->set_article_id(std::to_string(id));
  page.mutable_task()->set_requested_url(ArticleUrl(site, id));
  page.mutable_task()->set_url(ArticleUrl(site, id));
  page.set_article_key(site.name + ":" + std::to_string(id));
  page.set_final_url(ArticleUrl(site, id));
  page.set_status(made.status);
  for (const auto& [name, value] : made.headers) {
    v1::HttpHeader* header = page.add_headers();
    header->set_name(name);
    header->set_value(value);
  }
  page.set_body(made.body);
  page.mutable_fetched_at()->set_seconds(1'790'000'000);
  return page;
}

class MadePages : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string sites = folder_ / "sites";
    const std::string own = NEWSMILL_SOURCE_DIR "/sites";
    ASSERT_TRUE(WriteSiteRules(sites, own + "/thepaper/rule.toml"));
    auto catalogue = SiteCatalogue::Load({own, sites});
    ASSERT_TRUE(catalogue) << catalogue.error().message;
    catalogue_ = std::move(*catalogue);
    auto parser = PageParser::Load(ParserConfig(), {own, sites}, catalogue_);
    ASSERT_TRUE(parser) << parser.error().message;
    parser_ = std::move(*parser);
  }

  void ExpectAsMade(uint64_t id, const PageOptions& options) {
    const MadePage made = Make(id, options);
    SCOPED_TRACE(options.site->name + ":" + std::to_string(id) + " " +
                 std::string(LayoutName(made.layout)) + " " +
                 std::string(FaultName(made.fault)));
    const auto parsed = parser_->Parse(AsFetched(*options.site, id, made));
    if (const auto* article = std::get_if<v1::Article>(&parsed)) {
      ASSERT_TRUE(made.truth.has_value()) << article->headline();
      EXPECT_THAT(Differences(*made.truth, *article), IsEmpty());
      return;
    }
    const Verdict& verdict = std::get<Verdict>(parsed);
    EXPECT_EQ(verdict.kind, made.kind) << verdict.detail;
    EXPECT_EQ(verdict.reason, made.reason) << verdict.detail;
  }

  process::TempFolder folder_;
  SiteCatalogue catalogue_;
  std::unique_ptr<PageParser> parser_;
};

TEST_F(MadePages, OfEverySiteGiveTheirTruth) {
  for (const MadeSite& site : MadeSites()) {
    PageOptions options;
    options.site = &site;
    for (uint64_t id = 100; id < 120; ++id) ExpectAsMade(id, options);
  }
}

TEST_F(MadePages, OfThepaperGiveTheirTruth) {
  for (uint64_t id = 90'000'001; id < 90'000'301; ++id) ExpectAsMade(id, {});
}

TEST_F(MadePages, WithAFaultOfThePageEndAsTheMakerSays) {
  for (const MadeSite& site : MadeSites()) {
    PageOptions options;
    options.site = &site;
    options.faults = 1;
    options.fault_kinds = {Fault::kRemoved, Fault::kGbk, Fault::kCharsetLie,
                           Fault::kEmptyShell, Fault::kListPage};
    for (uint64_t id = 200; id < 215; ++id) ExpectAsMade(id, options);
  }
}

TEST_F(MadePages, FilledUpGiveTheSameTruth) {
  PageOptions options;
  options.pad_min_kb = 40;
  options.pad_max_kb = 100;
  for (uint64_t id = 300; id < 340; ++id) ExpectAsMade(id, options);
  options.site = FindSiteByName("songyu-morning");
  for (uint64_t id = 300; id < 310; ++id) ExpectAsMade(id, options);
}

}  // namespace
}  // namespace newsmill::pages
