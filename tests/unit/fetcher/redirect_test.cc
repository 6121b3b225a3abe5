#include "fetcher/redirect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/fakes.h"

namespace newsmill {
namespace {

using ::testing::HasSubstr;
using Kind = AnswerVerdict::Kind;

class FollowRedirectTest : public ::testing::Test {
 protected:
  FollowRedirectTest()
      : sites_(
            testing::CatalogueOf({{"gazette", testing::SlowGazetteRule()}})) {
    task_.set_target("http://a.example/1");
    task_.set_requested_url("http://a.example/1");
    task_.set_url("http://a.example/1");
  }

  AnswerVerdict Follow(const std::string& location) {
    return FollowRedirect(sites_, 5, 302, location, task_);
  }

  SiteCatalogue sites_;
  v1::FetchTask task_;
};

TEST_F(FollowRedirectTest, MakesTheTargetAbsoluteAndKeepsTheChain) {
  EXPECT_EQ(Follow("../2?x=y#z").kind, Kind::kRedirect);
  EXPECT_EQ(task_.url(), "http://a.example/2?x=y");
  EXPECT_EQ(task_.requested_url(), "http://a.example/1");
  ASSERT_EQ(task_.redirects_size(), 1);
  EXPECT_EQ(task_.redirects(0).url(), "http://a.example/1");
  EXPECT_EQ(task_.redirects(0).location(), "http://a.example/2?x=y");
}

TEST_F(FollowRedirectTest, FollowsNoMoreThanConfigured) {
  for (int i = 2; i <= 6; ++i) {
    EXPECT_EQ(Follow("/" + std::to_string(i)).kind, Kind::kRedirect) << i;
  }
  const AnswerVerdict verdict = Follow("/7");
  EXPECT_EQ(verdict.kind, Kind::kFailure);
  EXPECT_EQ(verdict.reason, v1::REASON_TOO_MANY_REDIRECTS);
  EXPECT_EQ(task_.redirects_size(), 5);
}

TEST_F(FollowRedirectTest, ACircleEndsAtOnce) {
  const AnswerVerdict itself = Follow("/1");
  EXPECT_EQ(itself.reason, v1::REASON_TOO_MANY_REDIRECTS);
  EXPECT_THAT(itself.detail, HasSubstr("circle"));
}

TEST_F(FollowRedirectTest, AnotherSchemeIsOutOfScope) {
  for (const char* location : {"ftp://a.example/", "file:///etc/passwd",
                               "javascript:alert(1)", "GOPHER://a.example/"}) {
    const AnswerVerdict verdict = Follow(location);
    EXPECT_EQ(verdict.kind, Kind::kOutcome) << location;
    EXPECT_EQ(verdict.outcome, v1::SKIPPED) << location;
    EXPECT_EQ(verdict.reason, v1::REASON_OUT_OF_SCOPE) << location;
    EXPECT_EQ(task_.redirects_size(), 0);
  }
}

TEST_F(FollowRedirectTest, AnUnreadableLocationBreaksTheProtocol) {
  for (const char* location : {"http://", "http://[::1/", "//user:pw@b/"}) {
    const AnswerVerdict verdict = Follow(location);
    EXPECT_EQ(verdict.kind, Kind::kFailure) << location;
    EXPECT_EQ(verdict.reason, v1::REASON_HTTP_PROTOCOL) << location;
  }
}

TEST_F(FollowRedirectTest, AUrlTaskMayLeaveItsSite) {
  task_.set_site("gazette");
  task_.set_target("HTTP://www.gazette.example/news/1");
  task_.set_url("http://www.gazette.example/news/1");
  EXPECT_EQ(Follow("http://elsewhere.example/").kind, Kind::kRedirect);
}

TEST_F(FollowRedirectTest, ASitesTaskStaysOnTheSitesHosts) {
  task_.set_site("gazette");
  task_.set_target("gazette:1");
  task_.set_url("http://www.gazette.example/news/1");
  EXPECT_EQ(Follow("https://m.gazette.example/news/1").kind, Kind::kRedirect);
  const AnswerVerdict verdict = Follow("http://elsewhere.example/");
  EXPECT_EQ(verdict.reason, v1::REASON_EXTERNAL);
  EXPECT_THAT(verdict.detail, HasSubstr("http://elsewhere.example/"));
}

}  // namespace
}  // namespace newsmill
