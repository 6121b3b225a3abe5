#include "fetcher/fetch_once.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"
#include "tests/unit/fetcher/fakes.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::HasSubstr;
using testing::Html;
using testing::RedirectTo;
using testing::Script;
using testing::ScriptedServer;

class FetchOnceTest : public ::testing::Test {
 protected:
  FetchOnceTest()
      : sites_(testing::CatalogueOf({{"gazette", testing::kGazetteRule}})),
        server_([](const ScriptedServer::Request& request) {
          if (request.target == "/news/1") return Html("one");
          if (request.target == "/moved") {
            return RedirectTo("http://m.gazette.example/news/1");
          }
          if (request.target == "/news/2") {
            return RedirectTo("http://elsewhere.example/2");
          }
          if (request.target == "/news/3") {
            return RedirectTo("http://m.gazette.example/news/1");
          }
          return Answer("404 Not Found", "");
        }) {
    config_.connect_to = {
        {"www.gazette.example:80", server_.address()},
        {"m.gazette.example:80", server_.address()},
    };
    config_.allow_addresses = {"127.0.0.1"};
  }

  FetchedOnce Fetch(const std::string& text) {
    const Result<Target> target = sites_.Resolve(text);
    EXPECT_TRUE(target) << target.error().message;
    Result<FetchedOnce> fetched = FetchOnce(config_, sites_, *target, text);
    EXPECT_TRUE(fetched) << fetched.error().message;
    return std::move(*fetched);
  }

  SiteCatalogue sites_;
  ScriptedServer server_;
  FetcherConfig config_;
};

TEST_F(FetchOnceTest, GivesThePage) {
  const FetchedOnce fetched = Fetch("gazette:1");
  ASSERT_TRUE(fetched.page) << fetched.outcome.detail();
  EXPECT_EQ(fetched.page->body(), "one");
  EXPECT_EQ(fetched.page->article_key(), "gazette:1");
  EXPECT_EQ(fetched.page->task().target(), "gazette:1");
  EXPECT_FALSE(fetched.page->task().task_id().empty());
  EXPECT_TRUE(fetched.page->has_fetched_at());
}

TEST_F(FetchOnceTest, FollowsARedirectToAnotherHostOfTheSite) {
  const FetchedOnce fetched = Fetch("gazette:3");
  ASSERT_TRUE(fetched.page) << fetched.outcome.detail();
  EXPECT_EQ(fetched.page->final_url(), "http://m.gazette.example/news/1");
  EXPECT_EQ(fetched.page->redirects_size(), 1);
  EXPECT_EQ(fetched.page->article_key(), "gazette:3") << "as requested";
}

TEST_F(FetchOnceTest, ARedirectOffTheSiteIsExternal) {
  const FetchedOnce fetched = Fetch("gazette:2");
  EXPECT_FALSE(fetched.page);
  EXPECT_EQ(fetched.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_EXTERNAL);
  EXPECT_THAT(fetched.outcome.detail(), HasSubstr("elsewhere.example"));
}

TEST_F(FetchOnceTest, AMissingPageIsGone) {
  const FetchedOnce fetched = Fetch("gazette:404");
  EXPECT_FALSE(fetched.page);
  EXPECT_EQ(fetched.outcome.kind(), v1::GONE);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_HTTP_NOT_FOUND);
  EXPECT_EQ(fetched.outcome.http_status(), 404);
  EXPECT_EQ(fetched.outcome.article_key(), "gazette:404");
}

TEST_F(FetchOnceTest, AHostThatMayNotBeAskedGetsTheLinesToPaste) {
  const FetchedOnce fetched = Fetch("http://nowhere.invalid/");
  EXPECT_FALSE(fetched.page);
  EXPECT_EQ(fetched.outcome.kind(), v1::DEAD);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_ADDRESS_REFUSED);
  EXPECT_THAT(fetched.outcome.detail(),
              HasSubstr("[fetcher]\nrobots = \"off\"\ncontact = "));
}

TEST_F(FetchOnceTest, ARefusalOfTheGuardSaysWhatToConfigure) {
  config_.allow_addresses.clear();
  const FetchedOnce fetched = Fetch(server_.Url("/news/1"));
  EXPECT_FALSE(fetched.page);
  EXPECT_EQ(fetched.outcome.kind(), v1::DEAD);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_ADDRESS_REFUSED);
  EXPECT_THAT(fetched.outcome.detail(), HasSubstr("127.0.0.1 is a loopback"));
  EXPECT_THAT(fetched.outcome.detail(),
              HasSubstr("[fetcher]\nallow_addresses = [\"127.0.0.0/8\"]"));
  EXPECT_EQ(server_.connections(), 0);
}

TEST_F(FetchOnceTest, KeepsAHostsDelayBetweenTwoTargets) {
  config_.host_delay = 50ms;
  auto fetcher = OneShotFetcher::Create(config_, sites_);
  ASSERT_TRUE(fetcher) << fetcher.error().message;
  const std::string url = server_.Url("/news/1");
  for (int i = 0; i < 2; ++i) {
    (*fetcher)->Fetch(*sites_.Resolve(url), url);
  }
  const auto requests = server_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_GE(requests[1].received_at - requests[0].received_at, 50ms);
}

TEST_F(FetchOnceTest, RefusesAConfigurationThatCannotWork) {
  config_.max_in_flight = 0;
  const std::string url = server_.Url("/news/1");
  const auto fetched = FetchOnce(config_, sites_, *sites_.Resolve(url), url);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Code::kBadConfiguration);
}

}  // namespace
}  // namespace newsmill
