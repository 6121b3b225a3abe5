// `newsmill enqueue --feed | --sitemap` through the real binary, against a
// server on loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "fetcher/hosts/read_topic.h"
#include "newsmill/v1/fetch_task.pb.h"
#include "tests/e2e/loopback_command.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using testing::Answer;
using ::testing::HasSubstr;
using testing::Script;
using testing::ScriptedServer;
using Json = nlohmann::json;

class SeedingTest : public ::testing::Test {
 protected:
  SeedingTest()
      : server_([this](const ScriptedServer::Request& request) {
          if (request.target == "/feed.xml") {
            return Answer(status_, feed_, {"Content-Type: text/xml"});
          }
          if (request.target == "/robots.txt") {
            return Answer("404 Not Found", "");
          }
          return testing::Html("<h1>A headline</h1><p>A page.</p>");
        }) {
    feed_ = Feed({"/1", "/2"});
  }

  // Items of one day; the second path on is an hour younger each.
  std::string Feed(const std::vector<std::string>& paths) const {
    std::string text = "<rss version=\"2.0\"><channel>";
    int hour = 10;
    for (const std::string& path : paths) {
      text += "<item><link>" + path + "</link><pubDate>24 Jul 2026 " +
              std::to_string(hour++) + ":00:00 GMT</pubDate></item>";
    }
    return text + "</channel></rss>";
  }

  process::Completed Run(std::vector<std::string> arguments) {
    return RunOnLoopback(folder_, std::move(arguments));
  }
  process::Completed Enqueue(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"enqueue", "--feed",
                                          server_.Url("/feed.xml"), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(std::move(arguments));
  }
  std::vector<v1::FetchTask> TasksOnTheLog() {
    BusConfig config;
    config.data_dir = folder_ / "data";
    const auto bus = OpenBus(config);
    EXPECT_TRUE(bus) << bus.error().message;
    const Topics topics(config, {});
    std::vector<TopicPartition> partitions;
    for (int32_t i = 0; i < topics.PartitionsOf(topics.tasks); ++i) {
      partitions.push_back({topics.tasks, i});
    }
    std::vector<v1::FetchTask> tasks;
    const auto read = ReadToEnd(
        **bus, partitions, std::chrono::seconds(60), Clock::System(),
        [&](const Message& message) {
          EXPECT_TRUE(tasks.emplace_back().ParseFromString(message.value));
        });
    EXPECT_TRUE(read) << read.error().message;
    return tasks;
  }
  int Asked(const std::string& target) const {
    int count = 0;
    for (const auto& request : server_.requests()) {
      count += request.target == target ? 1 : 0;
    }
    return count;
  }

  process::TempFolder folder_{"newsmill-seeding"};
  std::string status_ = "200 OK";
  std::string feed_;
  ScriptedServer server_;
};

TEST_F(SeedingTest, WhatAFeedNamesIsFetchedOnceHoweverOftenItIsPut) {
  const auto first = Enqueue();
  ASSERT_EQ(first.status.code, 0) << first.errors;
  EXPECT_EQ(Json::parse(first.output)["enqueued"], 2);
  ASSERT_EQ(Run({"run", "--until-idle", "2s"}).status.code, 0);
  EXPECT_EQ(Asked("/1"), 1);

  feed_ = Feed({"/1", "/2", "/3"});
  const auto second = Enqueue();
  ASSERT_EQ(second.status.code, 0) << second.errors;
  const Json report = Json::parse(second.output);
  EXPECT_EQ(report["enqueued"], 1);
  EXPECT_EQ(report["seeds"]["known"], 2);
  EXPECT_EQ(report["seeds"]["found"], 3);
  ASSERT_EQ(Run({"run", "--until-idle", "2s"}).status.code, 0);
  EXPECT_EQ(Asked("/1"), 1);
  EXPECT_EQ(Asked("/3"), 1);
  EXPECT_EQ(Run({"audit"}).status.code, 0);
}

TEST_F(SeedingTest, AnArticleThatTheFeedDatesAnewIsFetchedAnew) {
  ASSERT_EQ(Enqueue().status.code, 0);
  ASSERT_EQ(Run({"run", "--until-idle", "2s"}).status.code, 0);
  feed_ = Feed({"/2", "/1"});  // each with the other's date
  const auto again = Enqueue();
  EXPECT_EQ(Json::parse(again.output)["enqueued"], 2) << again.errors;
}

TEST_F(SeedingTest, ForcePutsWhatIsKnown) {
  ASSERT_EQ(Enqueue().status.code, 0);
  ASSERT_EQ(Run({"run", "--until-idle", "2s"}).status.code, 0);
  EXPECT_EQ(Json::parse(Enqueue({"--force"}).output)["enqueued"], 2);
}

TEST_F(SeedingTest, ADryRunAsksTheFeedAndPutsNothing) {
  const auto dry = Enqueue({"--dry-run"});
  ASSERT_EQ(dry.status.code, 0) << dry.errors;
  EXPECT_EQ(Json::parse(dry.output)["enqueued"], 0);
  EXPECT_EQ(Json::parse(dry.output)["valid"], 2);
  EXPECT_EQ(Asked("/feed.xml"), 1);
  EXPECT_NE(Run({"topics", "list"}).status.code, 0) << "there is no log";
}

TEST_F(SeedingTest, NarrowingIsCounted) {
  feed_ = Feed({"/1", "/2", "http://other.example/3"});
  const auto done = Enqueue(
      {"--dry-run", "--match", "/1$", "--since", "2026-07-24T09:00:00Z"});
  const Json seeds = Json::parse(done.output)["seeds"];
  EXPECT_EQ(seeds["other_host"], 1);
  EXPECT_EQ(seeds["not_matched"], 1);
  const auto old = Enqueue({"--dry-run", "--since", "2026-07-24T10:30:00Z"});
  EXPECT_EQ(Json::parse(old.output)["seeds"]["too_old"], 1);
  const auto all = Enqueue({"--dry-run", "--any-host"});
  EXPECT_EQ(Json::parse(all.output)["valid"], 3);
  EXPECT_THAT(all.errors, HasSubstr("3 URLs found, 3 to put"));
}

TEST_F(SeedingTest, TasksSayWhichFeedNamedThemAndGoFirst) {
  ASSERT_EQ(Enqueue({"--batch", "morning"}).status.code, 0);
  const std::vector<v1::FetchTask> tasks = TasksOnTheLog();
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].discovered_from(), server_.Url("/feed.xml"));
  EXPECT_EQ(tasks[0].batch(), "morning");
  EXPECT_EQ(tasks[0].lane(), v1::FetchTask::FRESH);
}

TEST_F(SeedingTest, OldPagesOfASitemapWaitBehindWhatIsNew) {
  feed_ = "<urlset><url><loc>" + server_.Url("/1") +
          "</loc><lastmod>2020-01-01</lastmod></url></urlset>";
  ASSERT_EQ(Run({"enqueue", "--sitemap", server_.Url("/feed.xml")}).status.code,
            0);
  EXPECT_EQ(TasksOnTheLog().at(0).lane(), v1::FetchTask::BULK);
}

TEST_F(SeedingTest, ABrokenFeedIsUsedAsFarAsItGoesAndSaid) {
  feed_.insert(feed_.find("</channel>"), "<item><link>?a=1&b=2</link></item>");
  const auto done = Enqueue();
  EXPECT_EQ(done.status.code, 1);
  EXPECT_EQ(Json::parse(done.output)["enqueued"], 2);
  EXPECT_THAT(done.errors, HasSubstr("line 1"));
}

TEST_F(SeedingTest, AFeedThatCannotBeHadNowIsForAnotherRun) {
  status_ = "503 Service Unavailable";
  EXPECT_EQ(Enqueue().status.code, 75);
  status_ = "404 Not Found";
  const auto gone = Enqueue();
  EXPECT_EQ(gone.status.code, 1);
  EXPECT_THAT(gone.errors, HasSubstr("HTTP_NOT_FOUND"));
}

TEST_F(SeedingTest, OrdersOfOperatorsCountForTheFeedToo) {
  ASSERT_EQ(Run({"hosts", "pause", server_.address(), "--reason", "complaint"})
                .status.code,
            0);
  const auto paused = Enqueue();
  EXPECT_EQ(paused.status.code, 75);
  EXPECT_THAT(paused.errors,
              AllOf(HasSubstr("paused"), HasSubstr("complaint")));
  EXPECT_EQ(Asked("/feed.xml"), 0);
}

TEST_F(SeedingTest, WhatTheOptionsCannotMeanIsAWrongCall) {
  const std::string feed = server_.Url("/feed.xml");
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{
           {"enqueue", "--feed", "nonsense"},
           {"enqueue", "--feed", feed, "--match", "("},
           {"enqueue", "--feed", feed, "--since", "soon"},
           {"enqueue", "--feed", feed, "--site", "nowhere"},
           {"enqueue", "--feed", feed, "--id", "x"},
           {"enqueue", "--feed", feed, "--any-host", "--site", "thepaper"},
           {"enqueue", "http://a.example/", "--since", "2d"}}) {
    EXPECT_EQ(Run(wrong).status.code, 64) << ::testing::PrintToString(wrong);
  }
  EXPECT_TRUE(server_.requests().empty());
}

}  // namespace
}  // namespace newsmill
