// Tasks whose page was confirmed to be as another task's: 304, or the same
// bytes.

#include <map>
#include <thread>

#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoreConfirmation : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    store_ = Open();
    owner_ = std::make_unique<Owner>(*store_);
    owner_->Claim();
  }

  // The page of task `validated`, fetched at `then`, was seen again at `now`.
  static v1::Outcome Confirm(const std::string& task, const std::string& key,
                             int64_t now, const std::string& validated,
                             int64_t then) {
    v1::Outcome outcome = AboutArticle(
        MakeOutcome(task, v1::UNCHANGED, v1::REASON_NOT_MODIFIED), key, now);
    outcome.set_stage(v1::STAGE_FETCHER);
    outcome.set_http_status(304);
    outcome.set_validated_by_task_id(validated);
    *outcome.mutable_validated_fetched_at() = ToProto(At(then));
    return outcome;
  }

  LedgerRow Row(const std::string& task) {
    LedgerRow found;
    const auto reader = Reader();
    const Result<void> read =
        reader->VisitLedger({}, [&](const LedgerRow& row) {
          if (row.task_id == task) found = row;
          return true;
        });
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return found;
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<Owner> owner_;
};

TEST_P(StoreConfirmation, OfAStoredArticleIsUnchangedAndTheRowStays) {
  owner_->Put(MakeArticle("k", 10, "h1"));
  owner_->Settle(Confirm("second", "k", 30, "task-k-10", 10));

  const LedgerRow row = Row("second");
  EXPECT_EQ(row.kind, v1::UNCHANGED);
  EXPECT_EQ(row.reason, v1::REASON_NOT_MODIFIED);
  EXPECT_EQ(row.article_key, "k");
  EXPECT_THAT(row.detail, HasSubstr("task-k-10"));
  EXPECT_EQ(row.awaits_task_id, "");
  const auto article = Reader()->FindArticle("k");
  ASSERT_TRUE(article);
  EXPECT_EQ(article->task_id(), "task-k-10");
  EXPECT_EQ(FromProto(article->fetched_at()), At(10)) << "content stays";
}

TEST_P(StoreConfirmation, MovesWhenTheArticleWasSeenAlive) {
  owner_->Put(MakeArticle("k", 10, "h1"));
  owner_->Settle(AboutArticle(
      MakeOutcome("gone", v1::GONE, v1::REASON_HTTP_NOT_FOUND), "k", 20));
  owner_->Settle(Confirm("second", "k", 30, "task-k-10", 10));
  EXPECT_THAT(Sql("SELECT state, state_reason, state_generation, state_hash"
                  " FROM articles WHERE state_fetched_at > fetched_at"),
              ElementsAre("LIVE|NULL|1|h1"));
  // What is older than the state moves nothing.
  owner_->Settle(Confirm("third", "k", 25, "task-k-10", 10));
  EXPECT_THAT(Sql("SELECT count(*) FROM articles WHERE state = 'LIVE'"),
              ElementsAre("1"));
}

TEST_P(StoreConfirmation, OfAPageThatSaidTheArticleIsGoneKeepsItGone) {
  owner_->Put(MakeArticle("k", 10, "h1"));
  owner_->Settle(AboutArticle(
      MakeOutcome("removed", v1::GONE, v1::REASON_REMOVED), "k", 20));
  owner_->Settle(Confirm("second", "k", 30, "removed", 20));
  EXPECT_THAT(Sql("SELECT state, state_reason FROM articles"),
              ElementsAre("GONE|REMOVED"));
}

// The page is on its way through the parser while it is confirmed.
TEST_P(StoreConfirmation, WaitsForTheArticleOfThePageItNames) {
  owner_->Accept(MakeAccepted("task-k-10", "k", 1));
  owner_->Settle(Confirm("second", "k", 30, "task-k-10", 10));
  const LedgerRow open = Row("second");
  EXPECT_EQ(open.kind, v1::OUTCOME_KIND_UNSPECIFIED);
  EXPECT_EQ(open.awaits_task_id, "task-k-10");

  owner_->Put(MakeArticle("k", 10, "h1"));
  EXPECT_EQ(Row("second").kind, v1::UNCHANGED);
  EXPECT_EQ(Row("task-k-10").kind, v1::STORED);
}

// A challenge page with 200 and an ETag must not settle later tasks as if there
// were an article.
TEST_P(StoreConfirmation, OfAPageWithoutAnArticleIsSettledAsThatOne) {
  for (const bool known_before : {true, false}) {
    const std::string first = known_before ? "first-a" : "first-b";
    const std::string second = known_before ? "second-a" : "second-b";
    const v1::Outcome challenge = AboutArticle(
        MakeOutcome(first, v1::SKIPPED, v1::REASON_CHALLENGE), "k" + first, 10);
    const v1::Outcome confirmed = Confirm(second, "k" + first, 30, first, 10);
    owner_->Settle(known_before ? challenge : confirmed);
    owner_->Settle(known_before ? confirmed : challenge);
    const LedgerRow row = Row(second);
    EXPECT_EQ(row.kind, v1::SKIPPED) << known_before;
    EXPECT_EQ(row.reason, v1::REASON_CHALLENGE);
    EXPECT_THAT(row.detail, HasSubstr(first));
  }
}

TEST_P(StoreConfirmation, OfAPageThatDiedIsDead) {
  owner_->Settle(Confirm("second", "k", 30, "first", 10));
  owner_->Settle(MakeOutcome("first", v1::DEAD, v1::REASON_CRASHED));
  EXPECT_EQ(Row("second").kind, v1::DEAD);
  EXPECT_EQ(Row("second").reason, v1::REASON_CRASHED);
}

TEST_P(StoreConfirmation, OnlyRaisesWhatWasThere) {
  owner_->Put(MakeArticle("k", 10, "h1"));
  owner_->Settle(MakeOutcome("dead", v1::DEAD, v1::REASON_TIMED_OUT));
  owner_->Settle(Confirm("dead", "k", 30, "task-k-10", 10));
  EXPECT_EQ(Row("dead").kind, v1::UNCHANGED) << "tried again, and seen";
  EXPECT_EQ(Row("dead").further_outcomes, 1);

  v1::Article article = MakeArticle("other", 10, "h1");
  owner_->Put(article);
  owner_->Settle(Confirm(article.task_id(), "k", 30, "task-k-10", 10));
  EXPECT_EQ(Row(article.task_id()).kind, v1::STORED);
  EXPECT_EQ(Row(article.task_id()).further_outcomes, 1);
}

TEST_P(StoreConfirmation, OfAnErasedArticleIsSkipped) {
  owner_->Put(MakeArticle("k", 10, "h1"));
  Sql("INSERT INTO suppressed (article_key, suppressed_at) VALUES ('k',"
      " '2027-01-15T08:00:00.000Z')");
  Sql("DELETE FROM articles");
  owner_->Settle(Confirm("second", "k", 30, "task-k-10", 10));
  EXPECT_EQ(Row("second").kind, v1::SKIPPED);
  EXPECT_EQ(Row("second").reason, v1::REASON_SUPPRESSED);
}

TEST_P(StoreConfirmation, AndItsArticleMayComeInOneTransaction) {
  StoreBatch batch;
  batch.articles = {MakeArticle("k", 10, "h1")};
  batch.outcomes = {Confirm("second", "k", 30, "task-k-10", 10)};
  ASSERT_TRUE(owner_->Commit(batch));
  EXPECT_EQ(Row("second").kind, v1::UNCHANGED);
}

// Two sinks write at the same time and neither sees what the other does.
TEST_P(StoreConfirmation, IsSettledLaterWhereTransactionsMissedEachOther) {
  owner_->Settle(Confirm("second", "k", 30, "first", 10));
  Sql("INSERT INTO ledger (task_id, settled_at, kind, kind_rank, reason)"
      " VALUES ('first', '2027-01-15T08:00:00.000Z', 'GONE', 3, 'REMOVED')");
  ASSERT_EQ(Row("second").kind, v1::OUTCOME_KIND_UNSPECIFIED);
  const Result<void> settled = store_->SettleWaiting();
  ASSERT_TRUE(settled) << settled.error().message;
  EXPECT_EQ(Row("second").kind, v1::GONE);
}

TEST_P(StoreConfirmation, ByManySinksAtOnceSettlesAllOnceTheSweepIsDone) {
  constexpr int kTasks = 40;
  std::vector<std::thread> sinks;
  for (int sink = 0; sink < 2; ++sink) {
    sinks.emplace_back([this, sink] {
      const auto store = Open();
      Owner owner(*store, {"outcomes", sink});
      owner.Claim();
      for (int i = 0; i < kTasks; ++i) {
        const std::string n = std::to_string(i);
        owner.Settle(sink == 0
                         ? Confirm("c" + n, "k" + n, 30, "p" + n, 10)
                         : MakeOutcome("p" + n, v1::SKIPPED, v1::REASON_LIST));
      }
    });
  }
  for (std::thread& sink : sinks) sink.join();
  ASSERT_TRUE(store_->SettleWaiting());
  EXPECT_THAT(Sql("SELECT count(*) FROM ledger WHERE kind = 'SKIPPED'"),
              ElementsAre(std::to_string(2 * kTasks)));
}

INSTANTIATE_TEST_SUITE_P(Every, StoreConfirmation,
                         ::testing::ValuesIn(StoreBackends()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace newsmill
