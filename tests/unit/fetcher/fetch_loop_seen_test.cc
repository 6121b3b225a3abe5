// Pages that were seen before: conditional requests and duplicates.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/id.h"
#include "core/base/proto_duration.h"
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

constexpr char kUrl[] = "http://www.gazette.example/news/42";

HttpResponse Tagged(const std::string& body, const std::string& etag,
                    const std::string& modified = "") {
  HttpResponse response = Page(body);
  for (const auto& [name, value] :
       {std::pair{"ETag", etag}, std::pair{"Last-Modified", modified}}) {
    if (value.empty()) continue;
    v1::HttpHeader& header = response.headers.emplace_back();
    header.set_name(name);
    header.set_value(value);
  }
  return response;
}

class FetchLoopSeenTest : public FetchLoopTest {
 protected:
  FetchLoopSeenTest() {
    config_.duplicate_window = 0s;
    save_seen_ = [this](int32_t partition, const v1::SeenPage& page) {
      EXPECT_EQ(partition, 0);
      saved_.push_back(page);
    };
  }

  v1::FetchTask TaskNamed(const std::string& id,
                          const std::string& target = "gazette:42") {
    v1::FetchTask task;
    task.set_task_id(id);
    task.set_target(target);
    return task;
  }
  // Lets the host's delay pass, and asks.
  void Ask(const v1::FetchTask& task) {
    clock_.Advance(10s);
    Give(task);
    Turn();
  }
  // The page of a first task, on the log.
  void Seen(const std::string& id, const HttpResponse& response,
            const std::string& target = "gazette:42") {
    Ask(TaskNamed(id, target));
    Answer(response);
    const Settlement settled = Settled();
    ASSERT_EQ(settled.kind, Kind::kAck);
    ASSERT_TRUE(settled.when_durable);
    settled.when_durable(true);
    Turn();
  }
  std::vector<std::string> Conditions() const {
    std::vector<std::string> fields;
    if (http_->running.empty()) return {"nothing runs"};
    for (const auto& header : http_->running.front().request.headers) {
      fields.push_back(header.name() + ": " + header.value());
    }
    return fields;
  }

  std::vector<v1::SeenPage> saved_;
};

// Conditional requests.

TEST_F(FetchLoopSeenTest, APageIsRememberedWhenTheLogHasIt) {
  Start();
  Ask(TaskNamed("first"));
  Answer(Tagged("<p>text</p>", "\"v1\"", "Mon, 23 Nov 2026 10:00:00 GMT"));
  const Settlement settled = Settled();
  EXPECT_THAT(saved_, IsEmpty()) << "it is not acknowledged yet";
  ASSERT_TRUE(settled.when_durable);
  const Timestamp fetched_at = clock_.Now();
  clock_.Advance(1s);
  settled.when_durable(true);
  Turn();
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].article_key(), "gazette:42");
  EXPECT_EQ(saved_[0].url(), kUrl);
  EXPECT_EQ(saved_[0].etag(), "\"v1\"");
  EXPECT_EQ(saved_[0].last_modified(), "Mon, 23 Nov 2026 10:00:00 GMT");
  EXPECT_EQ(saved_[0].task_id(), "first");
  EXPECT_EQ(saved_[0].body_sha256(), Sha256("<p>text</p>"));
  EXPECT_EQ(FromProto(saved_[0].fetched_at()), fetched_at);
}

TEST_F(FetchLoopSeenTest, IsAskedForWithItsValidators) {
  Start();
  Seen("first", Tagged("text", "W/\"v1\"", "Mon, 23 Nov 2026 10:00:00 GMT"));
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(),
              ElementsAre("If-None-Match: W/\"v1\"",
                          "If-Modified-Since: Mon, 23 Nov 2026 10:00:00 GMT"));
}

TEST_F(FetchLoopSeenTest, ANotModifiedPageIsUnchangedAndNamesWhoseItIs) {
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  const auto first = saved_.at(0).fetched_at();
  Ask(TaskNamed("second"));
  Answer(Status(304));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFinish);
  EXPECT_EQ(settled.outcome.kind(), v1::UNCHANGED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_NOT_MODIFIED);
  EXPECT_EQ(settled.outcome.article_key(), "gazette:42");
  EXPECT_EQ(settled.outcome.http_status(), 304);
  EXPECT_EQ(settled.outcome.validated_by_task_id(), "first");
  EXPECT_EQ(settled.outcome.validated_fetched_at().seconds(), first.seconds());
  EXPECT_EQ(FromProto(settled.outcome.fetched_at()), clock_.Now());
  EXPECT_THAT(settled.outcome.detail(), HasSubstr("first"));

  // A third one still names the task whose page is on the log.
  Ask(TaskNamed("third"));
  Answer(Status(304));
  EXPECT_EQ(Settled().outcome.validated_by_task_id(), "first");
}

TEST_F(FetchLoopSeenTest, TheSameBytesAreUnchanged) {
  Start();
  Seen("first", Page("text"));
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(), IsEmpty()) << "the server gave no validator";
  Answer(Page("text"));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.outcome.kind(), v1::UNCHANGED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_SAME_CONTENT);
  EXPECT_EQ(settled.outcome.validated_by_task_id(), "first");
}

TEST_F(FetchLoopSeenTest, AChangedPageIsAPageAndTheNextOneIsComparedWithIt) {
  Start();
  Seen("first", Tagged("old", "\"v1\""));
  Seen("second", Tagged("new", "\"v2\""));
  Ask(TaskNamed("third"));
  EXPECT_THAT(Conditions(), ElementsAre("If-None-Match: \"v2\""));
}

TEST_F(FetchLoopSeenTest, ATaskIsNeverAnsweredWithItsOwnPage) {
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  // Read again after a crash before its offset was committed.
  Ask(TaskNamed("first"));
  EXPECT_THAT(Conditions(), IsEmpty());
  Answer(Tagged("text", "\"v1\""));
  EXPECT_EQ(Settled().kind, Kind::kAck) << "its page, again";
}

TEST_F(FetchLoopSeenTest, ACopyThatStoodThereBeforeItsPageIsNotAskedForAgain) {
  Start();
  const Timestamp before = clock_.Now();
  Seen("first", Page());
  Give(TaskNamed("first").SerializeAsString(), 0, before);
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck);
  EXPECT_THAT(settled.outputs, IsEmpty()) << "its page ends it";
  Give(TaskNamed("other").SerializeAsString(), 0, before);
  clock_.Advance(10s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u) << "another task wants its own";
}

TEST_F(FetchLoopSeenTest, ACopyThatWaitedBesideIsNotAskedForAgain) {
  config_.host_concurrency = 4;
  Start();
  clock_.Advance(10s);
  Give(TaskNamed("first"));
  Give(TaskNamed("first"));
  Turn();
  clock_.Advance(10s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 1u) << "it waits, though there is room";
  Answer(Page());
  const Settlement page = Settled();
  page.when_durable(true);
  clock_.Advance(10s);
  Turn();
  EXPECT_THAT(Settled().outputs, IsEmpty());
  EXPECT_EQ(http_->asked.size(), 1u);
}

TEST_F(FetchLoopSeenTest, ACopyOfAPageThatTheLogRefusedIsAskedForAgain) {
  Start();
  const Timestamp before = clock_.Now();
  Ask(TaskNamed("first"));
  Answer(Page());
  Settled().when_durable(false);
  Turn();
  clock_.Advance(10s);
  Give(TaskNamed("first").SerializeAsString(), 0, before);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopSeenTest, APageThatIsNotAcknowledgedIsNotReliedOn) {
  Start();
  Ask(TaskNamed("first"));
  Answer(Tagged("text", "\"v1\""));
  Settled();
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(), IsEmpty());
}

TEST_F(FetchLoopSeenTest, ForceAndTheSwitchAskUnconditionally) {
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  v1::FetchTask forced = TaskNamed("second");
  forced.set_force(true);
  Ask(forced);
  EXPECT_THAT(Conditions(), IsEmpty());
  Answer(Tagged("text", "\"v1\""));
  EXPECT_EQ(Settled().kind, Kind::kAck) << "a page, though the same";

  config_.conditional = false;
  Ask(TaskNamed("third"));
  EXPECT_THAT(Conditions(), IsEmpty());
}

TEST_F(FetchLoopSeenTest, ValidatorsAreOfOneUrl) {
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  Ask(TaskNamed("second", "http://m.gazette.example/news/42"));
  EXPECT_THAT(Conditions(), IsEmpty()) << "the other host's page is another";
}

TEST_F(FetchLoopSeenTest, PagesThatTheLogKeepsNoLongerAreNotSpokenOf) {
  bus_.pages_retention = 1h;
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  clock_.Advance(1h);
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(), IsEmpty());
}

TEST_F(FetchLoopSeenTest, PagesThatDiedAreNotSpokenOf) {
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  loop_->Died({"first"});
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(), IsEmpty());
}

int64_t parser_generation = 1;

TEST_F(FetchLoopSeenTest, ANewerParserOrRuleWantsThePage) {
  parser_generation = 1;
  generation_ = [](int64_t revision) { return parser_generation + revision; };
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(), ElementsAre("If-None-Match: \"v1\""));
  Answer(Status(304));
  Settled();
  parser_generation = 2;
  Ask(TaskNamed("third"));
  EXPECT_THAT(Conditions(), IsEmpty());
}

TEST_F(FetchLoopSeenTest, WhatFormerOwnersSawIsKnown) {
  Start();
  Seen("first", Tagged("text", "\"v1\""));
  loop_->Revoke({0});
  loop_->Assign({0});
  clock_.Advance(1min);
  Ask(TaskNamed("second"));
  EXPECT_THAT(Conditions(), IsEmpty()) << "let go of with the partition";
  Answer(Status(404));
  Settled();
  loop_->LoadSeen(0, saved_);
  Ask(TaskNamed("third"));
  EXPECT_THAT(Conditions(), ElementsAre("If-None-Match: \"v1\""));
}

TEST_F(FetchLoopSeenTest, AnAcknowledgementOfALostPartitionIsForgotten) {
  Start();
  Ask(TaskNamed("first"));
  Answer(Tagged("text", "\"v1\""));
  const Settlement settled = Settled();
  loop_->Revoke({0});
  settled.when_durable(true);
  Turn();
  EXPECT_THAT(saved_, IsEmpty());
  loop_.reset();
  settled.when_durable(true);  // nobody listens any more
}

TEST_F(FetchLoopSeenTest, A304ThatNobodyAskedForIsNoAnswer) {
  Start();
  Ask(TaskNamed("first"));
  Answer(Status(304));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_HTTP_UNEXPECTED);
}

TEST_F(FetchLoopSeenTest, APartOfAPageIsNotRemembered) {
  config_.retry_delays = {};
  Start();
  Ask(TaskNamed("first"));
  HttpResponse part = Tagged("te", "\"v1\"");
  part.failure = v1::REASON_TRUNCATED;
  part.truncated = true;
  Answer(part);
  const Settlement settled = Settled();
  EXPECT_EQ(settled.kind, Kind::kAck);
  EXPECT_FALSE(settled.when_durable);
}

// Duplicates.

class FetchLoopDuplicateTest : public FetchLoopSeenTest {
 protected:
  FetchLoopDuplicateTest() { config_.duplicate_window = 1h; }

  // Two tasks for one page, the first of which is being asked for.
  void AskForOnePageTwice() {
    config_.host_concurrency = 4;
    Start();
    clock_.Advance(10s);
    Give(TaskNamed("first", "http://a.example/1"));
    Give(TaskNamed("second", "http://a.example/1"));
    Turn();
  }
};

TEST_F(FetchLoopDuplicateTest, WithinTheWindowAnArticleIsFetchedOnce) {
  Start();
  Seen("first", Page());
  clock_.Advance(30min);
  Ask(TaskNamed("second", kUrl));
  const Settlement settled = Settled();
  EXPECT_EQ(settled.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_DUPLICATE);
  EXPECT_EQ(settled.outcome.article_key(), "gazette:42");
  EXPECT_FALSE(settled.outcome.has_fetched_at()) << "the page was not seen";
  EXPECT_THAT(settled.outcome.detail(), HasSubstr("first"));
  EXPECT_EQ(http_->asked.size(), 1u);

  clock_.Advance(30min);
  Ask(TaskNamed("third"));
  EXPECT_EQ(http_->asked.size(), 2u) << "the window is over";
}

TEST_F(FetchLoopDuplicateTest, ATaskIsNoDuplicateOfItself) {
  Start();
  Seen("first", Page());
  Ask(TaskNamed("first"));
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopDuplicateTest, OneInFlightIsWaitedFor) {
  config_.host_concurrency = 4;
  Start();
  clock_.Advance(10s);
  const std::string url = "http://a.example/1";
  Give(TaskNamed("first", url));
  Turn();
  clock_.Advance(10s);
  Give(TaskNamed("second", url));
  Give(TaskNamed("other", "http://a.example/2"));
  Turn();
  EXPECT_THAT(http_->asked, ElementsAre(url, "http://a.example/2"))
      << "the second waits, and holds nobody up";
  Answer(Page());
  const Settlement page = Settled();
  EXPECT_EQ(page.task.task_id(), "first");
  clock_.Advance(10s);
  Turn();
  EXPECT_EQ(sink_->size(), 0u) << "not before the log has the page";
  page.when_durable(true);
  Turn();
  const Settlement settled = Settled();
  EXPECT_EQ(settled.task.task_id(), "second");
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_DUPLICATE);
}

TEST_F(FetchLoopDuplicateTest, WhereTheFirstFailsTheSecondIsFetched) {
  AskForOnePageTwice();
  clock_.Advance(10s);
  Turn();
  ASSERT_EQ(http_->asked.size(), 1u);
  Answer(Status(500));
  EXPECT_EQ(Settled().kind, Kind::kFail);
  clock_.Advance(10s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
  Answer(Page());
  EXPECT_EQ(Settled().task.task_id(), "second");
}

TEST_F(FetchLoopDuplicateTest, WhereTheLogRefusesThePageTheSecondIsFetched) {
  AskForOnePageTwice();
  Answer(Page());
  const Settlement page = Settled();
  clock_.Advance(10s);
  Turn();
  ASSERT_EQ(http_->asked.size(), 1u);
  page.when_durable(false);
  clock_.Advance(10s);
  Turn();
  EXPECT_EQ(http_->asked.size(), 2u);
  EXPECT_THAT(saved_, IsEmpty());
}

TEST_F(FetchLoopDuplicateTest, OnesThatWaitAreHandedBackWithTheirPartition) {
  AskForOnePageTwice();
  clock_.Advance(10s);
  Turn();
  loop_->Revoke({0});
  const auto settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u);
  EXPECT_EQ(settled[0].kind, Kind::kReturned);
  EXPECT_EQ(settled[1].kind, Kind::kReturned);
  Turn();
  EXPECT_EQ(loop_->in_hand(), 0u);
}

TEST_F(FetchLoopDuplicateTest, TheTaskMayNameItsOwnWindow) {
  Start();
  Seen("first", Page("one"));
  v1::FetchTask at_once = TaskNamed("second");
  *at_once.mutable_duplicate_window() = ToProto(Duration(0));
  Ask(at_once);
  EXPECT_EQ(http_->asked.size(), 2u);
  Answer(Page("two"));
  Settled().when_durable(true);
  Turn();

  clock_.Advance(2h);
  v1::FetchTask long_window = TaskNamed("third");
  *long_window.mutable_duplicate_window() = ToProto(Duration(3h));
  Ask(long_window);
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_DUPLICATE);
}

TEST_F(FetchLoopDuplicateTest, ForceIgnoresIt) {
  Start();
  Seen("first", Page());
  v1::FetchTask forced = TaskNamed("second");
  forced.set_force(true);
  Ask(forced);
  EXPECT_EQ(http_->asked.size(), 2u);
}

TEST_F(FetchLoopDuplicateTest, ASitesRuleMayNameItsWindow) {
  sites_ =
      testing::CatalogueOf({{"gazette", testing::SlowGazetteRule() +
                                            "duplicate_window = \"2h\"\n"}});
  Start();
  Seen("first", Page());
  clock_.Advance(90min);
  Ask(TaskNamed("second"));
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_DUPLICATE);
}

// Revisits.

class FetchLoopRevisitTest : public FetchLoopSeenTest {
 protected:
  FetchLoopRevisitTest() {
    save_revisit_ = [this](int32_t, v1::PlannedRevisit plan,
                           std::optional<v1::FetchTask> put,
                           Revisits::Durable durable) {
      plans_.push_back(std::move(plan));
      if (put) put_.push_back(*std::move(put));
      durable_.push_back(std::move(durable));
    };
  }
  v1::FetchTask Revisited(const std::string& id) {
    v1::FetchTask task = TaskNamed(id);
    *task.mutable_revisit()->mutable_interval() = ToProto(Duration(1h));
    return task;
  }

  std::vector<v1::PlannedRevisit> plans_;
  std::vector<v1::FetchTask> put_;
  std::vector<Revisits::Durable> durable_;
};

TEST_F(FetchLoopRevisitTest, APageIsProducedOnceTheNextRoundIsPlanned) {
  Start();
  Ask(Revisited("first"));
  Answer(Page());
  EXPECT_EQ(sink_->size(), 0u);
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(plans_[0].article_key(), "gazette:42");
  durable_[0](true);
  EXPECT_EQ(Settled().kind, Kind::kAck);
}

TEST_F(FetchLoopRevisitTest, ACopyPlansWhatItsKilledOwnerDidNot) {
  Start();
  const Timestamp before = clock_.Now();
  const v1::FetchTask task = Revisited("first");
  Ask(task);
  Answer(Page());
  ASSERT_EQ(plans_.size(), 1u);
  durable_[0](true);
  Settled().when_durable(true);
  Turn();
  // Another owner, who reads what is known of the page, and of the plan.
  for (const bool planned : {true, false}) {
    loop_->Assign({0});
    clock_.Advance(1min);
    loop_->LoadSeen(0, saved_);
    if (planned) loop_->LoadRevisits(0, {plans_[0]});
    Give(task.SerializeAsString(), 0, before);
    Turn();
    EXPECT_EQ(http_->asked.size(), planned ? 1u : 2u);
    EXPECT_EQ(sink_->Take().size(), planned ? 1u : 0u);
  }
}

TEST_F(FetchLoopRevisitTest, IsHandedBackWhereThePlanIsSomebodyElses) {
  Start();
  Ask(Revisited("first"));
  Answer(Page());
  durable_.at(0)(false);
  EXPECT_EQ(Settled().kind, Kind::kReturned);
}

TEST_F(FetchLoopRevisitTest, ThePutTaskIsFetchedAndPlannedInItsTurn) {
  Start();
  Ask(Revisited("first"));
  Answer(Tagged("text", "\"v1\""));
  durable_.at(0)(true);
  Settled().when_durable(true);
  clock_.Advance(2h);
  Turn();
  ASSERT_EQ(put_.size(), 1u);
  durable_.at(1)(true);
  Ask(put_[0]);
  EXPECT_THAT(Conditions(), ElementsAre("If-None-Match: \"v1\""));
  Answer(Status(304));
  ASSERT_EQ(plans_.size(), 3u);
  EXPECT_EQ(plans_[2].round(), 2);
  EXPECT_EQ(FromProto(plans_[2].task().revisit().interval()), 90min)
      << "it did not change";
  durable_.at(2)(true);
  EXPECT_EQ(Settled().outcome.kind(), v1::UNCHANGED);
}

TEST_F(FetchLoopRevisitTest, AnotherPageComesSooner) {
  Start();
  Seen("before", Page("old"));
  v1::FetchTask task = Revisited("first");
  *task.mutable_revisit()->mutable_shortest() = ToProto(Duration(10min));
  Ask(task);
  Answer(Page("new"));
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(FromProto(plans_[0].task().revisit().interval()), 48min);
}

TEST_F(FetchLoopRevisitTest, AFailureIsRetriedFirstAndPlannedWhenItIsDead) {
  config_.retry_delays = {10s};
  Start();
  v1::FetchTask task = Revisited("first");
  Ask(task);
  Answer(Status(500));
  EXPECT_EQ(Settled().kind, Kind::kFail);
  EXPECT_THAT(plans_, IsEmpty());

  task.set_attempt(1);
  Ask(task);
  Answer(Status(500));
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(sink_->size(), 0u);
  durable_[0](true);
  EXPECT_EQ(Settled().kind, Kind::kFail);
}

TEST_F(FetchLoopRevisitTest, ADeadTaskOfAHostThatWaitsNeedsBothToBeDurable) {
  config_.retry_delays = {};
  HostBook::Durable host_durable;
  save_ = [&](int32_t, v1::HostState, HostBook::Durable durable) {
    if (durable) host_durable = std::move(durable);
  };
  Start();
  Ask(Revisited("first"));
  Answer(Status(429, "Retry-After", "60"));
  ASSERT_EQ(plans_.size(), 1u);
  durable_.at(0)(true);
  EXPECT_EQ(sink_->size(), 0u);
  ASSERT_TRUE(host_durable);
  host_durable(true);
  EXPECT_EQ(Settled().kind, Kind::kFail);
}

TEST_F(FetchLoopRevisitTest, AMissingPageIsAskedForAgainAGoneOneIsNot) {
  Start();
  Ask(Revisited("first"));
  Answer(Status(404));
  ASSERT_EQ(plans_.size(), 1u);
  durable_.at(0)(true);
  EXPECT_EQ(Settled().outcome.kind(), v1::GONE);
  Ask(Revisited("second"));
  Answer(Status(410));
  EXPECT_EQ(Settled().outcome.kind(), v1::GONE);
  EXPECT_EQ(plans_.size(), 1u);
}

TEST_F(FetchLoopRevisitTest, ADuplicateBeginsWhatNobodyBegan) {
  config_.duplicate_window = 1h;
  Start();
  Seen("before", Page());
  Ask(Revisited("first"));
  EXPECT_EQ(http_->asked.size(), 2u);
  Answer(Page());
  durable_.at(0)(true);
  sink_->Take();
  Ask(Revisited("again"));
  EXPECT_EQ(Settled().outcome.reason(), v1::REASON_DUPLICATE);
}

TEST_F(FetchLoopRevisitTest, PlansOfFormerOwnersArePut) {
  Start();
  Ask(Revisited("first"));
  Answer(Page());
  durable_.at(0)(true);
  loop_->Revoke({0});
  clock_.Advance(2h);
  Turn();
  EXPECT_THAT(put_, IsEmpty());
  loop_->Assign({0});
  loop_->LoadRevisits(0, {plans_[0]});
  Turn();
  ASSERT_EQ(put_.size(), 1u);
  EXPECT_EQ(put_[0].task_id(), plans_[0].task().task_id());
}

}  // namespace
}  // namespace newsmill
