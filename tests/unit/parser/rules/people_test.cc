#include "parser/rules/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::rules {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PostSteps Post() {
  PostSteps post;
  post.byline_person = {std::make_shared<const RE2>(
      R"(^(?:\S{0,10}?)(?:记者|评论员)[\s　：:]+(.+)$)")};
  post.byline_slash = std::make_shared<const RE2>(R"(^(.+?)\s*/\s*(.+)$)");
  post.byline_slash_roles = {"整理"};
  post.byline_role_words = {"通讯员"};
  post.byline_organization = true;
  post.truncated_headline = std::make_shared<const RE2>(R"((?:\.\.\.|…+)$)");
  return post;
}

v1::Article WithByline(const std::string& byline) {
  v1::Article article;
  article.set_byline(byline);
  ReadByline(Post(), &article);
  return article;
}

std::vector<std::string> Authors(const v1::Article& article) {
  std::vector<std::string> names;
  for (const v1::Person& author : article.authors()) {
    names.push_back(author.name() +
                    (author.role().empty() ? "" : ":" + author.role()));
  }
  return names;
}

TEST(ParseNames, SplitsChineseNamesAtBlanksAndMarks) {
  EXPECT_THAT(ParseNames("甲一 乙二、丙三，丁四"),
              ElementsAre("甲一", "乙二", "丙三", "丁四"));
}

TEST(ParseNames, KeepsLatinNamesTogether) {
  EXPECT_THAT(ParseNames("Ada Byron、甲一"), ElementsAre("Ada Byron", "甲一"));
}

TEST(ParseNames, DropsBracketsAndStaffNumbers) {
  EXPECT_THAT(ParseNames("（甲一_NB123）"), ElementsAre("甲一"));
  EXPECT_THAT(ParseNames("HN666"), IsEmpty());
}

TEST(Byline, NamesReportersAndTheirRoles) {
  EXPECT_THAT(Authors(WithByline("某报记者 甲一 通讯员 乙二")),
              ElementsAre("甲一", "乙二:通讯员"));
}

TEST(Byline, SlashSeparatesAuthorAndMedium) {
  const v1::Article article = WithByline("甲一/某某青年报");
  EXPECT_THAT(Authors(article), ElementsAre("甲一"));
  EXPECT_EQ(article.source_organization().name(), "某某青年报");
}

TEST(Byline, SlashBeforeARoleWordNamesNoMedium) {
  const v1::Article article = WithByline("甲一/整理");
  EXPECT_THAT(Authors(article), ElementsAre("甲一:整理"));
  EXPECT_FALSE(article.has_source_organization());
}

TEST(Byline, AnAccountIsTheSourceAndNoPerson) {
  const v1::Article article = WithByline("某某检察院微信公众号");
  EXPECT_THAT(Authors(article), IsEmpty());
  EXPECT_EQ(article.source_organization().name(), "某某检察院微信公众号");
}

TEST(Byline, DoesNotReplaceTheSourceThatThePageNames) {
  v1::Article article;
  article.set_byline("某某检察院");
  article.mutable_source_organization()->set_name("某报");
  ReadByline(Post(), &article);
  EXPECT_EQ(article.source_organization().name(), "某报");
}

TEST(Headline, CutOneBecomesTheOriginalTitleThatItStarts) {
  v1::Article article;
  article.set_headline("很长的标题的开头...");
  article.set_alternative_headline("很长的标题的开头和它的结尾");
  CompleteHeadline(Post(), &article);
  EXPECT_EQ(article.headline(), "很长的标题的开头和它的结尾");
}

TEST(Headline, CutOneStandsWhereTheOriginalTitleIsAnother) {
  v1::Article article;
  article.set_headline("很长的标题的开头…");
  article.set_alternative_headline("另一个标题");
  CompleteHeadline(Post(), &article);
  EXPECT_EQ(article.headline(), "很长的标题的开头…");
}

}  // namespace
}  // namespace newsmill::rules
