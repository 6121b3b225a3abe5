// The topic fetch_log, through the real binary: a record of each request.

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "fetcher/hosts/read_topic.h"
#include "newsmill/v1/fetch_attempt.pb.h"
#include "tests/e2e/loopback_command.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::ScriptedServer;
using v1::FetchAttempt;

class FetchLogTest : public ::testing::Test {
 protected:
  FetchLogTest()
      : server_([](const ScriptedServer::Request& request) {
          if (request.target == "/robots.txt") {
            return Answer("404 Not Found", "");
          }
          if (request.target == "/moved") {
            return testing::RedirectTo("/page");
          }
          if (request.target == "/ill") {
            return Answer("503 Service Unavailable", "");
          }
          if (request.target == "/gone") return Answer("410 Gone", "");
          return testing::Html("<h1>A headline</h1><p>A page.</p>");
        }) {}

  void Run(std::vector<std::string> arguments,
           const std::vector<std::string>& more = {}) {
    arguments.insert(arguments.end(),
                     {"--set", "fetcher.retry_delays=[\"1s\"]"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto done = RunOnLoopback(folder_, std::move(arguments));
    ASSERT_EQ(done.status.code, 0) << done.errors;
  }

  std::vector<FetchAttempt> Attempts() {
    BusConfig config;
    config.data_dir = folder_ / "data";
    config.fetch_log = true;
    const auto bus = OpenBus(config);
    EXPECT_TRUE(bus) << bus.error().message;
    const Topics topics(config, {});
    std::vector<TopicPartition> partitions;
    for (int32_t i = 0; i < topics.PartitionsOf(topics.fetch_log); ++i) {
      partitions.push_back({topics.fetch_log, i});
    }
    std::vector<FetchAttempt> attempts;
    const auto read = ReadToEnd(
        **bus, partitions, std::chrono::seconds(60), Clock::System(),
        [&](const Message& message) {
          EXPECT_TRUE(attempts.emplace_back().ParseFromString(message.value));
        });
    EXPECT_TRUE(read) << read.error().message;
    return attempts;
  }

  process::TempFolder folder_{"newsmill-fetch-log"};
  ScriptedServer server_;
};

TEST_F(FetchLogTest, HasARecordOfEachRequestAndWhatCameOfIt) {
  const std::vector<std::string> on = {"--set", "log.fetch_log=true"};
  Run({"enqueue", "--batch", "b", server_.Url("/moved"), server_.Url("/ill"),
       server_.Url("/gone")},
      on);
  Run({"run", "--until-idle", "2s"}, on);
  // The server's own log says what was asked.
  std::map<std::string, int> asked, logged;
  for (const auto& request : server_.requests()) {
    ++asked[server_.Url(request.target)];
  }
  std::map<std::string, FetchAttempt> last;
  for (const FetchAttempt& attempt : Attempts()) {
    ++logged[attempt.url()];
    last[attempt.url()] = attempt;
    EXPECT_EQ(attempt.host(), server_.address());
    EXPECT_TRUE(attempt.has_at());
    EXPECT_EQ(attempt.remote_address(), server_.address());
  }
  EXPECT_EQ(logged, asked);

  const FetchAttempt& robots = last[server_.Url("/robots.txt")];
  EXPECT_EQ(robots.purpose(), FetchAttempt::ROBOTS);
  EXPECT_EQ(robots.http_status(), 404);
  EXPECT_EQ(robots.task_id(), "");
  const FetchAttempt& moved = last[server_.Url("/moved")];
  EXPECT_EQ(moved.result(), FetchAttempt::REDIRECTED);
  EXPECT_EQ(moved.location(), "/page");
  const FetchAttempt& page = last[server_.Url("/page")];
  EXPECT_EQ(page.result(), FetchAttempt::FETCHED);
  EXPECT_EQ(page.purpose(), FetchAttempt::PAGE);
  EXPECT_EQ(page.task_id(), moved.task_id());
  EXPECT_EQ(page.batch(), "b");
  EXPECT_GT(page.body_bytes(), 0);
  EXPECT_THAT(page.content_type(), HasSubstr("html"));
  const FetchAttempt& ill = last[server_.Url("/ill")];
  EXPECT_EQ(asked[server_.Url("/ill")], 2);
  EXPECT_EQ(ill.result(), FetchAttempt::TRY_AGAIN);
  EXPECT_EQ(ill.reason(), v1::REASON_HTTP_SERVER_ERROR);
  EXPECT_EQ(ill.attempt(), 1) << "the second one";
  const FetchAttempt& gone = last[server_.Url("/gone")];
  EXPECT_EQ(gone.result(), FetchAttempt::ENDED);
  EXPECT_EQ(gone.reason(), v1::REASON_HTTP_GONE);
}

TEST_F(FetchLogTest, IsOffUnlessItIsWanted) {
  Run({"enqueue", server_.Url("/page")});
  Run({"run", "--until-idle", "2s"});
  BusConfig config;
  config.data_dir = folder_ / "data";
  const auto bus = OpenBus(config);
  ASSERT_TRUE(bus);
  const auto topics = (*bus)->admin().ListTopics();
  ASSERT_TRUE(topics);
  EXPECT_FALSE(topics->empty());
  for (const TopicInfo& topic : *topics) {
    EXPECT_NE(topic.name, "newsmill.fetch_log");
  }
}

}  // namespace
}  // namespace newsmill
