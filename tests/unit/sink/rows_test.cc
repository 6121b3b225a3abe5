#include "sink/rows.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::sql {
namespace {

using ::testing::ElementsAre;
using Kind = Value::Kind;

Value Column(const v1::Article& article, const std::string& name) {
  const std::vector<Value> values = ArticleValues(article);
  for (size_t i = 0; i < values.size(); ++i)
    if (ArticleColumns()[i].name == name) return values[i];
  ADD_FAILURE() << "no column " << name;
  return Null{};
}

TEST(ArticleRow, HasAValueForEachColumnWhateverTheArticleHolds) {
  EXPECT_EQ(ArticleValues(v1::Article()).size(), ArticleColumns().size());
  v1::Article full;
  full.add_authors()->set_name("a");
  full.mutable_date_published()->set_raw("x");
  full.set_like_count(3);
  EXPECT_EQ(ArticleValues(full).size(), ArticleColumns().size());
  std::set<std::string> names;
  for (const auto& column : ArticleColumns()) names.insert(column.name);
  EXPECT_EQ(names.size(), ArticleColumns().size()) << "each name once";
}

TEST(ArticleRow, TellsZeroFromNothing) {
  v1::Article article;
  EXPECT_EQ(Column(article, "like_count").kind, Kind::kNull);
  article.set_like_count(0);
  EXPECT_EQ(Column(article, "like_count").kind, Kind::kInteger);
  EXPECT_EQ(Column(article, "like_count").number, 0);
}

TEST(ArticleRow, TellsAnEmptyTextFromNoneWhereThePageMay) {
  v1::Article article;
  EXPECT_EQ(Column(article, "description").kind, Kind::kNull);
  article.set_description("");
  EXPECT_EQ(Column(article, "description").kind, Kind::kText);
  EXPECT_EQ(Column(article, "canonical_url").kind, Kind::kNull);
}

TEST(ArticleRow, DateKeepsItsTextAndWhatWasAssumed) {
  v1::Article article;
  v1::PageDate& date = *article.mutable_date_published();
  date.set_raw("07-24 20:01");
  date.mutable_time()->set_seconds(1784923260);
  date.set_precision(v1::PageDate::MINUTE);
  date.set_year_assumed(true);
  EXPECT_EQ(FormatRfc3339(Column(article, "date_published").time()),
            "2026-07-24T20:01:00.000Z");
  EXPECT_EQ(Column(article, "date_published_raw").text, "07-24 20:01");
  EXPECT_EQ(Column(article, "date_published_precision").text, "MINUTE");
  EXPECT_EQ(Column(article, "date_published_year_assumed").number, 1);
  EXPECT_EQ(Column(article, "date_published_zone_assumed").number, 0);
  EXPECT_EQ(Column(article, "date_modified_raw").kind, Kind::kNull);
}

TEST(ArticleRow, DateWithoutATimeIsNotTheEpoch) {
  v1::Article article;
  article.mutable_date_published()->set_raw("someday");
  EXPECT_EQ(Column(article, "date_published").kind, Kind::kNull);
  EXPECT_EQ(Column(article, "date_published_precision").kind, Kind::kNull);
}

TEST(ArticleRow, BlocksAndImagesAreJsonInReadingOrder) {
  v1::Article article;
  article.add_images()->set_url("https://i.example/1.jpg");
  article.mutable_images(0)->set_width(640);
  v1::Block& text = *article.add_blocks();
  text.set_kind(v1::Block::PARAGRAPH);
  text.set_text("一\"二");
  v1::Block& image = *article.add_blocks();
  image.set_kind(v1::Block::IMAGE);
  image.set_image(0);
  EXPECT_EQ(Column(article, "blocks").text,
            R"([{"kind":"PARAGRAPH","text":"一\"二"},)"
            R"({"kind":"IMAGE","image":0}])");
  EXPECT_EQ(Column(article, "images").text,
            R"([{"url":"https://i.example/1.jpg","width":640}])");
  EXPECT_EQ(Column(article, "videos").kind, Kind::kNull);
}

TEST(ArticleRow, NulCharactersAreTakenOut) {
  v1::Article article;
  article.set_headline(std::string("a\0b", 3));
  article.add_authors()->set_name(std::string("c\0d", 3));
  EXPECT_EQ(Column(article, "headline").text, "ab");
  EXPECT_THAT(Column(article, "authors").list, ElementsAre("cd"));
  EXPECT_EQ(Column(article, "author_details").text, R"([{"name":"cd"}])");
}

TEST(ArticleRow, HasABodyWhereThereIsText) {
  v1::Article article;
  EXPECT_EQ(Column(article, "has_body").number, 0);
  article.set_article_body("x");
  EXPECT_EQ(Column(article, "has_body").number, 1);
}

TEST(Names, GoForthAndBack) {
  for (int number = v1::Reason_MIN; number <= v1::Reason_MAX; ++number) {
    if (!v1::Reason_IsValid(number) || number == 0) continue;
    const auto reason = static_cast<v1::Reason>(number);
    EXPECT_EQ(ReasonFromName(ReasonName(reason).text), reason);
  }
  for (const v1::OutcomeKind kind :
       {v1::DEAD, v1::SKIPPED, v1::GONE, v1::UNCHANGED, v1::STORED})
    EXPECT_EQ(KindFromName(KindName(kind).text), kind);
  EXPECT_EQ(ReasonName(v1::REASON_UNSPECIFIED).kind, Kind::kNull);
  EXPECT_EQ(ReasonFromName("of the future"), v1::REASON_UNSPECIFIED);
}

TEST(Names, ReasonOfANewerBinaryKeepsItsNumber) {
  EXPECT_EQ(ReasonName(static_cast<v1::Reason>(999)).text, "999");
}

TEST(ArticleRow, HasTheDigestOfHeadlineAndText) {
  v1::Article article;
  article.set_headline("Twelve parks open");
  EXPECT_EQ(Column(article, "text_sha256").kind, Kind::kNull);
  article.set_article_body("First.\nSecond.");
  EXPECT_EQ(Column(article, "text_sha256").text,
            "f7fa96b78d2467ac16d928662f1376a81ccef5d698552e22405c531a353119da");
  EXPECT_EQ(Column(article, "simhash").kind, Kind::kNull) << "too short";
  EXPECT_EQ(Column(article, "simhash_band_0").kind, Kind::kNull);
}

TEST(ArticleRow, CutsTheSimHashIntoFourBands) {
  v1::Article article;
  article.set_article_body(
      "Twelve parks opened along the river, and more of them will follow in "
      "the spring, once the old factory by the bridge has been cleared.");
  const auto hash = static_cast<uint64_t>(Column(article, "simhash").number);
  uint64_t joined = 0;
  for (int i = 3; i >= 0; --i) {
    const int64_t band =
        Column(article, "simhash_band_" + std::to_string(i)).number;
    EXPECT_GE(band, 0);
    EXPECT_LE(band, 65535);
    joined = joined << 16 | static_cast<uint64_t>(band);
  }
  EXPECT_EQ(joined, hash);
}

TEST(ArticleRow, SaysWhatThePageOptsOutOf) {
  v1::Article article;
  EXPECT_EQ(Column(article, "usage").kind, Kind::kNull);
  v1::UsageSignal& usage = *article.add_usage();
  usage.set_signal(v1::UsageSignal::NOARCHIVE);
  usage.set_where(v1::UsageSignal::HEADER);
  usage.set_agent("newsmill");
  EXPECT_EQ(Column(article, "usage").text,
            R"([{"signal":"NOARCHIVE","where":"HEADER","agent":"newsmill"}])");
  article.set_amp_url("https://a.example/amp");
  EXPECT_EQ(Column(article, "amp_url").text, "https://a.example/amp");
}

}  // namespace
}  // namespace newsmill::sql
