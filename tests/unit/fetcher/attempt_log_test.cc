#include "fetcher/attempt_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/fetch_loop_fixture.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Broken;
using testing::Page;
using testing::Status;
using v1::FetchAttempt;

// Records that are acknowledged when the test says so.
struct Held {
  std::vector<Record> records;
  std::vector<Producer::Done> unsettled;

  void Settle() {
    for (const Producer::Done& done : std::exchange(unsettled, {})) {
      done(RecordMetadata());
    }
  }
};
class HeldProducer : public Producer {
 public:
  explicit HeldProducer(Held& held) : held_(held) {}
  void Produce(Record record, Done done) override {
    held_.records.push_back(std::move(record));
    held_.unsettled.push_back(std::move(done));
  }
  Result<void> Flush(Duration) override {
    held_.Settle();
    return {};
  }

 private:
  Held& held_;
};

class AttemptLogTest : public testing::FetchLoopTest {
 protected:
  AttemptLogTest() { config_.robots = "obey"; }

  void StartLogged() {
    Start();
    loop_->LogTo(log_);
  }
  void NextTurn() {
    clock_.Advance(1s + 1ms);
    Turn();
  }
  FetchAttempt Last() {
    FetchAttempt attempt;
    EXPECT_FALSE(held_.records.empty());
    if (held_.records.empty()) return attempt;
    EXPECT_TRUE(attempt.ParseFromString(held_.records.back().value));
    EXPECT_EQ(held_.records.back().topic, "fetch_log");
    EXPECT_EQ(held_.records.back().key, attempt.host());
    return attempt;
  }

  Held held_;
  AttemptLog log_{"fetch_log", std::make_unique<HeldProducer>(held_)};
};

TEST_F(AttemptLogTest, HasARecordOfEachRequestAndWhatCameOfIt) {
  StartLogged();
  v1::FetchTask task = TaskFor("http://a.example/1");
  task.set_batch("b");
  Give(task);
  Turn();
  Answer(Status(404));
  EXPECT_EQ(held_.records.size(), 1u);
  EXPECT_EQ(Last().purpose(), FetchAttempt::ROBOTS);
  EXPECT_EQ(Last().url(), "http://a.example/robots.txt");
  EXPECT_EQ(Last().http_status(), 404);
  EXPECT_EQ(Last().task_id(), "");

  while (http_->asked.back() != "http://a.example/1") {
    ASSERT_LT(http_->asked.size(), 5u);
    NextTurn();
    if (http_->asked.back() != "http://a.example/1") Answer(Status(404));
  }
  Answer(Page("<p>text</p>"));
  EXPECT_EQ(held_.records.size(), http_->asked.size());
  const FetchAttempt page = Last();
  EXPECT_EQ(page.purpose(), FetchAttempt::PAGE);
  EXPECT_EQ(page.result(), FetchAttempt::FETCHED);
  EXPECT_EQ(page.task_id(), task.task_id());
  EXPECT_EQ(page.batch(), "b");
  EXPECT_EQ(page.host(), "a.example");
  EXPECT_EQ(page.http_status(), 200);
  EXPECT_EQ(page.body_bytes(), 11);
  EXPECT_EQ(page.content_type(), "text/html");
  EXPECT_EQ(page.timing().total_ms(), 12);
  EXPECT_EQ(page.remote_address(), "127.0.0.1:80");
  EXPECT_TRUE(page.has_at());
}

TEST_F(AttemptLogTest, SaysWhyARequestCameToNothing) {
  config_.robots = "off";
  StartLogged();
  Give("http://a.example/1");
  Turn();
  Answer(Broken(v1::REASON_TIMED_OUT));
  EXPECT_EQ(Last().result(), FetchAttempt::TRY_AGAIN);
  EXPECT_EQ(Last().reason(), v1::REASON_TIMED_OUT);
  EXPECT_EQ(Last().detail(), "because");
  EXPECT_EQ(Last().http_status(), 0);
}

TEST_F(AttemptLogTest, ARedirectSaysWhereTo) {
  config_.robots = "off";
  StartLogged();
  Give("http://a.example/1");
  Turn();
  Answer(Status(301, "Location", "/2"));
  EXPECT_EQ(Last().result(), FetchAttempt::REDIRECTED);
  EXPECT_EQ(Last().url(), "http://a.example/1");
  EXPECT_EQ(Last().location(), "/2");
}

TEST_F(AttemptLogTest, ALogThatIsAwayHoldsNothingUpAndKeepsNoMoreThanItsBound) {
  prometheus::Counter& dropped = metrics::Counter(
      "newsmill_fetcher_log_records_total", "", {{"result", "dropped"}});
  const double before = dropped.Value();
  const auto most = static_cast<size_t>(AttemptLog::kMostUnsettled);
  for (size_t i = 0; i < most + 3; ++i) log_.Write(FetchAttempt());
  EXPECT_EQ(held_.records.size(), most);
  EXPECT_EQ(dropped.Value() - before, 3);
  held_.Settle();
  log_.Write(FetchAttempt());
  EXPECT_EQ(held_.records.size(), most + 1);
}

}  // namespace
}  // namespace newsmill
