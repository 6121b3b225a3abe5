// `newsmill robots` through the real binary, against a server on loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/loopback_command.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using testing::Answer;
using ::testing::HasSubstr;
using testing::Script;
using testing::ScriptedServer;

class RobotsCommandTest : public ::testing::Test {
 protected:
  RobotsCommandTest()
      : server_([this](const ScriptedServer::Request& request) {
          if (request.target == "/robots.txt") return robots_;
          return testing::Html("<p>a page</p>");
        }) {}

  process::Completed Run(std::vector<std::string> arguments) {
    return RunOnLoopback(folder_, std::move(arguments));
  }

  size_t RobotsRequests() const {
    size_t count = 0;
    for (const ScriptedServer::Request& request : server_.requests()) {
      if (request.target == "/robots.txt") ++count;
    }
    return count;
  }

  process::TempFolder folder_{"newsmill-robots"};
  Script robots_ = Answer("200 OK",
                          "User-agent: *\nDisallow: /private\nAllow: "
                          "/private/open\nCrawl-delay: 2\nSitemap: "
                          "https://a.example/s.xml\n\nUser-agent: "
                          "other\nDisallow: /\n");
  ScriptedServer server_;
};

TEST_F(RobotsCommandTest, ExplainsAnAllowedUrl) {
  const auto done = Run({"robots", server_.Url("/private/open/1")});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.output,
              AllOf(HasSubstr("Allowed to newsmill"),
                    HasSubstr("Line 3 decides, for *: Allow: /private/open"),
                    HasSubstr("Crawl-delay: 2s"),
                    HasSubstr("Sitemap: https://a.example/s.xml")));
}

TEST_F(RobotsCommandTest, ExplainsAForbiddenUrl) {
  const auto done = Run({"robots", server_.Url("/private/1"), "--json"});
  EXPECT_EQ(done.status.code, 1);
  const auto json = nlohmann::json::parse(done.output);
  EXPECT_EQ(json["allowed"], false);
  EXPECT_EQ(json["line"], 2);
  EXPECT_EQ(json["rule"], "Disallow: /private");
  EXPECT_EQ(json["group"], "*");
  EXPECT_EQ(json["robots_url"], server_.Url("/robots.txt"));
  EXPECT_EQ(json["status"], 200);
  EXPECT_EQ(json["crawl_delay_seconds"], 2.0);

  const auto other = Run({"robots", server_.Url("/1"), "--agent", "Other/2"});
  EXPECT_EQ(other.status.code, 1);
  EXPECT_THAT(other.output, HasSubstr("Line 8 decides, for other"));
}

TEST_F(RobotsCommandTest, ExplainsAFileThatCannotBeRead) {
  robots_ = Answer("503 Service Unavailable", "User-agent: *\nAllow: /\n");
  const auto done = Run({"robots", server_.Url("/1")});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.output,
              AllOf(HasSubstr("cannot be read"), HasSubstr("answered 503")));
  robots_ = Answer("404 Not Found", "");
  const auto none = Run({"robots", server_.Url("/1")});
  EXPECT_EQ(none.status.code, 0);
  EXPECT_THAT(none.output, HasSubstr("No robots.txt is there"));
}

TEST_F(RobotsCommandTest, UsesAFetchersCopyUnlessItIsToRefresh) {
  const std::string url = server_.Url("/private/1");
  ASSERT_EQ(Run({"enqueue", url}).status.code, 0);
  ASSERT_EQ(Run({"run", "--until-idle", "2s"}).status.code, 0);
  EXPECT_EQ(RobotsRequests(), 1u);
  const auto copy = Run({"robots", url});
  EXPECT_EQ(copy.status.code, 1) << copy.errors;
  EXPECT_THAT(copy.output, HasSubstr("by a fetcher"));
  EXPECT_EQ(RobotsRequests(), 1u);
  const auto fresh = Run({"robots", url, "--refresh"});
  EXPECT_EQ(fresh.status.code, 1) << fresh.errors;
  EXPECT_EQ(RobotsRequests(), 2u);
}

TEST_F(RobotsCommandTest, AnUnknownTargetIsAnError) {
  EXPECT_EQ(Run({"robots", "nowhere:1"}).status.code, 64);
  EXPECT_EQ(Run({"robots"}).status.code, 64);
}

}  // namespace
}  // namespace newsmill
