// What stands in C++ around the guard. The guard itself is SQL and is tested
// over every store, in every order, by store_contract_test.

#include "sink/guard.h"

#include <gtest/gtest.h>

namespace newsmill::sql {
namespace {

v1::Outcome About(v1::OutcomeKind kind, v1::Reason reason) {
  v1::Outcome outcome;
  outcome.set_kind(kind);
  outcome.set_reason(reason);
  outcome.set_article_key("k");
  outcome.mutable_fetched_at()->set_seconds(1);
  return outcome;
}

TEST(SpeaksOfArticle, WherePageWasSeen) {
  EXPECT_TRUE(SpeaksOfArticle(About(v1::GONE, v1::REASON_HTTP_NOT_FOUND)));
  EXPECT_TRUE(SpeaksOfArticle(About(v1::GONE, v1::REASON_HTTP_GONE)));
  EXPECT_TRUE(SpeaksOfArticle(About(v1::GONE, v1::REASON_REMOVED)));
  EXPECT_TRUE(SpeaksOfArticle(About(v1::GONE, v1::REASON_SOFT_404)));
  for (const v1::Reason reason :
       {v1::REASON_EXTERNAL, v1::REASON_LIST, v1::REASON_EMPTY_SHELL,
        v1::REASON_CHALLENGE, v1::REASON_CONSENT, v1::REASON_LOGIN,
        v1::REASON_NOT_HTML, v1::REASON_NO_ARTICLE, v1::REASON_USAGE_OPT_OUT,
        v1::REASON_EMPTY_BODY})
    EXPECT_TRUE(SpeaksOfArticle(About(v1::SKIPPED, reason)))
        << v1::Reason_Name(reason);
}

TEST(SpeaksOfArticle, NotWhereTheTaskWasLeftAlone) {
  for (const v1::Reason reason :
       {v1::REASON_ROBOTS, v1::REASON_ROBOTS_UNAVAILABLE, v1::REASON_DUPLICATE,
        v1::REASON_OUT_OF_SCOPE, v1::REASON_BLOCKED_BY_OPERATOR,
        v1::REASON_CANCELLED, v1::REASON_EXPIRED, v1::REASON_SUPPRESSED})
    EXPECT_FALSE(SpeaksOfArticle(About(v1::SKIPPED, reason)))
        << v1::Reason_Name(reason);
}

TEST(SpeaksOfArticle, NotWhereTheAttemptsFailedOrNothingChanged) {
  EXPECT_FALSE(SpeaksOfArticle(About(v1::DEAD, v1::REASON_TRUNCATED)));
  EXPECT_FALSE(SpeaksOfArticle(About(v1::UNCHANGED, v1::REASON_NOT_MODIFIED)));
}

TEST(SpeaksOfArticle, NotWithoutKeyOrTime) {
  v1::Outcome no_key = About(v1::GONE, v1::REASON_REMOVED);
  no_key.clear_article_key();
  EXPECT_FALSE(SpeaksOfArticle(no_key));
  v1::Outcome no_time = About(v1::GONE, v1::REASON_REMOVED);
  no_time.clear_fetched_at();
  EXPECT_FALSE(SpeaksOfArticle(no_time));
}

TEST(JudgeWritten, NamesWhatTheWriteDid) {
  EXPECT_EQ(JudgeWritten("NEW").kind, v1::STORED);
  EXPECT_EQ(JudgeWritten("NEW").reason, v1::REASON_NEW);
  EXPECT_EQ(JudgeWritten("UPDATED").kind, v1::STORED);
  EXPECT_EQ(JudgeWritten("UPDATED").reason, v1::REASON_UPDATED);
  EXPECT_EQ(JudgeWritten("SAME_CONTENT").kind, v1::UNCHANGED);
  EXPECT_EQ(JudgeWritten("SAME_CONTENT").reason, v1::REASON_SAME_CONTENT);
}

// (suppressed, content_hash, has_body, shrunk) of the row that refused.
ArticleResult Refused(const char* suppressed, const char* hash,
                      const char* has_body, const std::string& body,
                      const char* shrunk = "0") {
  v1::Article article;
  article.set_content_hash("h1");
  article.set_article_body(body);
  return JudgeRefused(article, Row{suppressed, hash, has_body, shrunk});
}

TEST(JudgeRefused, SaysWhy) {
  EXPECT_EQ(Refused("0", "h2", "1", "text").reason, v1::REASON_SUPERSEDED);
  EXPECT_EQ(Refused("0", "h2", "0", "").reason, v1::REASON_SUPERSEDED);
  EXPECT_EQ(Refused("0", "h2", "1", "").reason, v1::REASON_BODY_KEPT);
  EXPECT_EQ(Refused("0", "h2", "1", "t", "1").reason, v1::REASON_SHRUNK);
  EXPECT_EQ(Refused("0", "h1", "1", "text").reason, v1::REASON_SAME_CONTENT);
  EXPECT_EQ(Refused("0", "h1", "1", "text").kind, v1::UNCHANGED);
  EXPECT_EQ(Refused("1", "h1", "1", "text").reason, v1::REASON_SUPPRESSED);
  EXPECT_EQ(Refused("1", "h1", "1", "text").kind, v1::SKIPPED);
}

}  // namespace
}  // namespace newsmill::sql
