#include "core/flow/settler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/id.h"
#include "core/flow/task_codec.h"
#include "core/flow/task_id.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr char kTrace[] =
    "00-11111111111111111111111111111111-2222222222222222-01";
const Timestamp kNow = Timestamp(1767225600s);
const std::vector<Duration> kDelays = {10s, 60s, 600s};

template <typename Proto>
Proto As(const Record& record) {
  Proto proto;
  EXPECT_TRUE(proto.ParseFromString(record.value));
  return proto;
}

std::string HeaderOf(const Record& record, const std::string& name) {
  for (const Header& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

class SettlerTest : public testing::Test {
 protected:
  SettlerTest()
      : topics_(BusConfig(), kDelays),
        settler_(v1::STAGE_FETCHER, topics_, kDelays) {}

  // A task that failed `attempt` times before.
  static Settlement Failed(Failure failure, int attempt = 0) {
    Settlement settlement;
    settlement.kind = Settlement::Kind::kFail;
    settlement.failure = std::move(failure);
    settlement.message.topic = "newsmill.tasks";
    settlement.message.partition = 3;
    settlement.message.offset = 17;
    settlement.message.append_time = kNow - 1s;
    settlement.message.key = "news.example";
    settlement.message.value = "site:1";
    v1::FetchTask& task = settlement.task;
    task.set_task_id("task-1");
    task.set_target("site:1");
    task.set_url("https://news.example:8443/1");
    task.set_site("site");
    task.set_batch("batch");
    task.set_attempt(attempt);
    for (int i = 0; i < attempt; ++i) {
      task.add_attempts()->set_detail("earlier");
    }
    task.set_traceparent(kTrace);
    v1::Label& label = *task.add_labels();
    label.set_name("team");
    label.set_value("a");
    return settlement;
  }

  static Failure Retryable() {
    Failure failure;
    failure.reason = v1::REASON_HTTP_SERVER_ERROR;
    failure.detail = "503 Service Unavailable";
    failure.retryable = true;
    failure.http_status = 503;
    return failure;
  }

  std::vector<Record> Decide(Settlement settlement, Settler::Kind kind) {
    Settler::Decision decision = settler_.Decide(settlement, kNow);
    EXPECT_EQ(decision.kind, kind);
    return std::move(decision.outputs);
  }

  Topics topics_;
  Settler settler_;
};

TEST_F(SettlerTest, AnAckKeepsItsOutputs) {
  Settlement settlement;
  settlement.kind = Settlement::Kind::kAck;
  settlement.outputs.emplace_back().value = "page";
  const auto outputs = Decide(std::move(settlement), Settler::Kind::kAck);
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].value, "page");
}

TEST_F(SettlerTest, ARetryGoesToTheTopicOfItsDelayUnderItsHost) {
  const auto outputs = Decide(Failed(Retryable()), Settler::Kind::kRetry);
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].topic, "newsmill.tasks.retry.10s");
  EXPECT_EQ(outputs[0].key, "news.example:8443");
  EXPECT_EQ(HeaderOf(outputs[0], kTraceparentHeader), kTrace);
  EXPECT_EQ(HeaderOf(outputs[0], kTaskIdHeader), "task-1");
  const auto task = As<v1::FetchTask>(outputs[0]);
  EXPECT_EQ(task.task_id(), "task-1");
  EXPECT_EQ(task.batch(), "batch");
  EXPECT_EQ(task.labels(0).value(), "a");
  EXPECT_EQ(task.attempt(), 1);
  EXPECT_EQ(FromProto(task.not_before()), kNow + 10s);
  ASSERT_EQ(task.attempts_size(), 1);
  EXPECT_EQ(task.attempts(0).reason(), v1::REASON_HTTP_SERVER_ERROR);
  EXPECT_EQ(task.attempts(0).detail(), "503 Service Unavailable");
  EXPECT_EQ(task.attempts(0).http_status(), 503);
  EXPECT_EQ(FromProto(task.attempts(0).at()), kNow);
}

TEST_F(SettlerTest, EachAttemptWaitsForTheNextDelay) {
  const auto second = Decide(Failed(Retryable(), 1), Settler::Kind::kRetry);
  EXPECT_EQ(second[0].topic, "newsmill.tasks.retry.1m");
  const auto third = Decide(Failed(Retryable(), 2), Settler::Kind::kRetry);
  EXPECT_EQ(third[0].topic, "newsmill.tasks.retry.10m");
  EXPECT_EQ(As<v1::FetchTask>(third[0]).attempts_size(), 3);
}

TEST_F(SettlerTest, ARetryAfterIsNeverUndercut) {
  Failure failure = Retryable();
  failure.not_before = kNow + 45s;
  const auto outputs = Decide(Failed(failure), Settler::Kind::kRetry);
  EXPECT_EQ(outputs[0].topic, "newsmill.tasks.retry.1m");
  EXPECT_EQ(FromProto(As<v1::FetchTask>(outputs[0]).not_before()), kNow + 45s);
}

TEST_F(SettlerTest, AShortRetryAfterDoesNotShortenTheDelay) {
  Failure failure = Retryable();
  failure.not_before = kNow + 2s;
  const auto outputs = Decide(Failed(failure), Settler::Kind::kRetry);
  EXPECT_EQ(outputs[0].topic, "newsmill.tasks.retry.10s");
  EXPECT_EQ(FromProto(As<v1::FetchTask>(outputs[0]).not_before()), kNow + 10s);
}

TEST_F(SettlerTest, ARetryAfterBeyondEveryDelayWaitsInTheLastTopic) {
  Failure failure = Retryable();
  failure.not_before = kNow + 2h;
  const auto outputs = Decide(Failed(failure), Settler::Kind::kRetry);
  EXPECT_EQ(outputs[0].topic, "newsmill.tasks.retry.10m");
  EXPECT_EQ(FromProto(As<v1::FetchTask>(outputs[0]).not_before()), kNow + 2h);
}

TEST_F(SettlerTest, OutOfDelaysIsDead) {
  const auto outputs = Decide(Failed(Retryable(), 3), Settler::Kind::kDead);
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[0].topic, topics_.dead);
  EXPECT_EQ(As<v1::DeadLetter>(outputs[0]).attempts_size(), 4);
  EXPECT_EQ(outputs[1].topic, topics_.outcomes);
  EXPECT_EQ(As<v1::Outcome>(outputs[1]).attempts(), 4);
}

TEST_F(SettlerTest, WhatIsNotRetryableIsDeadAtOnce) {
  Failure failure;
  failure.reason = v1::REASON_INVALID_URL;
  failure.detail = "no scheme";
  Settlement settlement = Failed(failure);
  settlement.message.headers = {{"x", "y"}};
  const auto outputs = Decide(std::move(settlement), Settler::Kind::kDead);
  ASSERT_EQ(outputs.size(), 2u);

  EXPECT_EQ(outputs[0].key, "news.example");
  EXPECT_EQ(HeaderOf(outputs[0], kContentTypeHeader),
            "application/protobuf; messageType=newsmill.v1.DeadLetter");
  EXPECT_EQ(HeaderOf(outputs[0], kTraceparentHeader), kTrace);
  const auto letter = As<v1::DeadLetter>(outputs[0]);
  EXPECT_EQ(letter.task_id(), "task-1");
  EXPECT_EQ(letter.stage(), v1::STAGE_FETCHER);
  EXPECT_EQ(letter.reason(), v1::REASON_INVALID_URL);
  EXPECT_EQ(letter.detail(), "no scheme");
  EXPECT_EQ(letter.attempts_size(), 0) << "nothing was tried";
  EXPECT_EQ(letter.topic(), "newsmill.tasks");
  EXPECT_EQ(letter.partition(), 3);
  EXPECT_EQ(letter.offset(), 17);
  EXPECT_EQ(FromProto(letter.appended_at()), kNow - 1s);
  EXPECT_EQ(letter.key(), "news.example");
  EXPECT_EQ(letter.headers(0).name(), "x");
  EXPECT_EQ(letter.value(), "site:1");
  EXPECT_EQ(letter.value_size(), 6);
  EXPECT_EQ(letter.value_sha256(), Sha256("site:1"));
  EXPECT_EQ(FromProto(letter.died_at()), kNow);
  EXPECT_EQ(letter.target(), "site:1");
  EXPECT_EQ(letter.site(), "site");
  EXPECT_EQ(letter.batch(), "batch");
  EXPECT_EQ(letter.labels(0).name(), "team");
  EXPECT_EQ(letter.traceparent(), kTrace);

  EXPECT_EQ(outputs[1].key, "task-1");
  const auto outcome = As<v1::Outcome>(outputs[1]);
  EXPECT_EQ(outcome.kind(), v1::DEAD);
  EXPECT_EQ(outcome.reason(), v1::REASON_INVALID_URL);
  EXPECT_EQ(outcome.stage(), v1::STAGE_FETCHER);
  EXPECT_EQ(outcome.labels(0).value(), "a");
  EXPECT_EQ(outcome.traceparent(), kTrace);
  EXPECT_EQ(outcome.attempts(), 0);
  EXPECT_EQ(FromProto(outcome.occurred_at()), kNow);
}

TEST_F(SettlerTest, ALargeValueLeavesOnlyItsDigest) {
  Settlement settlement = Failed({});
  settlement.message.value = std::string(kMostDeadValue, 'x');
  EXPECT_EQ(As<v1::DeadLetter>(Decide(settlement, Settler::Kind::kDead)[0])
                .value()
                .size(),
            kMostDeadValue);
  settlement.message.value += 'x';
  const auto letter =
      As<v1::DeadLetter>(Decide(settlement, Settler::Kind::kDead)[0]);
  EXPECT_EQ(letter.value(), "");
  EXPECT_EQ(letter.value_size(), static_cast<int64_t>(kMostDeadValue) + 1);
  EXPECT_EQ(letter.value_sha256(), Sha256(settlement.message.value));
}

TEST_F(SettlerTest, AnUnreadableTaskIsNamedByItsHeaderElseByItsPlace) {
  Settlement settlement = Failed({});
  settlement.task.Clear();
  const auto by_place = Decide(settlement, Settler::Kind::kDead);
  EXPECT_EQ(As<v1::Outcome>(by_place[1]).task_id(),
            TaskIdOf(settlement.message));
  EXPECT_EQ(As<v1::Outcome>(by_place[1]).traceparent(),
            TraceparentOf(TaskIdOf(settlement.message)));

  settlement.message.headers = {{kTaskIdHeader, "given"},
                                {kTraceparentHeader, kTrace}};
  const auto by_header = Decide(settlement, Settler::Kind::kDead);
  EXPECT_EQ(As<v1::DeadLetter>(by_header[0]).task_id(), "given");
  EXPECT_EQ(As<v1::DeadLetter>(by_header[0]).traceparent(), kTrace);
  EXPECT_EQ(by_header[1].key, "given");
}

TEST_F(SettlerTest, WhatNamesNoTargetIsNotTriedAgain) {
  Settlement settlement = Failed(Retryable());
  settlement.task.Clear();
  Decide(std::move(settlement), Settler::Kind::kDead);
}

TEST_F(SettlerTest, ForeignBytesDoNotMakeTheRecordUnreadable) {
  Failure failure;
  failure.detail = "got \xff\xfe";
  Settlement settlement = Failed(failure);
  settlement.message.headers = {{"x", "\xff"}};
  settlement.message.value = "\xff";
  const auto outputs = Decide(std::move(settlement), Settler::Kind::kDead);
  EXPECT_EQ(As<v1::DeadLetter>(outputs[0]).value(), "\xff");
  EXPECT_EQ(As<v1::Outcome>(outputs[1]).detail(),
            "got \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(SettlerTest, AnOutcomeIsCompletedWithWhatIsKnownOfTheTask) {
  Settlement settlement = Failed({}, 2);
  settlement.kind = Settlement::Kind::kFinish;
  settlement.outcome.set_kind(v1::GONE);
  settlement.outcome.set_reason(v1::REASON_HTTP_NOT_FOUND);
  settlement.outcome.set_http_status(404);
  settlement.outcome.set_article_key("site:1");
  const auto outputs = Decide(std::move(settlement), Settler::Kind::kFinish);
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].topic, topics_.outcomes);
  EXPECT_EQ(outputs[0].key, "task-1");
  const auto outcome = As<v1::Outcome>(outputs[0]);
  EXPECT_EQ(outcome.kind(), v1::GONE);
  EXPECT_EQ(outcome.article_key(), "site:1");
  EXPECT_EQ(outcome.task_id(), "task-1");
  EXPECT_EQ(outcome.target(), "site:1");
  EXPECT_EQ(outcome.url(), "https://news.example:8443/1");
  EXPECT_EQ(outcome.site(), "site");
  EXPECT_EQ(outcome.batch(), "batch");
  EXPECT_EQ(outcome.labels(0).value(), "a");
  EXPECT_EQ(outcome.stage(), v1::STAGE_FETCHER);
  EXPECT_EQ(outcome.attempts(), 3) << "two failed, one was answered";
  EXPECT_EQ(FromProto(outcome.occurred_at()), kNow);
  EXPECT_EQ(outcome.traceparent(), kTrace);
}

TEST_F(SettlerTest, AnOutcomeKeepsTheUrlThatTheStageSet) {
  Settlement settlement = Failed({});
  settlement.kind = Settlement::Kind::kFinish;
  settlement.outcome.set_url("https://elsewhere.example/");
  const auto outputs = Decide(std::move(settlement), Settler::Kind::kFinish);
  EXPECT_EQ(As<v1::Outcome>(outputs[0]).url(), "https://elsewhere.example/");
}

TEST(RetryTier, IsTheFirstThatIsLongEnough) {
  EXPECT_EQ(RetryTier(kDelays, 0, 5s), 0u);
  EXPECT_EQ(RetryTier(kDelays, 0, 10s), 0u);
  EXPECT_EQ(RetryTier(kDelays, 0, 11s), 1u);
  EXPECT_EQ(RetryTier(kDelays, 1, 5s), 1u);
  EXPECT_EQ(RetryTier(kDelays, 0, 1h), 2u);
}

TEST_F(SettlerTest, ADeadLetterCarriesTheHeaderNamesOfKafkaConnect) {
  Settlement settlement = Failed(
      {.reason = v1::REASON_TOO_LARGE, .detail = "9 MiB, at most 8 fit"});
  const auto outputs = settler_.Decide(settlement, kNow).outputs;
  ASSERT_EQ(outputs.at(0).topic, topics_.dead);
  const Record& letter = outputs[0];
  EXPECT_EQ(HeaderOf(letter, "__connect.errors.topic"), "newsmill.tasks");
  EXPECT_EQ(HeaderOf(letter, "__connect.errors.partition"), "3");
  EXPECT_EQ(HeaderOf(letter, "__connect.errors.offset"), "17");
  EXPECT_EQ(HeaderOf(letter, "__connect.errors.stage"), "FETCHER");
  EXPECT_EQ(HeaderOf(letter, "__connect.errors.exception.class.name"),
            "REASON_TOO_LARGE");
  EXPECT_EQ(HeaderOf(letter, "__connect.errors.exception.message"),
            "9 MiB, at most 8 fit");
  EXPECT_EQ(HeaderOf(letter, kTaskIdHeader), "task-1") << "ours beside them";
}

}  // namespace
}  // namespace newsmill
