#include "parser/parse_handler.h"

#include <atomic>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/task_codec.h"
#include "newsmill/v1/order.pb.h"
#include "tests/support/fake_bus.h"

namespace newsmill {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// Gives what it was told to, after it was let go.
class FakeParser final : public PageParser {
 public:
  Extraction Extract(const v1::FetchedPage& page) const override {
    ++started;
    if (hold) gate.wait();
    if (verdict) return {{}, verdict};
    v1::Article result = article;
    result.set_article_key(page.article_key());
    result.set_task_id(page.task().task_id());
    result.set_traceparent(page.task().traceparent());
    *result.mutable_fetched_at() = page.fetched_at();
    return {std::move(result), std::nullopt};
  }

  void Refresh(Instant now) override { refreshed.push_back(now); }

  v1::Article article;
  std::vector<Instant> refreshed;
  std::optional<Verdict> verdict;
  bool hold = false;
  std::promise<void> release;
  std::shared_future<void> gate = release.get_future().share();
  mutable std::atomic<int> started = 0;
};

// Keeps settlements until a test takes them.
class Settlements final : public SettlementSink {
 public:
  void Settle(Settlement settlement) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    settled_.push_back(std::move(settlement));
    changed_.notify_all();
  }

  // Waits until there are so many.
  std::vector<Settlement> Take(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return settled_.size() >= count; });
    return std::move(settled_);
  }

  size_t size() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return settled_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Settlement> settled_;
};

class FakePort final : public WorkerPort {
 public:
  bool IsFresh(const TopicPartition&) const override { return true; }
  void Reclaim(std::vector<TopicPartition>) override {}
  void Stop(Error) override {}
  void Wake() override { ++woken; }

  std::atomic<int> woken = 0;
};

const Timestamp kAppended = *ParseRfc3339("2026-07-24T12:00:00Z");

v1::FetchedPage Page() {
  v1::FetchedPage page;
  page.mutable_task()->set_task_id("task-1");
  page.mutable_task()->set_target("morgen:12");
  page.mutable_task()->set_traceparent(
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  page.set_article_key("morgen:12");
  page.set_final_url("https://morgen.example/a/12");
  page.set_status(200);
  *page.mutable_fetched_at() = ToProto(kAppended - std::chrono::seconds(2));
  return page;
}

Message Record(const std::string& value, int32_t partition = 0) {
  Message message;
  message.topic = "newsmill.pages";
  message.partition = partition;
  message.append_time = kAppended;
  message.value = value;
  return message;
}

std::string HeaderOf(const newsmill::Record& record, const std::string& name) {
  for (const Header& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

class ParseHandlerTest : public testing::Test {
 protected:
  Delivery Deliver(const std::string& value, int32_t partition = 0) {
    return {Record(value, partition), 1, settlements_};
  }

  Settlement Settle(const std::string& value) {
    ParseHandler handler(parser_, topics_, 1);
    handler.Attach(port_);
    handler.Handle(Deliver(value));
    return settlements_->Take(1)[0];
  }

  FakeParser parser_;
  FakePort port_;
  Topics topics_{BusConfig{}, {}};
  std::shared_ptr<Settlements> settlements_ = std::make_shared<Settlements>();
};

TEST_F(ParseHandlerTest, AcknowledgesWithTheArticleUnderItsKey) {
  parser_.article.set_headline("标题");
  const Settlement settled = Settle(Page().SerializeAsString());
  ASSERT_EQ(settled.kind, Settlement::Kind::kAck);
  ASSERT_THAT(settled.outputs, SizeIs(1));
  const newsmill::Record& record = settled.outputs[0];
  EXPECT_EQ(record.topic, topics_.articles);
  EXPECT_EQ(record.key, "morgen:12");
  EXPECT_FALSE(record.partition);
  v1::Article article;
  ASSERT_TRUE(article.ParseFromString(record.value));
  EXPECT_EQ(article.headline(), "标题");
  EXPECT_EQ(HeaderOf(record, kTaskIdHeader), "task-1");
  EXPECT_THAT(HeaderOf(record, kContentTypeHeader),
              HasSubstr("messageType=newsmill.v1.Article"));
  const std::string trace = HeaderOf(record, kTraceparentHeader);
  EXPECT_THAT(trace, HasSubstr("4bf92f3577b34da6a3ce929d0e0e4736"));
  EXPECT_NE(trace, Page().task().traceparent()) << "a span of its own";
}

TEST_F(ParseHandlerTest, APageOfAnErasedArticleIsNotParsed) {
  ManualClock clock;
  FakeBus bus(clock);
  bus.CreateTopics(topics_);
  v1::Order order;
  order.set_kind(v1::Order::SUPPRESS);
  order.set_action(v1::Order::BLOCK);
  order.set_article_key("morgen:12");
  bus.Append({topics_.control, 0}, order.SerializeAsString());
  const auto erased =
      Suppressions::Open(bus, topics_, std::chrono::seconds(10), clock);
  ASSERT_TRUE(erased) << erased.error().message;
  ParseHandler handler(parser_, topics_, 1);
  handler.Heed(**erased);
  handler.Attach(port_);
  handler.Handle(Deliver(Page().SerializeAsString()));
  const Settlement settled = settlements_->Take(1)[0];
  EXPECT_EQ(settled.kind, Settlement::Kind::kFinish);
  EXPECT_EQ(settled.outcome.kind(), v1::SKIPPED);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_SUPPRESSED);
  EXPECT_TRUE(settled.outputs.empty());
  v1::FetchedPage other = Page();
  other.set_article_key("morgen:13");
  handler.Handle(Deliver(other.SerializeAsString()));
  EXPECT_EQ(settlements_->Take(1)[0].kind, Settlement::Kind::kAck);
}

class FakeTrial final : public PageTrial {
 public:
  Result<Verdicts> Parse(const v1::FetchedPage&) override {
    ++tried;
    return verdict;
  }
  Result<Verdicts> verdict = Verdicts(Crashed{"SIGSEGV, SIGABRT, SIGSEGV"});
  int tried = 0;
};

class SuspectPageTest : public ParseHandlerTest {
 protected:
  Settlement SettleSuspect() {
    ParseHandler handler(parser_, topics_, 1);
    handler.TryWith(trial_);
    Delivery delivery = Deliver(Page().SerializeAsString());
    delivery.Suspect();
    handler.Handle(std::move(delivery));
    return settlements_->Take(1)[0];
  }
  FakeTrial trial_;
};

TEST_F(SuspectPageTest, IsTriedApartAndIsCrashedWhereNoTrialSurvivesIt) {
  const Settlement settled = SettleSuspect();
  ASSERT_EQ(settled.kind, Settlement::Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_CRASHED);
  EXPECT_FALSE(settled.failure.retryable);
  EXPECT_THAT(settled.failure.detail, HasSubstr("SIGSEGV, SIGABRT, SIGSEGV"));
  EXPECT_EQ(settled.task.task_id(), "task-1");
  EXPECT_EQ(parser_.started, 0) << "never in the worker itself";
}

TEST_F(SuspectPageTest, GivesItsArticleWhereTheTrialSurvivesIt) {
  v1::Article article;
  article.set_article_key("morgen:12");
  trial_.verdict = PageTrial::Verdicts(article);
  const Settlement settled = SettleSuspect();
  ASSERT_EQ(settled.kind, Settlement::Kind::kAck);
  ASSERT_THAT(settled.outputs, SizeIs(1));
  EXPECT_EQ(settled.outputs[0].key, "morgen:12");
  EXPECT_EQ(parser_.started, 0);
}

TEST_F(SuspectPageTest, IsHandedBackWhereNoTrialCanBeHeld) {
  trial_.verdict = Error{Code::kUnavailable, "no process"};
  EXPECT_EQ(SettleSuspect().kind, Settlement::Kind::kReturned);
}

TEST_F(SuspectPageTest, AnotherPageIsParsedInTheWorker) {
  ParseHandler handler(parser_, topics_, 1);
  handler.TryWith(trial_);
  handler.Handle(Deliver(Page().SerializeAsString()));
  EXPECT_EQ(settlements_->Take(1)[0].kind, Settlement::Kind::kAck);
  EXPECT_EQ(trial_.tried, 0);
}

TEST_F(ParseHandlerTest, LetsTheParserTakeUpChangesInEveryTurnOfTheLoop) {
  ParseHandler handler(parser_, topics_, 1);
  const Instant now{std::chrono::hours(1)};
  handler.Tick(now);
  handler.Tick(now + std::chrono::seconds(1));
  EXPECT_THAT(parser_.refreshed,
              testing::ElementsAre(now, now + std::chrono::seconds(1)));
}

TEST_F(ParseHandlerTest, FinishesAPageWithoutAnArticle) {
  parser_.verdict = Verdict{v1::GONE, v1::REASON_REMOVED, "weg", 1000007};
  const Settlement settled = Settle(Page().SerializeAsString());
  ASSERT_EQ(settled.kind, Settlement::Kind::kFinish);
  EXPECT_EQ(settled.outcome.kind(), v1::GONE);
  EXPECT_EQ(settled.outcome.reason(), v1::REASON_REMOVED);
  EXPECT_EQ(settled.outcome.detail(), "weg");
  EXPECT_EQ(settled.outcome.article_key(), "morgen:12");
  EXPECT_EQ(settled.outcome.parse_generation(), 1000007);
  EXPECT_EQ(settled.outcome.http_status(), 200);
  EXPECT_EQ(FromProto(settled.outcome.fetched_at()),
            kAppended - std::chrono::seconds(2));
  EXPECT_EQ(settled.task.target(), "morgen:12");
}

TEST_F(ParseHandlerTest, FailsAPageThatCannotBeParsed) {
  parser_.verdict = Verdict{v1::DEAD, v1::REASON_PARSE_BUDGET, "deep", 1};
  const Settlement settled = Settle(Page().SerializeAsString());
  ASSERT_EQ(settled.kind, Settlement::Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_PARSE_BUDGET);
  EXPECT_FALSE(settled.failure.retryable);
  EXPECT_EQ(settled.task.task_id(), "task-1");
}

TEST_F(ParseHandlerTest, FailsARecordThatIsNoPage) {
  const std::string whole = Page().SerializeAsString();
  Message message = Record(whole.substr(0, whole.size() - 3));
  message.headers.push_back({kTaskIdHeader, "task-1"});
  ParseHandler handler(parser_, topics_, 1);
  handler.Handle(Delivery(std::move(message), 1, settlements_));
  const Settlement settled = settlements_->Take(1)[0];
  ASSERT_EQ(settled.kind, Settlement::Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_MALFORMED_RECORD);
  EXPECT_FALSE(settled.failure.retryable);
  EXPECT_EQ(settled.task.task_id(), "task-1") << "from the header";
}

TEST_F(ParseHandlerTest, FailsAnArticleThatFitsIntoNoRecord) {
  parser_.article.set_article_body(std::string(9 << 20, 'a'));
  const Settlement settled = Settle(Page().SerializeAsString());
  ASSERT_EQ(settled.kind, Settlement::Kind::kFail);
  EXPECT_EQ(settled.failure.reason, v1::REASON_TOO_LARGE);
}

Timestamp FetchedAt(const Settlement& settled) {
  v1::Article article;
  article.ParseFromString(settled.outputs.at(0).value);
  return FromProto(article.fetched_at());
}

TEST_F(ParseHandlerTest, DoesNotBelieveAFetchFarInTheFuture) {
  v1::FetchedPage page = Page();
  *page.mutable_fetched_at() =
      ToProto(kAppended + std::chrono::minutes(5) + Duration(1));
  EXPECT_EQ(FetchedAt(Settle(page.SerializeAsString())), kAppended);
}

TEST_F(ParseHandlerTest, BelievesAFetchFiveMinutesAheadAndAnyEarlierOne) {
  for (const Timestamp time : {kAppended + std::chrono::minutes(5),
                               kAppended - std::chrono::hours(24 * 365)}) {
    v1::FetchedPage page = Page();
    *page.mutable_fetched_at() = ToProto(time);
    EXPECT_EQ(FetchedAt(Settle(page.SerializeAsString())), time);
  }
}

TEST_F(ParseHandlerTest, HasRoomUntilItsQueueIsFullAndWakesTheLoopAfter) {
  parser_.hold = true;
  ParseHandler handler(parser_, topics_, 1);
  handler.Attach(port_);
  const TopicPartition partition{"newsmill.pages", 0};
  size_t handed = 0;
  // One is taken by the thread at some moment; so one more than waits may come.
  while (handler.HasRoom(partition) && handed < 1000) {
    handler.Handle(Deliver(Page().SerializeAsString()));
    ++handed;
  }
  EXPECT_LT(handed, 1000U);
  parser_.release.set_value();
  EXPECT_THAT(settlements_->Take(handed), SizeIs(handed));
  EXPECT_TRUE(handler.HasRoom(partition));
  EXPECT_GE(port_.woken, 1);
}

TEST_F(ParseHandlerTest, RevokedHandsBackWhatWaitsAndFinishesWhatIsInHand) {
  parser_.hold = true;
  ParseHandler handler(parser_, topics_, 1);
  handler.Handle(Deliver(Page().SerializeAsString(), 0));
  while (parser_.started == 0) std::this_thread::yield();
  handler.Handle(Deliver(Page().SerializeAsString(), 0));
  handler.Handle(Deliver(Page().SerializeAsString(), 1));
  std::thread revoke([&handler] {
    handler.Revoked({{"newsmill.pages", 0}}, false);
  });
  parser_.release.set_value();
  revoke.join();
  int acknowledged = 0;
  int returned = 0;
  for (const Settlement& settled : settlements_->Take(3)) {
    acknowledged += settled.kind == Settlement::Kind::kAck ? 1 : 0;
    returned += settled.kind == Settlement::Kind::kReturned ? 1 : 0;
  }
  // The page in hand, and the other partition's; the waiting one went back,
  // unless the thread was quicker than the revoke.
  EXPECT_EQ(acknowledged + returned, 3);
  EXPECT_GE(acknowledged, 2);
}

TEST_F(ParseHandlerTest, HandsBackWhatWaitsWhenItEnds) {
  parser_.hold = true;
  auto handler = std::make_unique<ParseHandler>(parser_, topics_, 1);
  handler->Handle(Deliver(Page().SerializeAsString()));
  while (parser_.started == 0) std::this_thread::yield();
  handler->Handle(Deliver(Page().SerializeAsString()));
  std::thread release([this] {
    settlements_->Take(1);  // the waiting one is back
    parser_.release.set_value();
  });
  handler.reset();
  release.join();
  EXPECT_EQ(parser_.started, 1);
}

}  // namespace
}  // namespace newsmill
