// What the fetcher makes of a hostile robots.txt, over real connections.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/config.h"
#include "fetcher/fetch_handler.h"
#include "fetcher/fetch_once.h"
#include "tests/support/hostile/behaviours.h"
#include "tests/support/process/free_port.h"
#include "tests/unit/fetcher/fakes.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::HostileAnswer;
using testing::ScriptedServer;

FetcherConfig ConfigFor(const std::string& server) {
  FetcherConfig config;
  config.host_delay = 0ms;
  config.first_byte_timeout = 1s;
  config.total_timeout = 3s;
  config.low_speed_limit = 100;
  config.low_speed_time = 1s;
  for (const char* what : {"10mb", "loop", "ping", "pong", "500", "503", "429",
                           "bom", "html", "drip", "never", "cut"}) {
    config.connect_to["robots-" + std::string(what) + ".example:80"] = server;
  }
  return config;
}

class HostileRobots : public ::testing::Test {
 protected:
  // UNSPECIFIED: a page.
  v1::Reason Fetch(const std::string& what, const std::string& path) {
    const std::string url = "http://robots-" + what + ".example" + path;
    Result<FetchedOnce> fetched =
        FetchOnce(config_, sites_, *sites_.Resolve(url), url);
    EXPECT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(fetched->page.has_value(),
              fetched->outcome.reason() == v1::REASON_UNSPECIFIED);
    return fetched->outcome.reason();
  }
  // The first request for it, and how many there were.
  std::vector<ScriptedServer::Request> AskedFor(const std::string& target) {
    std::vector<ScriptedServer::Request> asked = server_.requests();
    std::erase_if(
        asked, [&](const auto& request) { return request.target != target; });
    return asked;
  }

  SiteCatalogue sites_;
  ScriptedServer server_{&HostileAnswer};
  FetcherConfig config_ = ConfigFor(server_.address());
};

TEST_F(HostileRobots, OfTenMegabytesTheFirst500KibibytesCount) {
  EXPECT_EQ(Fetch("10mb", "/secret"), v1::REASON_ROBOTS);
  EXPECT_EQ(Fetch("10mb", "/calendar"), v1::REASON_UNSPECIFIED);
}

TEST_F(HostileRobots, ACircleOfRedirectsIsNoFileAndIsLeftAfterSix) {
  EXPECT_EQ(Fetch("loop", "/calendar"), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(AskedFor("/robots.txt").size(), 6u);
}

TEST_F(HostileRobots, SoIsACircleThroughTwoHosts) {
  EXPECT_EQ(Fetch("ping", "/calendar"), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(AskedFor("/robots.txt").size(), 6u);
}

TEST_F(HostileRobots, AServerErrorForbidsEverythingWhateverItsBodySays) {
  EXPECT_EQ(Fetch("500", "/calendar"), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_EQ(Fetch("503", "/calendar"), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_TRUE(AskedFor("/calendar").empty());
}

TEST_F(HostileRobots, OneThatDripsForbidsEverything) {
  EXPECT_EQ(Fetch("drip", "/calendar"), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_TRUE(AskedFor("/calendar").empty());
}

TEST_F(HostileRobots, OneThatNeverAnswersForbidsEverything) {
  EXPECT_EQ(Fetch("never", "/calendar"), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_TRUE(AskedFor("/calendar").empty());
}

TEST_F(HostileRobots, OneThatBreaksOffForbidsEverything) {
  EXPECT_EQ(Fetch("cut", "/calendar"), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_TRUE(AskedFor("/calendar").empty());
}

TEST_F(HostileRobots, AHostThatTakesNoConnectionIsACauseOfItsOwn) {
  config_.connect_to["robots-down.example:80"] =
      "127.0.0.1:" + std::to_string(process::FreePort());
  EXPECT_EQ(Fetch("down", "/calendar"), v1::REASON_CONNECT_FAILED);
}

TEST_F(HostileRobots, AByteOrderMarkHidesNoGroup) {
  EXPECT_EQ(Fetch("bom", "/secret"), v1::REASON_ROBOTS);
  EXPECT_EQ(Fetch("bom", "/calendar"), v1::REASON_UNSPECIFIED);
}

TEST_F(HostileRobots, AnErrorPageWithStatus200HoldsNoRules) {
  EXPECT_EQ(Fetch("html", "/calendar"), v1::REASON_UNSPECIFIED);
}

// A 429 allows, and the host has its time first.
TEST_F(HostileRobots, A429SlowsItsHost) {
  BusConfig bus;
  bus.tasks_partitions = 1;
  const Topics topics(bus, config_.retry_delays);
  testing::FakePort port;
  const auto sink = std::make_shared<testing::RecordingSink>();
  Result<std::unique_ptr<FetchHandler>> handler =
      FetchHandler::Create(config_, sites_, topics, Clock::System());
  ASSERT_TRUE(handler) << handler.error().message;
  (*handler)->Attach(port);
  ASSERT_TRUE((*handler)->Assigned({{topics.tasks, 0}}));
  Message message;
  message.topic = topics.tasks;
  message.append_time = Clock::System().Now();
  message.value = "http://robots-429.example/calendar";
  (*handler)->Handle(Delivery(std::move(message), 1, sink));
  const std::vector<Settlement> settled = sink->Await(1);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, Settlement::Kind::kAck);
  const auto robots = AskedFor("/robots.txt");
  const auto page = AskedFor("/calendar");
  ASSERT_EQ(robots.size(), 1u);
  ASSERT_EQ(page.size(), 1u);
  EXPECT_GE(page[0].received_at - robots[0].received_at, 1s);
}

}  // namespace
}  // namespace newsmill
