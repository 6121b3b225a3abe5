#include "fetcher/fetch_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/partitioner.h"
#include "core/flow/task_codec.h"
#include "tests/unit/fetcher/fetch_loop_fixture.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Settlement::Kind;

using testing::Broken;
using testing::FetchLoopTest;
using testing::Page;
using testing::Status;
using testing::TaskOf;

// Pages.

TEST_F(FetchLoopTest, APageGoesToTheParserUnderItsArticleKey) {
  Start();
  Give("gazette:42");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://www.gazette.example/news/42"));
  http_->Send();
  clock_.Advance(5s);
  Answer(Page());

  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck);
  ASSERT_EQ(settled.outputs.size(), 1u);
  const Record& record = settled.outputs[0];
  EXPECT_EQ(record.topic, topics_->pages);
  EXPECT_EQ(record.key, "gazette:42");
  v1::FetchedPage page;
  ASSERT_TRUE(page.ParseFromString(record.value));
  EXPECT_EQ(page.article_key(), "gazette:42");
  EXPECT_EQ(page.final_url(), "http://www.gazette.example/news/42");
  EXPECT_EQ(page.status(), 200);
  EXPECT_EQ(page.body(), "<p>text</p>");
  EXPECT_EQ(page.body_sha256().size(), 32u);
  EXPECT_EQ(FromProto(page.fetched_at()), clock_.Now() - 5s)
      << "when it was asked for: who reads the answer late has no newer page";
  EXPECT_EQ(page.remote_address(), "127.0.0.1:80");
  EXPECT_EQ(page.http_version(), "HTTP/1.1");
  EXPECT_EQ(page.timing().total_ms(), 12);
  EXPECT_EQ(page.headers(0).name(), "Content-Type");
  EXPECT_EQ(page.task().task_id(), settled.task.task_id());
  EXPECT_EQ(page.task().site(), "gazette");
}

TEST_F(FetchLoopTest, APagesRecordContinuesTheTasksTrace) {
  Start();
  v1::FetchTask task = TaskFor("http://a.example/");
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  task.set_traceparent("00-" + trace + "-b7ad6b7169203331-01");
  Give(task);
  Turn();
  Answer(Page());
  const Settlement settled = Settled();
  std::map<std::string, std::string> headers;
  for (const Header& header : settled.outputs.at(0).headers) {
    headers[header.name] = header.value;
  }
  EXPECT_THAT(headers[kTraceparentHeader], HasSubstr(trace));
  EXPECT_NE(headers[kTraceparentHeader], task.traceparent());
  EXPECT_EQ(headers[kTaskIdHeader], task.task_id());
  EXPECT_THAT(headers[kContentTypeHeader],
              HasSubstr("messageType=newsmill.v1.FetchedPage"));
}

// Outcomes.

TEST_F(FetchLoopTest, GoneSpeaksOfTheArticle) {
  Start();
  for (const auto& [status, reason] :
       {std::pair{404, v1::REASON_HTTP_NOT_FOUND},
        std::pair{410, v1::REASON_HTTP_GONE}}) {
    Give("gazette:42");
    clock_.Advance(10s);
    Turn();
    Answer(Status(status));
    const Settlement settled = Settled();
    EXPECT_EQ(settled.kind, Kind::kFinish);
    EXPECT_EQ(settled.outcome.kind(), v1::GONE);
    EXPECT_EQ(settled.outcome.reason(), reason);
    EXPECT_EQ(settled.outcome.http_status(), status);
    EXPECT_EQ(settled.outcome.article_key(), "gazette:42");
    EXPECT_EQ(FromProto(settled.outcome.fetched_at()), clock_.Now());
  }
}

TEST_F(FetchLoopTest, APictureIsSkipped) {
  Start();
  Give("gazette:42");
  Turn();
  HttpResponse picture = Page();
  picture.headers[0].set_value("image/png");
  Answer(picture);
  const Settlement settled = Settled();
  EXPECT_EQ(settled.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_NOT_HTML);
  EXPECT_EQ(settled.outcome.article_key(), "gazette:42");
  EXPECT_TRUE(settled.outcome.has_fetched_at());
}

TEST_F(FetchLoopTest, AnEmptyBodyIsSkipped) {
  Start();
  Give("http://a.example/");
  Turn();
  Answer(Page(""));
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_EMPTY_BODY);
}

TEST_F(FetchLoopTest, AnExpiredTaskIsSkippedWithoutARequest) {
  Start();
  v1::FetchTask task = TaskFor("http://a.example/");
  *task.mutable_expires_at() = ToProto(clock_.Now());
  Give(task);
  Turn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_EXPIRED);
  EXPECT_THAT(http_->asked, IsEmpty());
}

TEST_F(FetchLoopTest, ATaskThatExpiresInTheQueueCostsItsHostNoDelay) {
  Start();
  Give("http://a.example/1");
  v1::FetchTask task = TaskFor("http://a.example/2");
  *task.mutable_expires_at() = ToProto(clock_.Now() + 500ms);
  Give(task);
  Give("http://a.example/3");
  Turn();
  Answer(Page());
  sink_->Take();
  clock_.Advance(1s + 1ms);
  Turn();
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_EXPIRED);
  EXPECT_THAT(http_->asked,
              ElementsAre("http://a.example/1", "http://a.example/3"));
}

// Failures.

TEST_F(FetchLoopTest, AFailureCarriesReasonAndStatus) {
  Start();
  Give("http://a.example/");
  Turn();
  Answer(Status(500));
  Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_HTTP_SERVER_ERROR);
  EXPECT_EQ(settled.failure.http_status, 500);
  EXPECT_TRUE(settled.failure.retryable);
  EXPECT_EQ(settled.failure.not_before, std::nullopt);

  Give("http://b.example/");
  Turn();
  Answer(Broken(v1::REASON_TRUNCATED));
  settled = Settled();
  EXPECT_EQ(settled.failure.reason, v1::REASON_TRUNCATED);
  EXPECT_TRUE(settled.failure.retryable);

  Give("http://c.example/");
  Turn();
  Answer(Status(403));
  settled = Settled();
  EXPECT_EQ(settled.failure.reason, v1::REASON_HTTP_CLIENT_ERROR);
  EXPECT_FALSE(settled.failure.retryable);

  Give("http://d.example/");
  Turn();
  Answer(Broken(v1::REASON_TOO_LARGE));
  settled = Settled();
  EXPECT_EQ(settled.failure.reason, v1::REASON_TOO_LARGE);
  EXPECT_FALSE(settled.failure.retryable);
}

TEST_F(FetchLoopTest, ARecordThatIsNoTaskFailsWithItsReason) {
  Start();
  Give("nowhere:42");
  Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_UNKNOWN_SITE);
  EXPECT_FALSE(settled.failure.retryable);
  EXPECT_THAT(settled.failure.detail, HasSubstr("nowhere"));

  Give("gazette:abc");
  EXPECT_EQ(Settled().failure.reason, v1::REASON_INVALID_ID);
  Give("{\"target\": 1");
  EXPECT_EQ(Settled().failure.reason, v1::REASON_MALFORMED_TASK);
}

TEST_F(FetchLoopTest, RetryAfterHoldsTheWholeHost) {
  Start();
  Give("http://a.example/1");
  Give("http://a.example/2");
  Give("http://b.example/1");
  Turn();
  Answer(Status(503, "Retry-After", "20"));
  const Settlement settled = Settled();
  EXPECT_TRUE(settled.failure.retryable);
  EXPECT_EQ(settled.failure.not_before, clock_.Now() + 20s);
  clock_.Advance(19s);
  Turn();
  EXPECT_THAT(http_->asked,
              ElementsAre("http://a.example/1", "http://b.example/1"));
  clock_.Advance(1s + kCutOff);
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/2");
}

TEST_F(FetchLoopTest, A429ThatDoesNotSayHoldsTheHostForTheFirstDelay) {
  Start();
  Give("http://a.example/1");
  Give("http://a.example/2");
  Turn();
  Answer(Status(429));
  EXPECT_EQ(Settled().failure.not_before, std::nullopt);
  clock_.Advance(10s - 1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u);
  clock_.Advance(1ms + kCutOff);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopTest, WhatWouldWaitTooLongForItsHostWaitsOnATopic) {
  Start();
  Give("http://a.example/1");
  v1::FetchTask second = TaskFor("http://a.example/2");
  second.set_attempt(1);
  Give(second);
  Turn();
  http_->Answer(Status(429, "Retry-After", "300"));
  Turn();
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u);
  EXPECT_EQ(settled[0].kind == Kind::kFail, settled[1].kind == Kind::kAck);
  const Settlement& deferred =
      settled[0].kind == Kind::kAck ? settled[0] : settled[1];
  ASSERT_EQ(deferred.outputs.size(), 1u);
  EXPECT_EQ(deferred.outputs[0].topic, topics_->retries[2]);
  const v1::FetchTask task = TaskOf(deferred.outputs[0]);
  EXPECT_EQ(task.url(), "http://a.example/2");
  EXPECT_EQ(FromProto(task.not_before()), clock_.Now() + 300s);
  EXPECT_EQ(task.attempt(), 1) << "waiting is no attempt";

  Give("http://a.example/3");  // came after the answer
  const Settlement third = Settled();
  EXPECT_EQ(third.kind, Kind::kAck);
  EXPECT_EQ(third.outputs.at(0).topic, topics_->retries[2]);
  EXPECT_EQ(loop_->in_hand(), 0u);
  EXPECT_EQ(room_.taken(), 0);
}

TEST_F(FetchLoopTest, ATaskIsHeldUntilItsTimeIfThatIsNear) {
  Start();
  v1::FetchTask task = TaskFor("http://a.example/");
  *task.mutable_not_before() = ToProto(clock_.Now() + 29s);
  Give(task);
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  EXPECT_EQ(sink_->size(), 0u);
  clock_.Advance(29s + kCutOff);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u);
}

TEST_F(FetchLoopTest, ATaskWhoseTimeIsFarWaitsOnATopic) {
  Start();
  v1::FetchTask task = TaskFor("http://a.example/");
  *task.mutable_not_before() = ToProto(clock_.Now() + 31s);
  Give(task);
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck);
  EXPECT_EQ(settled.outputs.at(0).topic, topics_->retries[1]);
  EXPECT_EQ(TaskOf(settled.outputs[0]).attempt(), 0);
}

// Our own faults.

TEST_F(FetchLoopTest, OurOwnShortagePausesFetchingAndBlamesNobody) {
  Start();
  Give("http://a.example/");
  Give("http://b.example/");
  Turn();
  ASSERT_EQ(http_->asked.size(), 2u);
  Answer(Broken(v1::REASON_CONNECT_FAILED, true));
  Answer(Broken(v1::REASON_CONNECT_FAILED, true));
  EXPECT_EQ(sink_->size(), 0u);
  EXPECT_EQ(loop_->own_fault(), "because");
  EXPECT_EQ(http_->asked.size(), 2u);
  clock_.Advance(2min);
  Turn();
  EXPECT_EQ(http_->asked.size(), 4u);
  Answer(Page());
  EXPECT_EQ(loop_->own_fault(), "");
}

// Redirects.

TEST_F(FetchLoopTest, ARedirectOnTheSameHostIsFollowedInItsQueue) {
  Start();
  Give("http://a.example/old");
  Give("http://a.example/other");
  Turn();
  Answer(Status(301, "Location", "new"));
  EXPECT_EQ(http_->asked.size(), 1u) << "the delay holds for redirects";
  clock_.Advance(1s + 1ms);
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/new") << "first of all";
  Answer(Page());
  const Settlement settled = Settled();
  v1::FetchedPage page;
  ASSERT_TRUE(page.ParseFromString(settled.outputs.at(0).value));
  EXPECT_EQ(page.final_url(), "http://a.example/new");
  ASSERT_EQ(page.redirects_size(), 1);
  EXPECT_EQ(page.redirects(0).url(), "http://a.example/old");
  EXPECT_EQ(page.redirects(0).status(), 301);
  EXPECT_EQ(page.redirects(0).location(), "http://a.example/new");
  EXPECT_EQ(page.task().requested_url(), "http://a.example/old");
}

TEST_F(FetchLoopTest, ARedirectToAnotherHostIsForwardedUnderItsKey) {
  bus_.tasks_partitions = 24;
  Start();
  const int32_t here = PartitionForKey("a.example", 24);
  loop_->Assign({here});
  clock_.Advance(1min);
  Give("http://a.example/", here);
  Turn();
  Answer(Status(302, "Location", "https://b.example/x"));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck);
  const Record& record = settled.outputs.at(0);
  EXPECT_EQ(record.topic, topics_->tasks);
  EXPECT_EQ(record.key, "b.example");
  EXPECT_EQ(record.partition, PartitionForKey("b.example", 24));
  const v1::FetchTask task = TaskOf(record);
  EXPECT_EQ(task.url(), "https://b.example/x");
  EXPECT_EQ(task.requested_url(), "http://a.example/");
  EXPECT_EQ(task.redirects_size(), 1);
  EXPECT_EQ(task.hops(), 0) << "redirects are no misrouting";
  EXPECT_EQ(task.task_id(), settled.task.task_id());
}

TEST_F(FetchLoopTest, ARedirectOffTheSiteIsSkipped) {
  Start();
  Give("gazette:42");
  Turn();
  Answer(Status(302, "Location", "http://elsewhere.example/42"));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_EXTERNAL);
  EXPECT_THAT(settled.outcome.detail(),
              HasSubstr("http://elsewhere.example/42"));
  EXPECT_EQ(settled.outcome.article_key(), "gazette:42");
}

TEST_F(FetchLoopTest, ACircleOfRedirectsIsDead) {
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(302, "Location", "/2"));
  clock_.Advance(1s + 1ms);
  Turn();
  Answer(Status(302, "Location", "/1"));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.failure.reason, v1::REASON_TOO_MANY_REDIRECTS);
  EXPECT_FALSE(settled.failure.retryable);
}

// Partitions.

TEST_F(FetchLoopTest, ATaskOnAnotherPartitionIsForwardedAndNotFetched) {
  bus_.tasks_partitions = 24;
  Start();
  const int32_t right = PartitionForKey("a.example", 24);
  const int32_t wrong = (right + 1) % 24;
  loop_->Assign({wrong});
  clock_.Advance(1min);
  Give("http://a.example/", wrong);
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck);
  const Record& record = settled.outputs.at(0);
  EXPECT_EQ(record.topic, topics_->tasks);
  EXPECT_EQ(record.partition, right);
  EXPECT_EQ(TaskOf(record).hops(), 1);
  EXPECT_EQ(TaskOf(record).task_id(), settled.task.task_id());
}

TEST_F(FetchLoopTest, AfterTwoHopsAMisroutedTaskIsDead) {
  bus_.tasks_partitions = 24;
  Start();
  const int32_t wrong = (PartitionForKey("a.example", 24) + 1) % 24;
  loop_->Assign({wrong});
  v1::FetchTask task = TaskFor("http://a.example/");
  task.set_hops(2);
  Give(task, wrong);
  const Settlement settled = Settled();
  EXPECT_EQ(settled.failure.reason, v1::REASON_MISROUTED);
  EXPECT_FALSE(settled.failure.retryable);
}

TEST_F(FetchLoopTest, ANewOwnerWaitsAFullDelay) {
  Start();
  loop_->Assign({0});
  Give("http://a.example/");
  clock_.Advance(1s - 1ms);
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  clock_.Advance(1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u);
}

TEST_F(FetchLoopTest, TheSitesDelayGoesBeforeTheConfigurations) {
  Start();
  Give("gazette:1");
  Give("gazette:2");
  Turn();
  Answer(Page());
  clock_.Advance(3s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u) << "within the millisecond it ended in";
  clock_.Advance(1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopTest, ARevokedPartitionsTransfersAreAbortedAndHandedBack) {
  Start();
  Give("http://a.example/");
  Give("http://b.example/");
  Give("http://a.example/2");
  Turn();
  EXPECT_EQ(http_->running.size(), 2u);
  loop_->Revoke({0});
  EXPECT_EQ(http_->aborted, 2);
  EXPECT_EQ(loop_->in_hand(), 0u);
  EXPECT_EQ(room_.taken(), 0);
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 3u);
  for (const Settlement& s : settled) EXPECT_EQ(s.kind, Kind::kReturned);

  Give("http://a.example/late");  // handed over while the revoke was under way
  EXPECT_EQ(Settled().kind, Kind::kReturned);
}

TEST_F(FetchLoopTest, NothingIsAskedWhileTheAssignmentIsNotFresh) {
  Start();
  Give("http://a.example/");
  port_.MakeStale(0);
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  port_.MakeFresh(0);
  clock_.Advance(1s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u);
}

TEST_F(FetchLoopTest, WhatRunsIsAbortedWhenFreshnessEndsAndIsNoAttempt) {
  Start();
  Give("http://a.example/");
  Turn();
  port_.MakeStale(0);
  clock_.Advance(20ms);
  Turn();
  EXPECT_EQ(http_->aborted, 1);
  EXPECT_EQ(sink_->size(), 0u);
  port_.MakeFresh(0);
  clock_.Advance(1s + 1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
  Answer(Page());
  EXPECT_EQ(Settled().kind, Kind::kAck);
}

TEST_F(FetchLoopTest, FreshnessIsCheckedAgainBeforeBytesLeave) {
  Start();
  Give("http://a.example/");
  Turn();
  HttpClient::MayRequest may = http_->running.front().may;
  EXPECT_TRUE(may(1, "127.0.0.1"));
  port_.MakeStale(0);
  EXPECT_FALSE(may(1, "127.0.0.1"));
}

TEST_F(FetchLoopTest, ARequestStoppedForFreshnessWaitsAgain) {
  Start();
  Give("http://a.example/");
  Turn();
  http_->Answer(Page());
  port_.MakeStale(0);
  http_->Poll(0ms);  // as if it ended while connecting
  EXPECT_EQ(sink_->size(), 0u);
  EXPECT_EQ(loop_->in_hand(), 1u);
}

// The gate.

TEST_F(FetchLoopTest, AnotherHostThanLoopbackIsRefusedWithTheLineToPaste) {
  Start();
  Give("http://a.example/");
  Turn();
  Answer(Page(), "192.0.2.1");
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_ADDRESS_REFUSED);
  EXPECT_FALSE(settled.failure.retryable);
  EXPECT_THAT(settled.failure.detail, HasSubstr("a.example"));
  EXPECT_THAT(settled.failure.detail, HasSubstr("\n[fetcher]\ncontact = \""));
}

TEST_F(FetchLoopTest, WithAContactEveryHostIsAsked) {
  config_.contact = "https://example.org/bot";
  Start();
  Give("http://a.example/");
  Turn();
  Answer(Page(), "192.0.2.1");
  EXPECT_EQ(Settled().kind, Kind::kAck);
}

// Bounds.

TEST_F(FetchLoopTest, NoMoreRequestsRunThanConfigured) {
  config_.max_in_flight = 2;
  Start();
  for (const char* host : {"a", "b", "c"}) {
    Give("http://" + std::string(host) + ".example/");
  }
  Turn();
  EXPECT_EQ(http_->running.size(), 2u);
  Answer(Page());
  EXPECT_EQ(http_->asked.size(), 3u);
}

TEST_F(FetchLoopTest, WaitsNoLongerThanForTheNextTurn) {
  Start();
  Give("http://a.example/1");
  Give("http://a.example/2");
  Turn();
  Answer(Page());
  clock_.Advance(1s - 30ms);
  Turn();
  EXPECT_EQ(http_->last_wait, 31ms);
}

TEST_F(FetchLoopTest, ADrainFinishesWhatRunsAndHandsTheRestBack) {
  Start();
  Give("http://a.example/1");
  Give("http://a.example/2");
  Turn();
  loop_->Drain();
  EXPECT_EQ(Settled().kind, Kind::kReturned);
  Answer(Page());
  EXPECT_EQ(Settled().kind, Kind::kAck);
  EXPECT_EQ(loop_->in_hand(), 0u);

  Give("http://b.example/");
  EXPECT_EQ(Settled().kind, Kind::kReturned);
}

TEST_F(FetchLoopTest, ARedirectDuringADrainIsHandedBack) {
  Start();
  Give("http://a.example/1");
  Turn();
  loop_->Drain();
  Answer(Status(302, "Location", "/2"));
  EXPECT_EQ(Settled().kind, Kind::kReturned);
  EXPECT_EQ(http_->asked.size(), 1u);
}

// What is known and ordered of hosts.

v1::Order HoldOrder(v1::Order::Action action, const std::string& host) {
  v1::Order order;
  order.set_kind(v1::Order::HOLD);
  order.set_action(action);
  order.set_host(host);
  order.set_who("anna@mill");
  order.set_why("a complaint");
  return order;
}

TEST_F(FetchLoopTest, TasksOfAPausedHostWaitOnATopicAndThatIsNoAttempt) {
  Start();
  Give("http://a.example/1");
  Give("http://b.example/1");
  loop_->Obey({HoldOrder(v1::Order::PAUSE, "a.example")});
  Give("http://a.example/2");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://b.example/1"));
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u);
  for (const Settlement& each : settled) {
    EXPECT_EQ(each.kind, Kind::kAck);
    ASSERT_EQ(each.outputs.size(), 1u);
    const v1::FetchTask task = TaskOf(each.outputs[0]);
    EXPECT_EQ(task.attempt(), 0);
    EXPECT_GT(FromProto(task.not_before()), clock_.Now());
  }
}

TEST_F(FetchLoopTest, AHostThatIsResumedIsAskedAtOnce) {
  Start();
  v1::Order pause = HoldOrder(v1::Order::PAUSE, "a.example");
  *pause.mutable_until() = ToProto(clock_.Now() + 20s);
  loop_->Obey({pause});
  Give("http://a.example/1");
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  loop_->Obey({HoldOrder(v1::Order::RESUME, "a.example")});
  clock_.Advance(1s);
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/1"));
}

TEST_F(FetchLoopTest, APauseEndsByItself) {
  Start();
  v1::Order pause = HoldOrder(v1::Order::PAUSE, "a.example");
  *pause.mutable_until() = ToProto(clock_.Now() + 20s);
  loop_->Obey({pause});
  Give("http://a.example/1");
  clock_.Advance(20s - 1ms);
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  clock_.Advance(1ms + kCutOff);
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/1"));
}

TEST_F(FetchLoopTest, APauseActsAtTheLastMomentBeforeBytesLeave) {
  Start();
  Give("http://a.example/1");
  Turn();
  v1::Order pause = HoldOrder(v1::Order::PAUSE, "a.example");
  *pause.mutable_until() = ToProto(clock_.Now() + 20s);
  loop_->Obey({pause});
  Answer(Page());  // the check before it says no
  EXPECT_THAT(sink_->Take(), IsEmpty()) << "it waits, and is no attempt";
  clock_.Advance(20s + kCutOff);
  Turn();
  Answer(Page());
  EXPECT_EQ(Settled().kind, Kind::kAck);
}

v1::Order EraseOrder(const std::string& key) {
  v1::Order order;
  order.set_kind(v1::Order::SUPPRESS);
  order.set_action(v1::Order::BLOCK);
  order.set_article_key(key);
  return order;
}

TEST_F(FetchLoopTest, ErasedArticlesAreNotAskedForWheneverTheOrderComes) {
  Start();
  Give("http://a.example/1");
  loop_->Obey(
      {EraseOrder("https://a.example/1"), EraseOrder("https://a.example/2")});
  Give("http://a.example/2");
  Give("http://a.example/3");
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/3"));
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u);
  for (const Settlement& each : settled) {
    EXPECT_EQ(each.kind, Kind::kFinish);
    EXPECT_EQ(each.outcome.kind(), v1::SKIPPED);
    EXPECT_EQ(each.outcome.reason(), v1::REASON_SUPPRESSED);
  }
}

TEST_F(FetchLoopTest, AnArticleErasedWhileItIsFetchedLeavesNoPage) {
  Start();
  Give("http://a.example/1");
  Turn();
  ASSERT_THAT(http_->asked, ElementsAre("http://a.example/1"));
  loop_->Obey({EraseOrder("https://a.example/1")});
  Answer(Page());
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFinish);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_SUPPRESSED);
  EXPECT_TRUE(settled.outputs.empty());
  Give("http://a.example/2");
  clock_.Advance(1min);
  Turn();
  EXPECT_THAT(http_->asked,
              ElementsAre("http://a.example/1", "http://a.example/2"))
      << "the host goes on";
}

TEST_F(FetchLoopTest, TasksOfABlockedHostAreSkipped) {
  Start();
  Give("http://a.example/1");
  loop_->Obey({HoldOrder(v1::Order::BLOCK, "a.example")});
  Give("http://a.example/2");
  EXPECT_THAT(http_->asked, IsEmpty());
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u);
  for (const Settlement& each : settled) {
    EXPECT_EQ(each.kind, Kind::kFinish);
    EXPECT_EQ(each.outcome.kind(), v1::SKIPPED);
    EXPECT_EQ(each.outcome.reason(), v1::REASON_BLOCKED_BY_OPERATOR);
    EXPECT_THAT(each.outcome.detail(), HasSubstr("anna@mill"));
    EXPECT_THAT(each.outcome.detail(), HasSubstr("a complaint"));
  }
}

TEST_F(FetchLoopTest, ATaskThatMetRetryAfterIsSettledOnceOthersWillKnow) {
  std::vector<HostBook::Durable> saved;
  v1::HostState state;
  save_ = [&](int32_t partition, v1::HostState now, HostBook::Durable durable) {
    EXPECT_EQ(partition, 0);
    state = std::move(now);
    if (durable) saved.push_back(std::move(durable));
  };
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(429, "Retry-After", "20"));
  EXPECT_EQ(sink_->size(), 0u);
  ASSERT_EQ(saved.size(), 1u);
  EXPECT_EQ(state.host(), "a.example");
  EXPECT_EQ(FromProto(state.not_before()), clock_.Now() + 20s);
  EXPECT_EQ(state.not_before_reason(), v1::REASON_HTTP_TOO_MANY_REQUESTS);
  saved[0](true);
  EXPECT_EQ(Settled().kind, Kind::kFail);
}

TEST_F(FetchLoopTest, ATaskWhoseHostIsSomebodyElsesByThenIsHandedBack) {
  std::vector<HostBook::Durable> saved;
  save_ = [&](int32_t, const v1::HostState&, HostBook::Durable durable) {
    if (durable) saved.push_back(std::move(durable));
  };
  Start();
  Give("http://a.example/1");
  Turn();
  Answer(Status(503, "Retry-After", "20"));
  ASSERT_EQ(saved.size(), 1u);
  saved[0](false);
  EXPECT_EQ(Settled().kind, Kind::kReturned);
}

TEST_F(FetchLoopTest, WhatAFormerOwnerWasToldHolds) {
  Start();
  v1::HostState state;
  state.set_host("a.example");
  *state.mutable_not_before() = ToProto(clock_.Now() + 25s);
  loop_->Load(0, {state});
  Give("http://a.example/1");
  clock_.Advance(25s - 1ms);
  Turn();
  EXPECT_THAT(http_->asked, IsEmpty());
  clock_.Advance(1ms + kCutOff);
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre("http://a.example/1"));
}

TEST_F(FetchLoopTest, AHostThatTakesNoConnectionIsLeftAloneAndThenTriedByOne) {
  config_.host_concurrency = 8;
  config_.host_delay = 0s;
  Start();
  for (int i = 0; i < 5; ++i) Give("http://a.example/" + std::to_string(i));
  Turn();
  for (int i = 0; i < 5; ++i) http_->Answer(Broken(v1::REASON_CONNECT_FAILED));
  Turn();
  EXPECT_EQ(sink_->Take().size(), 5u);
  for (int i = 5; i < 9; ++i) Give("http://a.example/" + std::to_string(i));
  clock_.Advance(30s - 1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 5u);
  clock_.Advance(1ms + kCutOff);
  Turn();
  EXPECT_EQ(http_->asked.size(), 6u) << "one asks how it is";
  Answer(Page());
  clock_.Advance(1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 9u) << "it is up";
}

TEST_F(FetchLoopTest, AnOverloadedHostIsAskedHalfAsOften) {
  config_.retry_delays.clear();
  Start();
  for (int i = 0; i < 3; ++i) Give("http://a.example/" + std::to_string(i));
  Turn();
  Answer(Status(503));
  clock_.Advance(1s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u);
  clock_.Advance(1s + 1ms);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopTest, PagesThatStayBrokenSlowTheirHostNoFurther) {
  Start();
  for (int i = 0; i < 3; ++i) {
    v1::FetchTask task = TaskFor("http://a.example/" + std::to_string(i));
    task.set_attempt(1);
    task.add_attempts()->set_http_status(503);
    Give(task);
  }
  Turn();
  for (int i = 0; i < 2; ++i) {
    Answer(Status(503));
    clock_.Advance(1s + 1ms);
    Turn();
  }
  EXPECT_EQ(http_->asked.size(), 3u);
}

TEST_F(FetchLoopTest, HostsOfOneAddressShareItsRoom) {
  config_.contact = "https://example.org/crawler";
  config_.address_concurrency = 1;
  config_.shared_addresses.clear();
  Start();
  Give("http://a.example/1");
  Turn();
  Give("http://b.example/1");
  Turn();
  ASSERT_EQ(http_->running.size(), 2u);
  // The first is past its last check, the second comes to it.
  testing::FakeHttp::Running& first = http_->running[0];
  EXPECT_TRUE(first.may(first.id, "192.0.2.1"));
  testing::FakeHttp::Running& second = http_->running[1];
  EXPECT_FALSE(second.may(second.id, "192.0.2.1"));
  EXPECT_TRUE(second.may(second.id, "192.0.2.2"));
}

TEST_F(FetchLoopTest, RequestsToOneAddressAreSpacedOut) {
  config_.contact = "https://example.org/crawler";
  config_.host_delay = 0s;
  config_.address_delay = 500ms;
  config_.shared_addresses.clear();
  Start();
  Give("http://a.example/1");
  Give("http://b.example/1");
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u) << "nobody knows yet that they are one";
  Answer(Page(), "192.0.2.1");
  Answer(Page(), "192.0.2.1");
  EXPECT_EQ(sink_->Take().size(), 1u);
  EXPECT_EQ(http_->asked.size(), 2u);
  clock_.Advance(499ms);
  Give("http://a.example/2");
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u) << "now it is known before connecting";
  clock_.Advance(1ms);
  Turn();
  ASSERT_EQ(http_->asked.size(), 3u);
  EXPECT_EQ(http_->asked.back(), "http://b.example/1");
  Answer(Page(), "192.0.2.1");
  clock_.Advance(500ms);
  Turn();
  EXPECT_EQ(http_->asked.back(), "http://a.example/2");
  Answer(Page(), "192.0.2.1");
  EXPECT_EQ(sink_->Take().size(), 2u);
}

TEST_F(FetchLoopTest, AFleetsBudgetLetsTheRestWait) {
  config_.requests_per_day = 2;  // there is one partition
  config_.host_delay = 0s;
  Start();
  for (int i = 0; i < 3; ++i) Give("http://a.example/" + std::to_string(i));
  for (int i = 0; i < 2; ++i) {
    Turn();
    clock_.Advance(1ms);
    Answer(Page());
    clock_.Advance(1ms);
    Turn();
  }
  EXPECT_EQ(http_->asked.size(), 2u);
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 3u) << "two pages, and one waits on a topic";
  EXPECT_EQ(TaskOf(settled[2].outputs.at(0)).attempt(), 0);
}

}  // namespace
}  // namespace newsmill
