#include "parser/page_parser.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

constexpr char kRule[] = R"(schema = 1
site = "morgen"
revision = 7
publisher = { name = "Morgen" }
language = "zh-CN"
timezone = "+08:00"
data = { css = "script#d" }
[url]
hosts = ["morgen.example", "m.morgen.example"]
id = ['/a/(\d+)']
article_url = "https://morgen.example/a/{id}"
[[verdict]]
name = "REMOVED"
when = [ { css = ".gone", exists = true } ]
[[verdict]]
name = "LOGIN"
when = [ { css = ".wall", exists = true } ]
[[layout]]
name = "plain"
when = [ { css = "h1.t", exists = true } ]
[layout.fields]
headline = [ { css = "h1.t" } ]
date_published = [ { css = ".date", do = ["date"] } ]
like_count = [ { css = ".likes", do = ["count"] } ]
[layout.body]
from = [ { css = ".text" }, { json = "/content", as = "html" } ]
profile = "p"
[profile.p]
)";

constexpr char kPage[] =
    "<h1 class=t>标题</h1><i class=date>2024-05-06 07:08</i>"
    "<b class=likes>3</b><div class=text><p>一</p><p>二</p></div>";

class PageParserTest : public testing::Test {
 protected:
  PageParserTest() {
    std::string pattern = (fs::temp_directory_path() / "parse-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directory(root_ / "morgen");
    std::ofstream(root_ / "morgen/rule.toml") << kRule;
  }
  ~PageParserTest() override { fs::remove_all(root_); }

  void SetUp() override {
    auto sites = SiteCatalogue::Load({root_.string()});
    ASSERT_TRUE(sites) << sites.error().message;
    sites_ = *std::move(sites);
    auto parser = PageParser::Load(config_, {root_.string()}, sites_);
    ASSERT_TRUE(parser) << parser.error().message;
    parser_ = *std::move(parser);
  }

  static v1::FetchedPage Page(const std::string& body) {
    v1::FetchedPage page;
    page.mutable_task()->set_task_id("task-1");
    page.mutable_task()->set_requested_url("https://m.morgen.example/a/12");
    page.set_final_url("https://m.morgen.example/a/12");
    page.set_status(200);
    page.set_body(body);
    page.mutable_fetched_at()->set_seconds(1715000000);
    return page;
  }

  static void AddHeader(const std::string& name, const std::string& value,
                        v1::FetchedPage* page) {
    v1::HttpHeader* header = page->add_headers();
    header->set_name(name);
    header->set_value(value);
  }

  v1::Article ParseArticle(const v1::FetchedPage& page) {
    const auto result = parser_->Parse(page);
    if (const auto* verdict = std::get_if<Verdict>(&result)) {
      ADD_FAILURE() << v1::Reason_Name(verdict->reason) << verdict->detail;
      return {};
    }
    return std::get<v1::Article>(result);
  }

  Verdict ParseVerdict(const v1::FetchedPage& page) {
    const auto result = parser_->Parse(page);
    if (std::holds_alternative<v1::Article>(result)) {
      ADD_FAILURE() << "an article";
      return {};
    }
    return std::get<Verdict>(result);
  }

  void ExpectVerdict(const v1::FetchedPage& page, v1::OutcomeKind kind,
                     v1::Reason reason) {
    const Verdict verdict = ParseVerdict(page);
    EXPECT_EQ(v1::OutcomeKind_Name(verdict.kind), v1::OutcomeKind_Name(kind));
    EXPECT_EQ(v1::Reason_Name(verdict.reason), v1::Reason_Name(reason));
    EXPECT_EQ(verdict.parse_generation, ParseGeneration(7));
  }

  ParserConfig config_;
  fs::path root_;
  SiteCatalogue sites_;
  std::unique_ptr<PageParser> parser_;
};

TEST_F(PageParserTest, GivesTheArticleWithItsIdentity) {
  v1::FetchedPage page = Page(kPage);
  page.mutable_task()->set_batch("b");
  page.mutable_task()->set_traceparent("00-1-2-01");
  v1::Label* label = page.mutable_task()->add_labels();
  label->set_name("who");
  label->set_value("me");
  const v1::Article article = ParseArticle(page);
  EXPECT_EQ(article.article_key(), "morgen:12");
  EXPECT_EQ(article.site(), "morgen");
  EXPECT_EQ(article.article_id(), "12");
  EXPECT_EQ(article.url(), "https://morgen.example/a/12");
  EXPECT_EQ(article.final_url(), "https://m.morgen.example/a/12");
  EXPECT_EQ(article.task_id(), "task-1");
  EXPECT_EQ(article.batch(), "b");
  EXPECT_EQ(article.labels(0).value(), "me");
  EXPECT_EQ(article.traceparent(), "00-1-2-01");
  EXPECT_EQ(article.fetched_at().seconds(), 1715000000);
  EXPECT_EQ(article.parse_generation(), ParseGeneration(7));
  EXPECT_EQ(article.rule_sha256().size(), 64U);
  EXPECT_EQ(article.layout(), "plain");
  EXPECT_EQ(article.charset(), "UTF-8");
  EXPECT_EQ(article.http_status(), 200);
  EXPECT_EQ(article.page_type(), v1::Article::ARTICLE);
  EXPECT_EQ(article.headline(), "标题");
  EXPECT_EQ(article.article_body(), "一\n二");
  EXPECT_EQ(article.publisher().name(), "Morgen");
  EXPECT_EQ(article.in_language(), "zh-CN");
  EXPECT_EQ(article.date_published().utc_offset_minutes(), 480);
}

TEST_F(PageParserTest, SaysWhereEachFieldCameFrom) {
  const v1::Article article = ParseArticle(Page(kPage));
  std::map<std::string, std::string> found;
  for (const v1::Provenance& entry : article.provenance()) {
    found[entry.field()] =
        v1::Provenance::Source_Name(entry.source()) + " " + entry.detail();
  }
  EXPECT_EQ(found["headline"], "RULE css h1.t");
  EXPECT_EQ(found["blocks"], "RULE css .text");
  EXPECT_EQ(found["publisher"], "SITE publisher");
}

TEST_F(PageParserTest, KeepsTheArticleKeyOfTheFetcher) {
  v1::FetchedPage page = Page(kPage);
  page.set_article_key("morgen:99");
  EXPECT_EQ(ParseArticle(page).article_key(), "morgen:99");
}

TEST_F(PageParserTest, APageWithAHeadlineAloneIsAnArticle) {
  const v1::Article article = ParseArticle(Page("<h1 class=t>标题</h1>"));
  EXPECT_EQ(article.headline(), "标题");
  EXPECT_EQ(article.article_body(), "");
}

TEST_F(PageParserTest, RemovedPagesAreGoneAndWallsAreSkipped) {
  ExpectVerdict(Page("<p class=gone>weg</p>"), v1::GONE, v1::REASON_REMOVED);
  ExpectVerdict(Page("<p class=wall>pay</p>"), v1::SKIPPED, v1::REASON_LOGIN);
}

TEST_F(PageParserTest, ABareFrameHasNoArticle) {
  ExpectVerdict(Page("<div></div>"), v1::SKIPPED, v1::REASON_NO_ARTICLE);
}

TEST_F(PageParserTest, APageThatMayNotBeIndexedIsSkipped) {
  const std::string meta = "<meta name=robots content='noindex, follow'>";
  ExpectVerdict(Page(meta + kPage), v1::SKIPPED, v1::REASON_USAGE_OPT_OUT);
  v1::FetchedPage page = Page(kPage);
  AddHeader("X-Robots-Tag", "noindex", &page);
  ExpectVerdict(page, v1::SKIPPED, v1::REASON_USAGE_OPT_OUT);
  EXPECT_EQ(ParseVerdict(page).detail, "NOINDEX in the header");
}

TEST_F(PageParserTest, TheNameOfTheCrawlerThatAskedIsTheOneAddressed) {
  v1::FetchedPage page = Page(kPage);
  AddHeader("X-Robots-Tag", "acmebot: noindex", &page);
  ParseArticle(page);
  page.set_agent("acmebot");
  ExpectVerdict(page, v1::SKIPPED, v1::REASON_USAGE_OPT_OUT);
}

TEST_F(PageParserTest, WhatTheHostsTdmrepReservesIsRecorded) {
  v1::FetchedPage page = Page(kPage);
  page.mutable_tdm_rule()->set_reserved(true);
  const v1::Article article = ParseArticle(page);
  ASSERT_EQ(article.usage_size(), 1);
  EXPECT_EQ(article.usage(0).signal(), v1::UsageSignal::TDM_RESERVED);
  EXPECT_EQ(article.usage(0).where(), v1::UsageSignal::WELL_KNOWN);
  config_.tdm = "skip";
  SetUp();
  ExpectVerdict(page, v1::SKIPPED, v1::REASON_USAGE_OPT_OUT);
}

TEST_F(PageParserTest, WhatConcernsOthersOrMiningIsRecorded) {
  v1::FetchedPage page = Page(std::string("<meta name=googlebot "
                                          "content=noindex>") +
                              kPage);
  AddHeader("tdm-reservation", "1", &page);
  AddHeader("X-Robots-Tag", "noarchive", &page);
  const v1::Article article = ParseArticle(page);
  ASSERT_EQ(article.usage_size(), 3);
  EXPECT_EQ(article.usage(0).signal(), v1::UsageSignal::NOARCHIVE);
  EXPECT_EQ(article.usage(0).where(), v1::UsageSignal::HEADER);
}

TEST_F(PageParserTest, TheConfigurationDecidesWhatIsSkipped) {
  config_.noindex = "record";
  config_.tdm = "skip";
  SetUp();
  ParseArticle(Page(std::string("<meta name=robots content=noindex>") + kPage));
  ExpectVerdict(
      Page(std::string("<meta name=tdm-reservation content=1>") + kPage),
      v1::SKIPPED, v1::REASON_USAGE_OPT_OUT);
}

TEST_F(PageParserTest, ASiteMayBeRecordedWhateverTheConfigurationSays) {
  std::ofstream(root_ / "morgen/rule.toml", std::ios::app)
      << "[usage]\nnoindex = \"record\"\n";
  SetUp();
  ParseArticle(Page(std::string("<meta name=robots content=noindex>") + kPage));
}

TEST_F(PageParserTest, AnEmptyBodyIsSkipped) {
  ExpectVerdict(Page(""), v1::SKIPPED, v1::REASON_EMPTY_BODY);
  ExpectVerdict(Page(" \n"), v1::SKIPPED, v1::REASON_EMPTY_BODY);
}

TEST_F(PageParserTest, BytesThatAreNoHtmlAreSkippedWithTheirName) {
  v1::FetchedPage page = Page("%PDF-1.7\n...");
  AddHeader("Content-Type", "text/html", &page);
  ExpectVerdict(page, v1::SKIPPED, v1::REASON_NOT_HTML);
  EXPECT_THAT(ParseVerdict(page).detail, HasSubstr("PDF"));
  ExpectVerdict(Page(std::string("\x89PNG\r\n\x1a\n....", 12)), v1::SKIPPED,
                v1::REASON_NOT_HTML);
  v1::FetchedPage json = Page(" {\"a\": 1}");
  AddHeader("content-type", "application/json", &json);
  ExpectVerdict(json, v1::SKIPPED, v1::REASON_NOT_HTML);
  ExpectVerdict(Page("<?xml version='1.0'?><rss></rss>"), v1::SKIPPED,
                v1::REASON_NOT_HTML);
}

TEST_F(PageParserTest, BytesThatAreNoTextAreSkippedWhateverTheyAreCalled) {
  v1::FetchedPage page = Page("<html>\x01\x02\x03\x04\x05 <h1>What</h1>");
  AddHeader("Content-Type", "text/html", &page);
  ExpectVerdict(page, v1::SKIPPED, v1::REASON_NOT_HTML);
}

TEST_F(PageParserTest, AStrayControlCharacterMakesNoPageBinary) {
  const auto parsed = parser_->Parse(Page(std::string(kPage) + "\x02"));
  EXPECT_TRUE(std::holds_alternative<v1::Article>(parsed));
}

TEST_F(PageParserTest, ABodyThatCannotBeInflatedIsDead) {
  v1::FetchedPage page = Page("no gzip");
  AddHeader("Content-Encoding", "gzip", &page);
  ExpectVerdict(page, v1::DEAD, v1::REASON_DECODE_FAILED);
  v1::FetchedPage unknown = Page(kPage);
  AddHeader("content-encoding", "rot13", &unknown);
  ExpectVerdict(unknown, v1::DEAD, v1::REASON_DECODE_FAILED);
}

TEST_F(PageParserTest, HalfAMegabyteOfNestedElementsIsDead) {
  std::string body;
  for (int i = 0; i < 100'000; ++i) body += "<div>";
  ExpectVerdict(Page(body), v1::DEAD, v1::REASON_PARSE_BUDGET);
}

TEST_F(PageParserTest, NestedElementsInsideJsonAreDeadToo) {
  std::string body = "<h1 class=t>标题</h1><script id=d>{\"content\":\"";
  for (int i = 0; i < 2000; ++i) body += "\\u003cdiv\\u003e";
  ExpectVerdict(Page(body + "\"}</script>"), v1::DEAD, v1::REASON_PARSE_BUDGET);
}

TEST_F(PageParserTest, AChallengeIsRecognisedByItsHeader) {
  v1::FetchedPage page = Page("<title>wait</title>");
  AddHeader("CF-Mitigated", "challenge", &page);
  ExpectVerdict(page, v1::SKIPPED, v1::REASON_CHALLENGE);
}

TEST_F(PageParserTest, InvalidUtf8BecomesValidText) {
  const v1::Article article =
      ParseArticle(Page("<h1 class=t>\xE6\xA0\x87\xFF</h1>"));
  std::string bytes;
  EXPECT_TRUE(article.SerializeToString(&bytes));
  v1::Article again;
  EXPECT_TRUE(again.ParseFromString(bytes));
  EXPECT_FALSE(again.headline().empty());
}

TEST_F(PageParserTest, APageOfASiteWithoutARuleIsReadFromItsMetadata) {
  v1::FetchedPage page = Page(
      "<html><head><meta property='og:title' content='别的标题'></head><body>"
      "<p>一段足够长的正文，说明这一页确实有内容，而不只是导航。</p>"
      "<p>另一段足够长的正文，说明这一页确实有内容，而不只是导航。</p>");
  page.mutable_task()->set_requested_url("https://other.example/x.html");
  page.set_final_url("https://other.example/x.html");
  const v1::Article article = ParseArticle(page);
  EXPECT_EQ(article.headline(), "别的标题");
  EXPECT_EQ(article.parse_generation(), ParseGeneration(0));
  EXPECT_EQ(article.site(), "");
  EXPECT_EQ(article.article_key(), "https://other.example/x.html");
  EXPECT_THAT(article.article_body(), HasSubstr("确实有内容"));
}

TEST_F(PageParserTest, FillsFromMetadataWhatTheRuleMisses) {
  const v1::Article article = ParseArticle(
      Page("<html><head><meta property='og:title' content='og'>"
           "<meta property='og:description' content='摘要'></head><body>" +
           std::string(kPage)));
  EXPECT_EQ(article.headline(), "标题");
  EXPECT_EQ(article.description(), "摘要");
}

TEST_F(PageParserTest, GivesTheSameBytesForTheSamePage) {
  EXPECT_EQ(ParseArticle(Page(kPage)).SerializeAsString(),
            ParseArticle(Page(kPage)).SerializeAsString());
}

TEST_F(PageParserTest, ContentHashIsOfTheContentAlone) {
  const std::string hash = ParseArticle(Page(kPage)).content_hash();
  EXPECT_EQ(hash.size(), 32U);

  v1::FetchedPage later = Page(kPage);
  later.mutable_fetched_at()->set_seconds(1800000000);
  later.mutable_task()->set_task_id("task-2");
  EXPECT_EQ(ParseArticle(later).content_hash(), hash);

  std::string more_likes = kPage;
  more_likes.replace(more_likes.find(">3<"), 3, ">4<");
  EXPECT_EQ(ParseArticle(Page(more_likes)).content_hash(), hash);

  std::string other_text = kPage;
  other_text.replace(other_text.find("<p>二"), 3, "<p>三");
  EXPECT_NE(ParseArticle(Page(other_text)).content_hash(), hash);
}

TEST_F(PageParserTest, ContentHashStaysWhileARelativeDateAges) {
  const v1::FetchedPage young =
      Page("<h1 class=t>标题</h1><i class=date>3小时前</i>");
  v1::FetchedPage old = Page("<h1 class=t>标题</h1><i class=date>5小时前</i>");
  old.mutable_fetched_at()->set_seconds(1715000000 + 7200);
  const v1::Article first = ParseArticle(young);
  const v1::Article second = ParseArticle(old);
  EXPECT_TRUE(first.date_published().relative());
  EXPECT_EQ(first.content_hash(), second.content_hash());
}

TEST_F(PageParserTest, APageWithoutAUrlIsMalformed) {
  v1::FetchedPage page = Page(kPage);
  page.clear_final_url();
  page.mutable_task()->clear_requested_url();
  const Verdict verdict = ParseVerdict(page);
  EXPECT_EQ(verdict.kind, v1::DEAD);
  EXPECT_EQ(verdict.reason, v1::REASON_MALFORMED_RECORD);
}

TEST_F(PageParserTest, LoadNamesEveryFaultOfARuleWithItsLine) {
  std::ofstream(root_ / "morgen/rule.toml", std::ios::app)
      << "drops = [\".x\"]\nboilerplate = ['(']\n";
  const auto parser = PageParser::Load(config_, {root_.string()}, sites_);
  ASSERT_FALSE(parser);
  EXPECT_EQ(parser.error().code, Code::kBadConfiguration);
  EXPECT_THAT(parser.error().message, HasSubstr("rule.toml:29: "));
  EXPECT_THAT(parser.error().message, HasSubstr("did you mean \"drop\"?"));
  EXPECT_THAT(parser.error().message, HasSubstr("rule.toml:30: "));
}

}  // namespace
}  // namespace newsmill
