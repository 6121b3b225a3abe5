#include "sink/sink_handler.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/settlement_queue.h"
#include "core/flow/task_codec.h"
#include "core/runtime/metrics.h"
#include "tests/support/fake_bus.h"
#include "tests/unit/sink/fake_reader.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A store in memory, whose next answers a test may choose.
class FakeStore : public Store {
 public:
  Result<Claimed> Claim(const TopicPartition& partition,
                        const std::string& cluster_id) override {
    if (claim_error) return *claim_error;
    Claimed& row = rows[partition];
    ++row.epoch;
    if (row.cluster_id.empty()) row.cluster_id = cluster_id;
    return row;
  }
  Result<BatchResult> Commit(const StoreBatch& batch) override {
    ++commits;
    refused.reset();
    if (!answers.empty()) {
      const Answer answer = answers.front();
      answers.pop_front();
      refused = answer.refusal;
      return answer.error;
    }
    committed.push_back(batch);
    for (const OffsetMove& move : batch.offsets) {
      EXPECT_EQ(move.epoch, rows[move.partition].epoch);
      EXPECT_EQ(move.from, rows[move.partition].next.value_or(0));
      rows[move.partition].next = move.to;
      rows[move.partition].last = move.last;
    }
    BatchResult result;
    result.articles.assign(batch.articles.size(), {v1::STORED, v1::REASON_NEW});
    return result;
  }
  Result<void> AdoptOffsets(const std::vector<AdoptedOffset>& offsets,
                            const std::string&) override {
    for (const AdoptedOffset& offset : offsets) {
      Claimed& row = rows[offset.partition];
      ++row.epoch;
      row.next = offset.next;
      row.last.reset();
    }
    return {};
  }
  std::optional<Refusal> refusal() const override { return refused; }
  Result<void> SettleWaiting() override {
    ++sweeps;
    if (sweep_error) return *sweep_error;
    return {};
  }
  Result<void> Ping() override {
    ++pings;
    if (ping_error) return *ping_error;
    return {};
  }

  struct Answer {
    Error error;
    std::optional<Refusal> refusal;
  };
  std::map<TopicPartition, Claimed> rows;
  std::deque<Answer> answers;
  std::vector<StoreBatch> committed;
  std::optional<Refusal> refused;
  std::optional<Error> claim_error, ping_error, sweep_error;
  int commits = 0;
  int pings = 0;
  int sweeps = 0;
};

class FakePort : public WorkerPort {
 public:
  bool IsFresh(const TopicPartition&) const override { return true; }
  void Reclaim(std::vector<TopicPartition> partitions) override {
    for (auto& partition : partitions) reclaimed.push_back(partition);
  }
  void Stop(Error error) override { stopped = error; }
  void Wake() override {}

  std::vector<TopicPartition> reclaimed;
  std::optional<Error> stopped;
};

class SinkHandlerTest : public ::testing::Test {
 protected:
  SinkHandlerTest() {
    bus_.CreateTopics(topics_);
    config_.batch_rows = 3;
    config_.batch_linger = 100ms;
    handler_ = std::make_unique<SinkHandler>(config_, bus_, topics_, sites_,
                                             store_, clock_);
    handler_->Attach(port_);
  }

  Result<Offsets> Assign(const std::vector<TopicPartition>& partitions) {
    return handler_->Assigned(partitions);
  }

  // A record on the log, handed over.
  void Hand(const std::string& topic, const std::string& value,
            std::vector<Header> headers = {}, int32_t partition = 0) {
    Message message;
    message.value = value;
    message.headers = std::move(headers);
    const TopicPartition where{topic, partition};
    const int64_t offset = bus_.Append(where, message);
    message.topic = topic;
    message.partition = partition;
    message.offset = offset;
    message.append_time = clock_.Now();
    handler_->Handle(Delivery(std::move(message), 1, queue_));
  }
  void HandArticle(const std::string& key, int32_t partition = 0) {
    v1::Article article;
    article.set_article_key(key);
    article.set_task_id("task-" + key);
    *article.mutable_fetched_at() = ToProto(clock_.Now());
    Hand(topics_.articles, article.SerializeAsString(),
         {{kTaskIdHeader, "task-" + key}}, partition);
  }
  void TickAfter(Duration time) {
    clock_.Advance(time);
    handler_->Tick(clock_.Uptime());
  }
  // "topic[partition]@offset" of what was acknowledged since the last call.
  std::vector<std::string> Acked() {
    std::vector<std::string> acked;
    for (const Settlement& settled : queue_->Take())
      if (settled.kind == Settlement::Kind::kAck)
        acked.push_back(std::to_string(settled.message.partition) + "@" +
                        std::to_string(settled.message.offset));
    return acked;
  }

  const TopicPartition articles_0_{"newsmill.articles", 0};
  const TopicPartition articles_1_{"newsmill.articles", 1};
  const TopicPartition outcomes_0_{"newsmill.outcomes", 0};
  const TopicPartition dead_0_{"newsmill.dead", 0};
  const TopicPartition tasks_0_{"newsmill.tasks", 0};

  ManualClock clock_;
  FakeBus bus_{clock_};
  const Topics topics_{BusConfig(), {}};
  SiteCatalogue sites_;
  FakeStore store_;
  FakePort port_;
  SinkConfig config_;
  std::shared_ptr<SettlementQueue> queue_ = std::make_shared<SettlementQueue>();
  std::unique_ptr<SinkHandler> handler_;
};

// ---- where to start

TEST_F(SinkHandlerTest, StartsWhereTheStoreSays) {
  for (int i = 0; i < 6; ++i) bus_.Append(articles_0_, "x");
  store_.rows[articles_0_] = {5, 1, std::nullopt, ""};
  store_.rows[articles_0_].cluster_id = *bus_.admin().ClusterId();
  const auto start = Assign({articles_0_});
  ASSERT_TRUE(start) << start.error().message;
  EXPECT_EQ(start->at(articles_0_), 5);
}

TEST_F(SinkHandlerTest, StartsAtTheBeginningWhereTheStoreKnowsNothing) {
  for (int i = 0; i < 6; ++i) bus_.Append(articles_0_, "x");
  bus_.TrimBefore(articles_0_, 2);
  EXPECT_EQ(Assign({articles_0_})->at(articles_0_), 2);
}

TEST_F(SinkHandlerTest, StopsWhereTheStoreIsBeyondTheEndOfTheLog) {
  store_.rows[articles_0_] = {5, 1, std::nullopt, *bus_.admin().ClusterId()};
  ASSERT_TRUE(Assign({articles_0_}));
  EXPECT_FALSE(handler_->HasRoom(articles_0_));
  EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("newsmill.articles[0]"));
  EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("ends at 0"));
}

TEST_F(SinkHandlerTest, StopsWhereRecordsWereDeletedBeforeTheyWereRead) {
  for (int i = 0; i < 6; ++i) bus_.Append(articles_0_, "x");
  bus_.TrimBefore(articles_0_, 4);
  store_.rows[articles_0_] = {2, 1, std::nullopt, *bus_.admin().ClusterId()};
  const auto start = Assign({articles_0_});
  ASSERT_TRUE(start) << start.error().message;
  EXPECT_EQ(start->at(articles_0_), 4) << "a place that the log has";
  EXPECT_FALSE(handler_->HasRoom(articles_0_));
  EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("begins at 4"));
}

TEST_F(SinkHandlerTest, StopsOnAnotherCluster) {
  store_.rows[articles_0_] = {0, 1, std::nullopt, "another"};
  ASSERT_TRUE(Assign({articles_0_}));
  EXPECT_FALSE(handler_->HasRoom(articles_0_));
  EXPECT_THAT(handler_->NotReadyBecause(),
              HasSubstr("has read cluster another"));
}

TEST_F(SinkHandlerTest, StopsOnlyThePartitionThatDoesNotFit) {
  store_.rows[articles_0_] = {0, 1, std::nullopt, "another"};
  ASSERT_TRUE(Assign({articles_0_, articles_1_}));
  EXPECT_FALSE(handler_->HasRoom(articles_0_));
  EXPECT_TRUE(handler_->HasRoom(articles_1_));
  HandArticle("a", 0);
  HandArticle("b", 1);
  TickAfter(100ms);
  EXPECT_THAT(Acked(), ElementsAre("1@0"));
  EXPECT_EQ(store_.rows[articles_0_].next, 0) << "nothing of it moved";
  EXPECT_FALSE(handler_->NotReadyBecause().empty());

  handler_->Revoked({articles_0_}, false);
  EXPECT_EQ(handler_->NotReadyBecause(), "") << "it is another's to explain";
}

TEST_F(SinkHandlerTest, ReadsAStoppedPartitionThatFitsAtItsNextClaim) {
  store_.rows[articles_0_] = {0, 1, std::nullopt, "another"};
  ASSERT_TRUE(Assign({articles_0_}));
  store_.rows.erase(articles_0_);
  ASSERT_TRUE(Assign({articles_0_}));
  EXPECT_TRUE(handler_->HasRoom(articles_0_));
  EXPECT_EQ(handler_->NotReadyBecause(), "");
}

TEST_F(SinkHandlerTest, StopsOnATopicThatWasMadeAgain) {
  for (int i = 0; i < 6; ++i) bus_.Append(articles_0_, "x");
  store_.rows[articles_0_] = {5, 1, RecordIdentity{4, clock_.Now() - 1h},
                              *bus_.admin().ClusterId()};
  ASSERT_TRUE(Assign({articles_0_}));
  EXPECT_FALSE(handler_->HasRoom(articles_0_));
  EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("made again"));
}

TEST_F(SinkHandlerTest, KnowsItsLastRecordAgain) {
  for (int i = 0; i < 6; ++i) bus_.Append(articles_0_, "x");
  store_.rows[articles_0_] = {5, 1, RecordIdentity{4, clock_.Now()},
                              *bus_.admin().ClusterId()};
  EXPECT_TRUE(Assign({articles_0_}));
}

TEST_F(SinkHandlerTest, StoreThatIsNotThereCanBeAskedAgain) {
  store_.claim_error = Error{Code::kUnavailable, "db.example:5432 is away"};
  const auto start = Assign({articles_0_});
  ASSERT_FALSE(start);
  EXPECT_TRUE(IsRetryable(start.error().code));
  EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("db.example:5432"));
}

// ---- batches

TEST_F(SinkHandlerTest, WritesWhenTheBatchIsFullAndThenAcknowledges) {
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("a");
  HandArticle("b");
  EXPECT_THAT(Acked(), IsEmpty());
  HandArticle("c");
  ASSERT_EQ(store_.committed.size(), 1u);
  EXPECT_EQ(store_.committed[0].articles.size(), 3u);
  EXPECT_EQ(store_.committed[0].offsets.at(0).to, 3);
  EXPECT_EQ(store_.committed[0].offsets.at(0).last.offset, 2);
  EXPECT_THAT(Acked(), ElementsAre("0@0", "0@1", "0@2"));
}

TEST_F(SinkHandlerTest, WritesASingleRecordAfterTheLinger) {
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("a");
  TickAfter(50ms);
  EXPECT_EQ(store_.commits, 0);
  TickAfter(50ms);
  EXPECT_EQ(store_.commits, 1);
  EXPECT_THAT(Acked(), ElementsAre("0@0"));
}

TEST_F(SinkHandlerTest, DrainWritesWhatIsInHand) {
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("a");
  handler_->Drain();
  EXPECT_THAT(Acked(), ElementsAre("0@0"));
}

TEST_F(SinkHandlerTest, RevokedPartitionIsFinishedFirst) {
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("a");
  handler_->Revoked({articles_0_}, false);
  EXPECT_THAT(Acked(), ElementsAre("0@0"));
}

TEST_F(SinkHandlerTest, LostPartitionIsDroppedAndTheOthersStay) {
  ASSERT_TRUE(Assign({articles_0_, articles_1_}));
  HandArticle("a", 0);
  HandArticle("b", 1);
  handler_->Revoked({articles_0_}, true);
  TickAfter(100ms);
  ASSERT_EQ(store_.committed.size(), 1u);
  ASSERT_EQ(store_.committed[0].articles.size(), 1u);
  EXPECT_EQ(store_.committed[0].articles[0].article_key(), "b");
  EXPECT_THAT(Acked(), ElementsAre("1@0"));
}

TEST_F(SinkHandlerTest, RecordOfAPartitionThatIsNotOursIsLeftAlone) {
  HandArticle("a");
  TickAfter(1s);
  EXPECT_EQ(store_.commits, 0);
  EXPECT_THAT(Acked(), IsEmpty());
}

TEST_F(SinkHandlerTest, RecordThatTheStoreHasAlreadyIsAcknowledgedOnly) {
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("a");
  TickAfter(100ms);
  Acked();
  Message again;
  again.topic = topics_.articles;
  again.offset = 0;
  handler_->Handle(Delivery(again, 1, queue_));
  TickAfter(100ms);
  EXPECT_EQ(store_.commits, 1);
  EXPECT_THAT(Acked(), ElementsAre("0@0"));
}

// ---- what comes

TEST_F(SinkHandlerTest, TakesEveryTopic) {
  ASSERT_TRUE(Assign({articles_0_, outcomes_0_, dead_0_, tasks_0_}));
  v1::Outcome outcome;
  outcome.set_task_id("o");
  outcome.set_kind(v1::GONE);
  Hand(topics_.outcomes, outcome.SerializeAsString());
  v1::DeadLetter dead;
  dead.set_task_id("d");
  Hand(topics_.dead, dead.SerializeAsString());
  Hand(topics_.tasks, "https://news.example/1");
  ASSERT_EQ(store_.committed.size(), 1u);
  const StoreBatch& batch = store_.committed[0];
  EXPECT_EQ(batch.outcomes.at(0).task_id(), "o");
  EXPECT_EQ(batch.dead_letters.at(0).task_id(), "d");
  EXPECT_EQ(batch.accepted.at(0).task.target(), "https://news.example/1");
  EXPECT_NE(batch.accepted.at(0).task.task_id(), "");
  EXPECT_EQ(batch.accepted.at(0).accepted_at, clock_.Now());
  EXPECT_EQ(batch.offsets.size(), 3u);
}

TEST_F(SinkHandlerTest, TaskThatCannotBeWorkedOnIsAcceptedToo) {
  ASSERT_TRUE(Assign({tasks_0_}));
  Hand(topics_.tasks, "nowhere:1");
  Hand(topics_.tasks, std::string("\x01\xff", 2));
  TickAfter(100ms);
  ASSERT_EQ(store_.committed.size(), 1u);
  EXPECT_EQ(store_.committed[0].accepted.size(), 2u);
  EXPECT_TRUE(store_.committed[0].dead_letters.empty());
}

TEST_F(SinkHandlerTest, MalformedRecordsBecomeDeadLettersAndSettleTheirTask) {
  ASSERT_TRUE(Assign({articles_0_, outcomes_0_, dead_0_}));
  Hand(topics_.articles, "\x0f garbage", {{kTaskIdHeader, "t1"}});
  Hand(topics_.outcomes, "\x0f garbage");
  Hand(topics_.dead, "\x0f garbage");
  ASSERT_EQ(store_.committed.size(), 1u);
  const StoreBatch& batch = store_.committed[0];
  ASSERT_EQ(batch.dead_letters.size(), 3u);
  for (const v1::DeadLetter& dead : batch.dead_letters) {
    EXPECT_EQ(dead.reason(), v1::REASON_MALFORMED_RECORD);
    EXPECT_EQ(dead.stage(), v1::STAGE_SINK);
    EXPECT_EQ(dead.value(), "\x0f garbage");
  }
  ASSERT_EQ(batch.outcomes.size(), 1u);
  EXPECT_EQ(batch.outcomes[0].task_id(), "t1");
  EXPECT_EQ(batch.outcomes[0].kind(), v1::DEAD);
  EXPECT_THAT(Acked(), ElementsAre("0@0", "0@0", "0@0"));
}

TEST_F(SinkHandlerTest, OutcomeOfAKindThatIsNotKnownIsADeadLetter) {
  ASSERT_TRUE(Assign({outcomes_0_}));
  v1::Outcome outcome;
  outcome.set_task_id("o");
  outcome.set_kind(static_cast<v1::OutcomeKind>(77));
  Hand(topics_.outcomes, outcome.SerializeAsString());
  TickAfter(100ms);
  EXPECT_EQ(store_.committed.at(0).dead_letters.at(0).task_id(), "o");
}

TEST_F(SinkHandlerTest, FetchOfTheFutureTakesTheTimeOfItsRecord) {
  ASSERT_TRUE(Assign({outcomes_0_}));
  const auto hand = [&](v1::Stage stage, Duration ahead) {
    v1::Outcome outcome;
    outcome.set_task_id("o");
    outcome.set_kind(v1::GONE);
    outcome.set_stage(stage);
    *outcome.mutable_fetched_at() = ToProto(clock_.Now() + ahead);
    Hand(topics_.outcomes, outcome.SerializeAsString());
  };
  hand(v1::STAGE_FETCHER, 6min);
  hand(v1::STAGE_FETCHER, 4min);
  hand(v1::STAGE_PARSER, 6min);  // was looked at when it was a page
  const StoreBatch& batch = store_.committed.at(0);
  EXPECT_EQ(FromProto(batch.outcomes[0].fetched_at()), clock_.Now());
  EXPECT_EQ(FromProto(batch.outcomes[1].fetched_at()), clock_.Now() + 4min);
  EXPECT_EQ(FromProto(batch.outcomes[2].fetched_at()), clock_.Now() + 6min);
}

// ---- what goes wrong

TEST_F(SinkHandlerTest, StoreThatGoesAwayLosesNothing) {
  ASSERT_TRUE(Assign({articles_0_}));
  const Error away{Code::kUnavailable, "db.example:5432 is away"};
  store_.answers = {{away, {}}, {away, {}}, {away, {}}};
  HandArticle("a");
  HandArticle("b");
  HandArticle("c");
  EXPECT_EQ(store_.commits, 2) << "a lost connection is made again at once";
  EXPECT_FALSE(handler_->HasRoom(articles_0_));
  EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("db.example:5432"));
  EXPECT_THAT(Acked(), IsEmpty());

  handler_->Tick(clock_.Uptime());
  EXPECT_EQ(store_.commits, 2) << "waits before it asks again";
  TickAfter(1s);
  EXPECT_EQ(store_.commits, 3);
  TickAfter(10s);
  ASSERT_EQ(store_.committed.size(), 1u);
  EXPECT_EQ(store_.committed[0].articles.size(), 3u);
  EXPECT_THAT(Acked(), ElementsAre("0@0", "0@1", "0@2"));
  EXPECT_TRUE(handler_->HasRoom(articles_0_));
  EXPECT_EQ(handler_->NotReadyBecause(), "");
}

TEST_F(SinkHandlerTest, ThawedSinkHearsFromTheStoreThatItIsFenced) {
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("a");
  // Its session was ended while it was frozen; the next one answers.
  store_.answers = {{{Code::kUnavailable, "the connection is closed"}, {}},
                    {{Code::kFenced, "other"}, {}}};
  TickAfter(100ms);
  EXPECT_EQ(store_.commits, 2);
  EXPECT_THAT(port_.reclaimed, ElementsAre(articles_0_));
  EXPECT_THAT(Acked(), IsEmpty());
}

TEST_F(SinkHandlerTest, FencedPartitionIsClaimedAgainAndTheOthersGoOn) {
  ASSERT_TRUE(Assign({articles_0_, articles_1_}));
  const double before =
      metrics::Counter("newsmill_sink_fenced_total", "").Value();
  HandArticle("a", 0);
  HandArticle("b", 1);
  store_.answers = {
      {{Code::kFenced, "other"}, Refusal{Refusal::What::kOffset, 0}}};
  TickAfter(100ms);
  EXPECT_THAT(port_.reclaimed, ElementsAre(articles_0_));
  ASSERT_EQ(store_.committed.size(), 1u);
  EXPECT_EQ(store_.committed[0].articles.at(0).article_key(), "b");
  EXPECT_THAT(Acked(), ElementsAre("1@0"));
  EXPECT_EQ(metrics::Counter("newsmill_sink_fenced_total", "").Value(),
            before + 1);

  HandArticle("c", 0);  // was on its way to us; whoever owns it reads it again
  TickAfter(100ms);
  EXPECT_EQ(store_.committed.size(), 1u);
  ASSERT_TRUE(Assign({articles_0_}));
  HandArticle("d", 0);
  TickAfter(100ms);
  EXPECT_EQ(store_.committed.size(), 2u);
}

TEST_F(SinkHandlerTest, RefusedRowBecomesADeadLetterAndTheRestIsWritten) {
  ASSERT_TRUE(Assign({articles_0_}));
  store_.answers = {{{Code::kInvalidArgument, "value too long"},
                     Refusal{Refusal::What::kArticle, 1}}};
  HandArticle("a");
  HandArticle("bad");
  HandArticle("c");
  ASSERT_EQ(store_.committed.size(), 1u);
  const StoreBatch& batch = store_.committed[0];
  ASSERT_EQ(batch.articles.size(), 2u);
  EXPECT_EQ(batch.articles[1].article_key(), "c");
  ASSERT_EQ(batch.dead_letters.size(), 1u);
  EXPECT_EQ(batch.dead_letters[0].reason(), v1::REASON_ROW_REFUSED);
  EXPECT_EQ(batch.dead_letters[0].detail(), "value too long");
  EXPECT_EQ(batch.dead_letters[0].offset(), 1);
  ASSERT_EQ(batch.outcomes.size(), 1u);
  EXPECT_EQ(batch.outcomes[0].task_id(), "task-bad");
  EXPECT_EQ(batch.outcomes[0].reason(), v1::REASON_ROW_REFUSED);
  EXPECT_THAT(Acked(), ElementsAre("0@0", "0@1", "0@2"));
}

TEST_F(SinkHandlerTest, DeadLetterIsKeptWhereItsOutcomeIsRefusedToo) {
  ASSERT_TRUE(Assign({articles_0_}));
  store_.answers = {
      {{Code::kInvalidArgument, "row"}, Refusal{Refusal::What::kArticle, 0}},
      {{Code::kInvalidArgument, "ledger"},
       Refusal{Refusal::What::kOutcome, 0}}};
  HandArticle("bad");
  TickAfter(100ms);
  ASSERT_EQ(store_.committed.size(), 1u);
  EXPECT_TRUE(store_.committed[0].outcomes.empty());
  EXPECT_EQ(store_.committed[0].dead_letters.size(), 1u);
}

TEST_F(SinkHandlerTest, ErrorThatNobodyUnderstandsEndsTheWorker) {
  ASSERT_TRUE(Assign({articles_0_}));
  store_.answers = {{{Code::kInternal, "a bug"}, {}}};
  HandArticle("a");
  TickAfter(100ms);
  ASSERT_TRUE(port_.stopped);
  EXPECT_EQ(port_.stopped->message, "a bug");
  EXPECT_THAT(Acked(), IsEmpty());
}

TEST_F(SinkHandlerTest, LooksAfterTheStoreWhileNothingComes) {
  ASSERT_TRUE(Assign({articles_0_}));
  TickAfter(5s);
  EXPECT_EQ(store_.pings, 1);
  store_.ping_error = Error{Code::kUnavailable, "away"};
  TickAfter(5s);
  EXPECT_EQ(handler_->NotReadyBecause(), "away");
  store_.ping_error.reset();
  TickAfter(5s);
  EXPECT_EQ(handler_->NotReadyBecause(), "");
}

TEST_F(SinkHandlerTest, LooksForTasksThatWaitOnceAfterItsLastTransaction) {
  ASSERT_TRUE(Assign({articles_0_}));
  TickAfter(2s);
  EXPECT_EQ(store_.sweeps, 1) << "what a former sink left";
  TickAfter(2s);
  EXPECT_EQ(store_.sweeps, 1);
  HandArticle("a");
  TickAfter(100ms);
  ASSERT_EQ(store_.committed.size(), 1u);
  TickAfter(900ms);
  EXPECT_EQ(store_.sweeps, 1) << "others may still be in a transaction";
  TickAfter(100ms);
  EXPECT_EQ(store_.sweeps, 2);

  HandArticle("b");
  TickAfter(100ms);
  store_.sweep_error = Error{Code::kUnavailable, "away"};
  TickAfter(1s);
  EXPECT_EQ(handler_->NotReadyBecause(), "away");
  store_.sweep_error.reset();
  TickAfter(5s);
  TickAfter(2s);
  EXPECT_EQ(store_.sweeps, 4) << "tried again";
}

TEST_F(SinkHandlerTest, TrimsItsPartitionsOfTasksEachMinute) {
  FakeReader reader;
  TaskTrimmer trimmer(bus_.admin(), reader, "newsmill.fetcher");
  handler_->TrimWith(trimmer);
  ASSERT_TRUE(Assign({tasks_0_, articles_0_}));
  const TopicPartition tasks_1{topics_.tasks, 1};  // somebody else's
  for (const TopicPartition& tasks : {tasks_0_, tasks_1}) {
    for (int i = 0; i < 5; ++i) bus_.Append(tasks, "task");
    bus_.SetCommitted(tasks, 5);
    reader.next[tasks] = 5;
  }
  const auto begin = [&](const TopicPartition& partition) {
    return bus_.admin().FetchWatermarks({partition})->at(partition).begin;
  };
  TickAfter(59s);
  EXPECT_EQ(begin(tasks_0_), 0);
  TickAfter(1s);
  EXPECT_EQ(begin(tasks_0_), 5);
  EXPECT_EQ(begin(tasks_1), 0);
}

}  // namespace
}  // namespace newsmill
