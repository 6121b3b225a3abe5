#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/partitioner.h"
#include "tests/unit/fetcher/fetch_loop_fixture.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Broken;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Page;
using testing::Status;
using testing::TaskOf;
using Kind = Settlement::Kind;

HttpResponse Robots(const std::string& body) {
  HttpResponse response = Page(body);
  response.headers[0].set_value("text/plain");
  return response;
}

constexpr char kForbidsPrivate[] = "User-agent: *\nDisallow: /private\n";

class FetchLoopRobotsTest : public testing::FetchLoopTest {
 protected:
  FetchLoopRobotsTest() { config_.robots = "obey"; }

  void After(Duration time) {
    clock_.Advance(time);
    Turn();
  }
  // What is written of hosts; durable at once.
  void SaveInto(v1::HostState& state) {
    save_ = [&](int32_t, v1::HostState now, HostBook::Durable durable) {
      state = std::move(now);
      if (durable) durable(true);
    };
  }
  // Past the delay after a request.
  void NextTurn() { After(1s + 1ms); }
};

TEST_F(FetchLoopRobotsTest, RobotsTxtIsAskedFirstAndInTheHostsTurn) {
  Start();
  Give("http://a.example/1");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt"));
  Answer(Robots(kForbidsPrivate));
  After(1s);
  EXPECT_EQ(http_->asked.size(), 1u) << "a full delay after robots.txt";
  After(1ms);
  EXPECT_THAT(http_->asked,
              ElementsAre("http://a.example/robots.txt", "http://a.example/1"));
  Answer(Page());
  EXPECT_EQ(Settled().kind, Kind::kAck);
}

TEST_F(FetchLoopRobotsTest, ItIsAskedOnceForAllTasksOfAnOrigin) {
  config_.host_concurrency = 3;
  config_.host_delay = 0ms;
  Start();
  for (const char* path : {"1", "2", "3"}) {
    Give("http://a.example/" + std::string(path));
  }
  Turn();
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt"));
  Answer(Robots(""));
  After(50ms);
  EXPECT_THAT(http_->asked,
              ElementsAre("http://a.example/robots.txt", "http://a.example/1",
                          "http://a.example/2", "http://a.example/3"));
}

TEST_F(FetchLoopRobotsTest, ItIsAskedAsWhatItIs) {
  Start();
  Give("http://a.example/1");
  Turn();
  const HttpRequest& request = http_->running.front().request;
  EXPECT_EQ(request.cut_body_at, 500 * 1024 + 1);
  ASSERT_EQ(request.headers.size(), 2u);
  EXPECT_EQ(request.headers[0].value(), "text/plain,*/*;q=0.5");
}

TEST_F(FetchLoopRobotsTest, AForbiddenTaskIsSkippedWithTheLine) {
  Start();
  Give("http://a.example/private/1");
  Give("http://a.example/public");
  Turn();
  Answer(Robots(kForbidsPrivate));
  NextTurn();
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFinish);
  EXPECT_EQ(settled.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_ROBOTS);
  EXPECT_THAT(settled.outcome.detail(),
              HasSubstr("Disallow: /private (line 2 of "
                        "http://a.example/robots.txt as of "));
  EXPECT_FALSE(settled.outcome.has_fetched_at()) << "nothing was fetched";
  EXPECT_EQ(settled.outcome.article_key(), "");
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "http://a.example/public"))
      << "which costs the host no turn";
}

TEST_F(FetchLoopRobotsTest, TheAgentsOwnGroupCounts) {
  config_.user_agent = "TestMill/2.0";
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Robots("User-agent: *\nDisallow: /\nUser-agent: testmill\nAllow: /"));
  NextTurn();
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopRobotsTest, TheRobotsAgentCanBeNamedApart) {
  config_.user_agent = "Mozilla/5.0 (compatible; testmill/2.0)";
  config_.robots_agent = "testmill";
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Robots("User-agent: *\nAllow: /\nUser-agent: testmill\nDisallow: /"));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
}

TEST_F(FetchLoopRobotsTest, EachSchemeAndPortHasItsOwn) {
  bus_.tasks_partitions = 1;
  Start();
  Give("http://a.example/1");
  Give("https://a.example/2");
  Turn();
  Answer(Robots("User-agent: *\nDisallow: /\n"));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "https://a.example/robots.txt"));
  Answer(Robots(""));
  NextTurn();
  EXPECT_EQ(http_->asked.back(), "https://a.example/2");
}

TEST_F(FetchLoopRobotsTest, ARedirectedPageIsJudgedAgain) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Robots(kForbidsPrivate));
  NextTurn();
  Answer(Status(302, "Location", "/private/1"));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
}

TEST_F(FetchLoopRobotsTest, ItsCrawlDelayCountsFromItOn) {
  Start();
  Give("http://a.example/1");
  Give("http://a.example/2");
  Turn();
  Answer(Robots("User-agent: *\nCrawl-delay: 5\n"));
  After(5s);
  EXPECT_EQ(http_->asked.size(), 1u);
  After(1ms);
  EXPECT_EQ(http_->asked.size(), 2u);
  Answer(Page());
  After(5s);
  EXPECT_EQ(http_->asked.size(), 2u);
  After(1ms);
  EXPECT_EQ(http_->asked.size(), 3u);
}

TEST_F(FetchLoopRobotsTest, AShorterCrawlDelayDoesNotHurry) {
  Start();
  Give("gazette:1");
  Turn();
  Answer(Robots("User-agent: *\nCrawl-delay: 1\n"));
  After(3s);
  EXPECT_EQ(http_->asked.size(), 1u) << "the site's rule has three seconds";
  After(1ms);
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopRobotsTest, ACrawlDelayIsLimited) {
  config_.max_crawl_delay = 10s;
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Robots("User-agent: *\nCrawl-delay: 86400\n"));
  After(10s + 1ms);
  EXPECT_EQ(http_->asked.size(), 2u);
}

// 2.3.1.3: what is not there forbids nothing.

TEST_F(FetchLoopRobotsTest, AnyOther4xxAllows) {
  Start();
  for (const int status : {400, 401, 403, 404, 410, 451}) {
    const std::string host = "h" + std::to_string(status) + ".example";
    Give("http://" + host + "/1");
    Turn();
    Answer(Status(status));
    NextTurn();
    EXPECT_EQ(http_->asked.back(), "http://" + host + "/1");
    Answer(Page());
    EXPECT_EQ(Settled().kind, Kind::kAck);
  }
}

TEST_F(FetchLoopRobotsTest, A429SlowsTheHostAndAllows) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(429, "Retry-After", "20"));
  After(20s - 1ms);
  EXPECT_EQ(http_->asked.size(), 1u);
  EXPECT_EQ(sink_->size(), 0u);
  After(1ms + kCutOff);
  EXPECT_EQ(http_->asked.back(), "http://a.example/1");
}

// 2.3.1.4: what cannot be reached forbids everything for now.

TEST_F(FetchLoopRobotsTest, AServerErrorMakesTasksWaitWithoutAnAttempt) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(500));
  NextTurn();
  EXPECT_EQ(sink_->size(), 0u) << "held in memory";
  After(9s + kCutOff);
  EXPECT_EQ(http_->asked.size(), 2u) << "the first delay is over";
  Answer(Status(500));
  NextTurn();
  Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck) << "waits on a topic for the second";
  const v1::FetchTask task = TaskOf(settled.outputs.at(0));
  EXPECT_EQ(task.attempt(), 0);
  EXPECT_EQ(task.attempts_size(), 0);
  EXPECT_GT(FromProto(task.not_before()), clock_.Now() + 50s);
  clock_.Advance(1min);
  Give(task);
  Turn();
  Answer(Robots(""));
  NextTurn();
  Answer(Page());
  EXPECT_EQ(Settled().kind, Kind::kAck);
}

TEST_F(FetchLoopRobotsTest, ABrokenAnswerIsNoFile) {
  config_.retry_delays = {10s};
  Start();
  for (const v1::Reason reason :
       {v1::REASON_TRUNCATED, v1::REASON_TIMED_OUT, v1::REASON_HTTP_PROTOCOL}) {
    const std::string host = "h" + std::to_string(reason) + ".example";
    Give("http://" + host + "/1");
    Turn();
    Answer(Broken(reason));
    NextTurn();
    EXPECT_EQ(sink_->size(), 0u);
    EXPECT_EQ(http_->asked.back(), "http://" + host + "/robots.txt");
  }
}

TEST_F(FetchLoopRobotsTest, AfterTheConfiguredPatienceTasksAreSkipped) {
  config_.retry_delays = {10s};
  config_.robots_patience = 25s;
  Start();
  Give("http://a.example/1");
  Turn();
  for (int i = 0; i < 3; ++i) {
    Answer(Status(500));
    EXPECT_EQ(sink_->size(), 0u);
    After(10s + 1ms);
  }
  Answer(Status(500));
  NextTurn();
  const Settlement settled = Settled();
  EXPECT_EQ(settled.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_THAT(settled.outcome.detail(),
              HasSubstr("http://a.example/robots.txt cannot be read since "));
  EXPECT_THAT(settled.outcome.detail(), HasSubstr("answered 500"));

  clock_.Advance(10s);
  Give("http://a.example/2");
  Turn();
  Answer(Robots(""));
  NextTurn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/2") << "asked again";
}

TEST_F(FetchLoopRobotsTest, TheLastCopyCountsWhileNoOtherCanBeHad) {
  Start();
  Give("http://a.example/private");
  Turn();
  Answer(Robots(kForbidsPrivate));
  NextTurn();
  sink_->Take();
  clock_.Advance(24h);
  Give("http://a.example/1");
  Give("http://a.example/private");
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/robots.txt")
      << "after a day";
  Answer(Broken(v1::REASON_CONNECT_FAILED));
  NextTurn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/1");
  Answer(Page());
  sink_->Take();
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
}

TEST_F(FetchLoopRobotsTest, AHostThatCannotBeConnectedToIsAnAttempt) {
  Start();
  Give("http://a.example/1");
  Give("http://a.example/2");
  Give("http://b.example/1");
  Turn();
  Answer(Broken(v1::REASON_CONNECT_FAILED));
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u) << "all of its tasks, and no other host's";
  for (const Settlement& s : settled) {
    EXPECT_EQ(s.kind, Kind::kFail);
    EXPECT_EQ(s.failure.reason, v1::REASON_CONNECT_FAILED);
    EXPECT_TRUE(s.failure.retryable);
  }
  EXPECT_EQ(http_->asked.size(), 2u) << "one request for both";
}

TEST_F(FetchLoopRobotsTest, ARefusedAddressIsRefusedBeforeRobotsTxt) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Robots(""), "192.0.2.1");
  const Settlement settled = Settled();
  EXPECT_EQ(settled.failure.reason, v1::REASON_ADDRESS_REFUSED);
  EXPECT_FALSE(settled.failure.retryable);
  EXPECT_THAT(settled.failure.detail, HasSubstr("contact = "));
}

TEST_F(FetchLoopRobotsTest, AnOwnFaultIsNotHeldAgainstTheFile) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Broken(v1::REASON_CONNECT_FAILED, true));
  EXPECT_NE(loop_->own_fault(), "");
  EXPECT_EQ(sink_->size(), 0u);
  After(1min);
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "http://a.example/robots.txt"));
}

// 2.3.1.2: redirects.

TEST_F(FetchLoopRobotsTest, FiveRedirectsAreFollowedEachInTurn) {
  Start();
  Give("http://a.example/private");
  Turn();
  for (int hop = 1; hop <= 5; ++hop) {
    Answer(Status(301, "Location", "/r" + std::to_string(hop)));
    After(1s - 1ms);
    EXPECT_EQ(http_->asked.size(), static_cast<size_t>(hop));
    After(52ms);
    EXPECT_EQ(http_->asked.back(), "http://a.example/r" + std::to_string(hop));
  }
  Answer(Robots(kForbidsPrivate));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
}

TEST_F(FetchLoopRobotsTest, SixRedirectsAreTakenForNoFile) {
  Start();
  Give("http://a.example/1");
  Turn();
  for (int hop = 1; hop <= 6; ++hop) {
    Answer(Status(302, "Location", "/robots.txt"));
    After(2s);
  }
  EXPECT_EQ(http_->asked.back(), "http://a.example/1");
  EXPECT_EQ(http_->asked.size(), 7u);
}

TEST_F(FetchLoopRobotsTest, AFileOnAnotherHostCountsForTheOneThatAsked) {
  Start();
  Give("http://b.example/0");
  Turn();
  Answer(Robots(""));
  NextTurn();  // /0 of b runs
  Give("http://a.example/private");
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/robots.txt");
  http_->Answer(Page());  // of b
  Turn();
  sink_->Take();
  Answer(Status(301, "Location", "http://b.example/rules"));
  After(900ms);
  EXPECT_EQ(http_->asked.back(), "http://a.example/robots.txt")
      << "b.example has its own delay";
  After(152ms);
  EXPECT_EQ(http_->asked.back(), "http://b.example/rules");
  Answer(Robots(kForbidsPrivate));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
  Give("http://b.example/private");
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://b.example/private");
}

TEST_F(FetchLoopRobotsTest, AFileOnAnotherWorkersHostIsAskedAfterAFullDelay) {
  bus_.tasks_partitions = 24;
  Start();
  const int32_t here = PartitionForKey("a.example", 24);
  ASSERT_NE(here, PartitionForKey("b.example", 24));
  loop_->Assign({here});
  clock_.Advance(1min);
  Give("http://a.example/1", here);
  Turn();
  Answer(Status(301, "Location", "https://b.example/robots.txt"));
  After(999ms);
  EXPECT_EQ(http_->asked.size(), 1u);
  for (int i = 0; i < 3; ++i) After(50ms);
  EXPECT_EQ(http_->asked.back(), "https://b.example/robots.txt");
}

TEST_F(FetchLoopRobotsTest, ARedirectThatCannotBeFollowedIsNoFile) {
  config_.retry_delays = {10s};
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(301, "Location", "ftp://a.example/robots.txt"));
  NextTurn();
  EXPECT_EQ(http_->asked.size(), 1u);
  EXPECT_EQ(sink_->size(), 0u) << "waits";
  After(9s + kCutOff);
  EXPECT_EQ(http_->asked.size(), 2u);
}

// What outlives the worker.

TEST_F(FetchLoopRobotsTest, AGoodCopyIsWrittenForLaterOwners) {
  v1::HostState state;
  SaveInto(state);
  Start();
  Give("http://a.example/1");
  Turn();
  HttpResponse response = Robots(kForbidsPrivate);
  response.headers.push_back(
      Status(200, "Cache-Control", "max-age=600").headers[0]);
  Answer(response);
  ASSERT_EQ(state.robots_size(), 1);
  EXPECT_EQ(state.robots(0).url(), "http://a.example/robots.txt");
  EXPECT_EQ(state.robots(0).body(), kForbidsPrivate);
  EXPECT_EQ(state.robots(0).status(), 200);
  EXPECT_EQ(FromProto(state.robots(0).fetched_at()), clock_.Now());
  EXPECT_EQ(FromProto(state.robots(0).valid_until()), clock_.Now() + 10min);
}

TEST_F(FetchLoopRobotsTest, ANewOwnerUsesTheCopyOfTheFormerOne) {
  Start();
  v1::HostState state;
  state.set_host("a.example");
  *state.mutable_updated_at() = ToProto(clock_.Now());
  v1::RobotsCopy& copy = *state.add_robots();
  copy.set_url("http://a.example/robots.txt");
  copy.set_status(200);
  copy.set_body("User-agent: *\nDisallow: /private\nCrawl-delay: 4\n");
  *copy.mutable_fetched_at() = ToProto(clock_.Now() - 1h);
  *copy.mutable_valid_until() = ToProto(clock_.Now() + 1h);
  loop_->Load(0, {state});
  Give("http://a.example/private");
  Give("http://a.example/1");
  Turn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/1"));
  Answer(Page());
  Give("http://a.example/2");
  After(4s);
  EXPECT_EQ(http_->asked.size(), 1u) << "its Crawl-delay, too";
  After(1ms);
  EXPECT_EQ(http_->asked.size(), 2u);
  Answer(Page());
  clock_.Advance(1h);
  Give("http://a.example/3");
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/robots.txt") << "too old";
}

TEST_F(FetchLoopRobotsTest, PatienceDoesNotBeginAnewWithANewOwner) {
  config_.robots_patience = 3h;
  v1::HostState state;
  SaveInto(state);
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(500));
  ASSERT_EQ(state.robots_size(), 1);
  const v1::RobotsCopy first = state.robots(0);
  EXPECT_EQ(FromProto(first.unreachable_since()), clock_.Now());
  EXPECT_EQ(FromProto(first.valid_until()), clock_.Now() + 10s);
  EXPECT_THAT(first.why(), HasSubstr("500"));
  EXPECT_FALSE(first.has_fetched_at());

  const v1::HostState left = state;
  Start();  // another owner
  loop_->Load(0, {left});
  clock_.Advance(3h);
  Give("http://a.example/1");
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/robots.txt");
  sink_->Take();
  Answer(Status(502));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS_UNAVAILABLE);
  EXPECT_EQ(state.robots(0).failures(), 2);
  EXPECT_EQ(FromProto(state.robots(0).unreachable_since()),
            FromProto(first.unreachable_since()));
}

TEST_F(FetchLoopRobotsTest, AFailureIsKeptBesideTheCopyThatCounts) {
  config_.retry_delays = {600s};
  v1::HostState state;
  SaveInto(state);
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Robots(kForbidsPrivate));
  NextTurn();
  Answer(Page());
  clock_.Advance(24h);
  Give("http://a.example/1");
  Turn();
  Answer(Status(500));
  ASSERT_EQ(state.robots_size(), 1);
  EXPECT_EQ(state.robots(0).body(), kForbidsPrivate);
  EXPECT_TRUE(state.robots(0).has_unreachable_since());

  const v1::HostState left = state;
  Start();
  loop_->Load(0, {left});
  sink_->Take();
  Give("http://a.example/private");
  Turn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_ROBOTS);
  clock_.Advance(1h);
  Give("http://a.example/1");
  Turn();
  Answer(Robots(""));
  EXPECT_FALSE(state.robots(0).has_unreachable_since()) << "it is over";
}

// Partitions and drains.

TEST_F(FetchLoopRobotsTest, ARevokeAbortsItAndTheNextOwnerAsksAnew) {
  Start();
  Give("http://a.example/1");
  Turn();
  loop_->Revoke({0});
  EXPECT_EQ(http_->aborted, 1);
  EXPECT_EQ(Settled().kind, Kind::kReturned);
  loop_->Assign({0});
  clock_.Advance(1min);
  Give("http://a.example/1");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "http://a.example/robots.txt"));
}

TEST_F(FetchLoopRobotsTest, ARevokeForgetsARedirectThatWaitsForItsTurn) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(301, "Location", "/r"));
  loop_->Revoke({0});
  After(1min);
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt"));
}

TEST_F(FetchLoopRobotsTest, ItIsAbortedWhenFreshnessEnds) {
  Start();
  Give("http://a.example/1");
  Turn();
  port_.MakeStale(0);
  After(20ms);
  EXPECT_EQ(http_->aborted, 1);
  EXPECT_EQ(sink_->size(), 0u);
  port_.MakeFresh(0);
  After(1s + 300ms);
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "http://a.example/robots.txt"));
}

TEST_F(FetchLoopRobotsTest, FreshnessIsCheckedAgainBeforeItsBytesLeave) {
  Start();
  Give("http://a.example/1");
  Turn();
  http_->Answer(Robots(""));
  port_.MakeStale(0);
  http_->Poll(0ms);  // as if it ended while connecting
  port_.MakeFresh(0);
  NextTurn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/robots.txt",
                                        "http://a.example/robots.txt"));
}

TEST_F(FetchLoopRobotsTest, ADrainDoesNotWaitForIt) {
  Start();
  Give("http://a.example/1");
  Turn();
  loop_->Drain();
  EXPECT_EQ(http_->aborted, 1);
  EXPECT_EQ(Settled().kind, Kind::kReturned);
  EXPECT_EQ(loop_->in_hand(), 0u);
}

TEST_F(FetchLoopRobotsTest, ATaskThatExpiresMeanwhileIsExpired) {
  Start();
  v1::FetchTask task = TaskFor("http://a.example/1");
  *task.mutable_expires_at() = ToProto(clock_.Now() + 500ms);
  Give(task);
  Turn();
  Answer(Robots(""));
  NextTurn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_EXPIRED);
}

}  // namespace
}  // namespace newsmill
