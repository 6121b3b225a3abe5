#include "fetcher/fetch_once.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

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

std::string Gzip(const std::string& text) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                         kGzipWindow, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string in = text;
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class FetchOnceTest : public ::testing::Test {
 protected:
  FetchOnceTest()
      : sites_(testing::CatalogueOf({{"gazette", testing::kGazetteRule}})),
        server_([this](const ScriptedServer::Request& request) {
          if (request.target == "/robots.txt") return robots_;
          if (request.target == "/rules.txt") {
            return Answer("200 OK", "User-agent: *\nDisallow: /\n");
          }
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
    config_.host_delay = 0ms;
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
  Script robots_ = Answer("404 Not Found", "");
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

TEST_F(FetchOnceTest, AHostThatMayNotBeAskedGetsTheLineToPaste) {
  const FetchedOnce fetched = Fetch("http://nowhere.invalid/");
  EXPECT_FALSE(fetched.page);
  EXPECT_EQ(fetched.outcome.kind(), v1::DEAD);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_ADDRESS_REFUSED);
  EXPECT_THAT(fetched.outcome.detail(), HasSubstr("[fetcher]\ncontact = "));
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
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].target, "/robots.txt");
  EXPECT_GE(requests[1].received_at - requests[0].received_at, 50ms);
  EXPECT_GE(requests[2].received_at - requests[1].received_at, 50ms);
}

TEST_F(FetchOnceTest, ObeysRobotsTxt) {
  robots_ = Answer("200 OK", "User-agent: newsmill\nDisallow: /news/\n");
  const FetchedOnce fetched = Fetch("gazette:1");
  EXPECT_FALSE(fetched.page);
  EXPECT_EQ(fetched.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_ROBOTS);
  EXPECT_THAT(fetched.outcome.detail(), HasSubstr("Disallow: /news/ (line 2"));
  EXPECT_EQ(server_.requests().size(), 1u);

  config_.robots = "off";
  EXPECT_TRUE(Fetch("gazette:1").page);
  EXPECT_EQ(server_.requests().size(), 2u) << "not asked for";
}

TEST_F(FetchOnceTest, ReadsRobotsTxtThatIsCompressed) {
  robots_ = Answer("200 OK", Gzip("User-agent: *\nDisallow: /news\n"),
                   {"Content-Encoding: gzip"});
  EXPECT_EQ(Fetch("gazette:1").outcome.reason(), v1::REASON_ROBOTS);
  EXPECT_THAT(server_.requests().at(0).head,
              HasSubstr("Accept-Encoding: gzip\r\n"));
}

TEST_F(FetchOnceTest, AHugeRobotsTxtCountsUpToItsLimit) {
  robots_ =
      Answer("200 OK", "User-agent: *\nDisallow: /news\n" +
                           std::string(10'000'000, '#') + "\nAllow: /news/1\n");
  EXPECT_EQ(Fetch("gazette:1").outcome.reason(), v1::REASON_ROBOTS);
}

TEST_F(FetchOnceTest, DoesNotWaitForARobotsTxtThatCannotBeRead) {
  robots_ = Answer("500 Internal Server Error", "User-agent: *\nAllow: /\n");
  const FetchedOnce fetched = Fetch("gazette:1");
  EXPECT_EQ(fetched.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(fetched.outcome.reason(), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_THAT(fetched.outcome.detail(), HasSubstr("answered 500"));
}

TEST_F(FetchOnceTest, FollowsRobotsTxtToAnotherHost) {
  robots_ = RedirectTo("http://m.gazette.example/rules.txt");
  EXPECT_EQ(Fetch("gazette:1").outcome.reason(), v1::REASON_ROBOTS);
  EXPECT_EQ(server_.requests().size(), 2u);
}

TEST_F(FetchOnceTest, AnEndlessRedirectOfRobotsTxtIsNoFile) {
  robots_ = RedirectTo("/robots.txt");
  EXPECT_TRUE(Fetch("gazette:1").page);
  EXPECT_EQ(server_.requests().size(), 7u) << "six times, then the page";
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
