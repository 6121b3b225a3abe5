#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/fetch_loop_fixture.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Broken;
using ::testing::ElementsAre;
using testing::Page;
using testing::Status;

constexpr char kTdmUrl[] = "http://a.example/.well-known/tdmrep.json";
constexpr char kReserves[] =
    R"([{"location": "/news/", "tdm-reservation": 1, "tdm-policy": "p"}])";

class FetchLoopTdmTest : public testing::FetchLoopTest {
 protected:
  FetchLoopTdmTest() { config_.tdmrep = "ask"; }

  void NextTurn() {
    clock_.Advance(1s + 1ms);
    Turn();
  }
  v1::FetchedPage PageSettled() {
    v1::FetchedPage page;
    const Settlement settled = Settled();
    EXPECT_EQ(settled.kind, Settlement::Kind::kAck);
    if (settled.outputs.empty()) return page;
    EXPECT_TRUE(page.ParseFromString(settled.outputs[0].value));
    return page;
  }
};

TEST_F(FetchLoopTdmTest, ItIsAskedOnceInTheHostsTurnAndTravelsWithThePage) {
  config_.user_agent = "AcmeBot/1.0";
  Start();
  Give("http://a.example/news/1");
  Give("http://a.example/other");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre(kTdmUrl));
  Answer(Page(kReserves));
  EXPECT_EQ(http_->asked.size(), 1u) << "a full delay after it";
  NextTurn();
  Answer(Page());
  const v1::FetchedPage reserved = PageSettled();
  EXPECT_TRUE(reserved.tdm_rule().reserved());
  EXPECT_EQ(reserved.tdm_rule().policy_url(), "p");
  EXPECT_EQ(reserved.agent(), "acmebot");
  NextTurn();
  Answer(Page());
  EXPECT_FALSE(PageSettled().has_tdm_rule());
  EXPECT_THAT(http_->asked, ElementsAre(kTdmUrl, "http://a.example/news/1",
                                        "http://a.example/other"));
}

TEST_F(FetchLoopTdmTest, NobodyIsAskedForItUnlessTheConfigurationSaysSo) {
  config_.tdmrep = "off";
  Start();
  Give("http://a.example/news/1");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/news/1"));
  Answer(Page());
  EXPECT_FALSE(PageSettled().has_tdm_rule());
}

TEST_F(FetchLoopTdmTest, ItComesAfterRobotsTxtWhichMayForbidIt) {
  config_.robots = "obey";
  Start();
  Give("http://a.example/news/1");
  Turn();
  Answer(Page("User-agent: *\nDisallow: /.well-known/\n"));
  NextTurn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "http://a.example/news/1"));
}

TEST_F(FetchLoopTdmTest, WhatCannotBeReadForbidsNothing) {
  int host = 0;
  for (const HttpResponse& answer : {Status(404), Status(500), Page("<html>"),
                                     Broken(v1::REASON_TIMED_OUT)}) {
    Start();
    const std::string url =
        "http://h" + std::to_string(host++) + ".example/news/1";
    Give(url);
    Turn();
    Answer(answer);
    clock_.Advance(1min);
    Turn();
    EXPECT_EQ(http_->asked.back(), url);
  }
}

TEST_F(FetchLoopTdmTest, ARedirectIsFollowedAndACircleLeft) {
  Start();
  Give("http://a.example/news/1");
  Turn();
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(http_->asked.back(), kTdmUrl);
    Answer(Status(302, "Location", kTdmUrl));
    NextTurn();
  }
  EXPECT_EQ(http_->asked.back(), "http://a.example/news/1");
}

TEST_F(FetchLoopTdmTest, AReservationOutlivesAFailureToReadItAgain) {
  Start();
  Give("http://a.example/news/1");
  Turn();
  Answer(Page(kReserves));
  NextTurn();
  Answer(Page());
  PageSettled();
  clock_.Advance(24h);
  Give("http://a.example/news/1");
  Turn();
  EXPECT_EQ(http_->asked.back(), kTdmUrl) << "after a day";
  Answer(Status(500));
  NextTurn();
  Answer(Page());
  EXPECT_TRUE(PageSettled().tdm_rule().reserved());
}

}  // namespace
}  // namespace newsmill
