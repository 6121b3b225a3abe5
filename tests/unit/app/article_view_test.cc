#include "app/article_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/cli/message_json.h"
#include "core/base/time.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {
namespace {

using ::testing::HasSubstr;

v1::Article SomeArticle() {
  v1::Article article;
  article.set_article_key("gazette:7");
  article.set_headline("A Headline");
  article.set_byline("By Someone");
  article.set_like_count(0);
  article.add_keywords("one");
  article.add_keywords("two");
  auto* date = article.mutable_date_published();
  date->set_raw("2018-12-12 16:40");
  *date->mutable_time() = ToProto(*ParseRfc3339("2018-12-12T16:40:00+08:00"));
  date->set_precision(v1::PageDate::MINUTE);
  date->set_utc_offset_minutes(480);
  auto* block = article.add_blocks();
  block->set_kind(v1::Block::PARAGRAPH);
  block->set_text("First paragraph.");
  block = article.add_blocks();
  block->set_kind(v1::Block::IMAGE);
  block->set_image(0);
  article.add_images()->set_url("https://img.example/1.jpg");
  return article;
}

std::string Selected(const std::string& fields) {
  const auto selection = FieldSelection::Parse(fields);
  return selection ? JsonLine(selection->Apply(SomeArticle()))
                   : selection.error().message;
}

TEST(MessageToJson, UsesTheNamesAndTheOrderOfTheProtoFile) {
  const auto json = MessageToJson(SomeArticle());
  EXPECT_EQ(json.begin().key(), "article_key");
  EXPECT_EQ(json["headline"], "A Headline");
  EXPECT_EQ(json["blocks"][0]["kind"], "PARAGRAPH");
  EXPECT_EQ(json["date_published"]["time"], "2018-12-12T08:40:00.000Z");
}

TEST(MessageToJson, TellsZeroFromNothing) {
  const auto json = MessageToJson(SomeArticle());
  EXPECT_TRUE(json["like_count"].is_number());
  EXPECT_EQ(json["like_count"], 0);
  EXPECT_FALSE(json.contains("comment_count"));
  EXPECT_EQ(json["blocks"][1]["image"], 0);
  EXPECT_FALSE(json["blocks"][0].contains("image"));
}

TEST(MessageToJson, EncodesBytesAndUnknownEnums) {
  v1::FetchTask task;
  task.set_lane(static_cast<v1::FetchTask::Lane>(9));
  EXPECT_EQ(MessageToJson(task)["lane"], 9);
}

TEST(JsonLine, StaysOnOneLine) {
  v1::Article article;
  article.set_headline("a\nb");
  EXPECT_EQ(JsonLine(MessageToJson(article)), R"({"headline":"a\nb"})");
}

TEST(FieldSelection, KeepsTheOrderThatWasAskedFor) {
  EXPECT_EQ(Selected("headline,article_key"),
            R"({"headline":"A Headline","article_key":"gazette:7"})");
  EXPECT_EQ(
      Selected("date_published.raw,keywords"),
      R"({"date_published.raw":"2018-12-12 16:40","keywords":["one","two"]})");
}

TEST(FieldSelection, GivesNullForWhatTheArticleDoesNotHave) {
  EXPECT_EQ(Selected("dateline,publisher.name"),
            R"({"dateline":null,"publisher.name":null})");
}

TEST(FieldSelection, RefusesUnknownFields) {
  EXPECT_THAT(Selected("headlin"), HasSubstr("did you mean 'headline'?"));
  for (const char* fields :
       {"date_published.rw", "headline.x", ",", "a..b", "blocks.text"}) {
    EXPECT_FALSE(FieldSelection::Parse(fields)) << fields;
  }
}

TEST(DateText, ShowsNoMoreThanThePageSaid) {
  v1::PageDate date = SomeArticle().date_published();
  EXPECT_EQ(DateText(date), "2018-12-12 16:40");
  date.set_precision(v1::PageDate::DAY);
  EXPECT_EQ(DateText(date), "2018-12-12");
  date.clear_time();
  EXPECT_EQ(DateText(date), "2018-12-12 16:40") << "raw, where unreadable";
}

TEST(PrintArticle, ReadsLikeAnArticle) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  Output out(stream, false, false, 80);
  PrintArticle(SomeArticle(), out);
  std::fclose(stream);
  const std::string printed(text, size);
  std::free(text);
  EXPECT_THAT(printed, testing::StartsWith(
                           "A Headline\n2018-12-12 16:40 · By Someone\n"));
  EXPECT_THAT(printed, HasSubstr("First paragraph.\n"));
  EXPECT_THAT(printed, HasSubstr("[https://img.example/1.jpg]"));
  EXPECT_THAT(printed, HasSubstr("counts: 0 likes\n"));
}

}  // namespace
}  // namespace newsmill
