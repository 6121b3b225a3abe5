#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <thread>

#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Keys(StoreReader& reader,
                              const ArticleFilter& filter = {}) {
  std::vector<std::string> keys;
  const Result<void> read =
      reader.VisitArticles(filter, [&](const v1::Article& article) {
        keys.push_back(article.article_key());
        return true;
      });
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return keys;
}

std::map<std::string, LedgerRow> Ledger(StoreReader& reader,
                                        const LedgerFilter& filter = {}) {
  std::map<std::string, LedgerRow> rows;
  const Result<void> read =
      reader.VisitLedger(filter, [&](const LedgerRow& row) {
        rows[row.task_id] = row;
        return true;
      });
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return rows;
}

// ---- claim, fence, atomicity

using StoreFence = StoreTest;

TEST_P(StoreFence, FirstClaimKnowsNoOffset) {
  const auto store = Open();
  const Claimed claimed = Owner(*store).Claim();
  EXPECT_EQ(claimed.next, std::nullopt);
  EXPECT_EQ(claimed.last, std::nullopt);
  EXPECT_EQ(claimed.cluster_id, "cluster-a");
}

TEST_P(StoreFence, ClaimReadsOnWhereTheLastCommitEnded) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  ASSERT_TRUE(owner.Commit({}, 7));

  const auto other = Open();
  const Claimed claimed = Owner(*other).Claim();
  EXPECT_EQ(claimed.next, 7);
  EXPECT_EQ(claimed.epoch, owner.epoch() + 1);
  ASSERT_TRUE(claimed.last);
  EXPECT_EQ(claimed.last->offset, 6);
  EXPECT_EQ(claimed.last->append_time, At(6));
}

TEST_P(StoreFence, FormerOwnerWritesNothing) {
  const auto store = Open();
  const auto successor_store = Open();
  Owner former(*store);
  former.Claim();
  Owner successor(*successor_store);
  successor.Claim();

  StoreBatch batch;
  batch.articles = {MakeArticle("k", 10, "h1")};
  batch.outcomes = {MakeOutcome("t", v1::SKIPPED, v1::REASON_ROBOTS)};
  batch.accepted = {MakeAccepted("t2", "a", 1)};
  batch.dead_letters = {MakeDead(1, v1::REASON_TRUNCATED)};
  const Result<BatchResult> result = former.Commit(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kFenced) << result.error().message;
  EXPECT_EQ(store->refusal(), (Refusal{Refusal::What::kOffset, 0}));

  const auto reader = Reader();
  EXPECT_THAT(Keys(*reader), ElementsAre());
  EXPECT_TRUE(Ledger(*reader).empty());
  EXPECT_EQ(Sql("SELECT count(*) FROM dead_letters"),
            std::vector<std::string>{"0"});
  EXPECT_TRUE(successor.Commit({}));
}

TEST_P(StoreFence, OffsetThatTheStoreDoesNotHoldIsFenced) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  ASSERT_TRUE(owner.Commit({}, 5));
  StoreBatch again;  // the answer to the first was lost
  again.offsets = {{{"articles", 0}, 0, 5, owner.epoch(), {4, At(4)}}};
  again.articles = {MakeArticle("k", 10, "h1")};
  const Result<BatchResult> result = store->Commit(again);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kFenced);
  EXPECT_THAT(Keys(*Reader()), ElementsAre());
}

TEST_P(StoreFence, NamesTheOnePartitionThatWasLost) {
  const auto store = Open();
  Owner first(*store, {"articles", 0});
  Owner second(*store, {"articles", 1});
  first.Claim();
  second.Claim();
  const auto successor_store = Open();
  Owner(*successor_store, {"articles", 1}).Claim();

  StoreBatch batch;
  batch.articles = {MakeArticle("k", 10, "h1")};
  batch.offsets = {first.Move(1), second.Move(1)};
  const Result<BatchResult> result = store->Commit(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kFenced);
  EXPECT_EQ(store->refusal(), (Refusal{Refusal::What::kOffset, 1}));
  EXPECT_THAT(Keys(*Reader()), ElementsAre()) << "one miss takes all back";

  batch.offsets = {first.Move(1)};
  EXPECT_TRUE(store->Commit(batch)) << "the other partition goes on";
}

TEST_P(StoreFence, AnotherClusterIsToldAndChangesNothing) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim("cluster-a");
  ASSERT_TRUE(owner.Commit({}, 3));
  const auto other = Open();
  EXPECT_EQ(Owner(*other).Claim("cluster-b").cluster_id, "cluster-a");
  EXPECT_TRUE(owner.Commit({})) << "the rightful owner is not fenced";
}

TEST_P(StoreFence, RefusedRowTakesTheWholeBatchBackAndIsNamed) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  StoreBatch batch;
  batch.accepted = {MakeAccepted("t", "a", 1)};
  batch.articles = {MakeArticle("a", 10, "h1"), MakeArticle("", 10, "h2"),
                    MakeArticle("c", 10, "h3")};
  const Result<BatchResult> result = owner.Commit(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kInvalidArgument)
      << result.error().message;
  EXPECT_EQ(store->refusal(), (Refusal{Refusal::What::kArticle, 1}));
  EXPECT_THAT(Keys(*Reader()), ElementsAre());
  EXPECT_TRUE(Ledger(*Reader()).empty());

  batch.articles.erase(batch.articles.begin() + 1);
  ASSERT_TRUE(owner.Commit(batch));
  EXPECT_THAT(Keys(*Reader()), ElementsAre("a", "c"));
}

TEST_P(StoreFence, RefusesATaskIdThatNoIndexCanHold) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  StoreBatch batch;
  batch.accepted = {MakeAccepted("t", "a", 1),
                    MakeAccepted(std::string(5000, 'x'), "a", 2)};
  const Result<BatchResult> result = owner.Commit(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kInvalidArgument);
  EXPECT_EQ(store->refusal(), (Refusal{Refusal::What::kAccepted, 1}));
}

// ---- the guard

using StoreGuard = StoreTest;

TEST_P(StoreGuard, FirstArticleIsNewAndTheNextFetchUpdates) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  const ArticleResult first = owner.Put(MakeArticle("k", 10, "h1"));
  EXPECT_EQ(first.kind, v1::STORED);
  EXPECT_EQ(first.reason, v1::REASON_NEW);
  const ArticleResult second = owner.Put(MakeArticle("k", 20, "h2"));
  EXPECT_EQ(second.kind, v1::STORED);
  EXPECT_EQ(second.reason, v1::REASON_UPDATED);
}

TEST_P(StoreGuard, OlderFetchIsSuperseded) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 20, "h2"));
  const ArticleResult late = owner.Put(MakeArticle("k", 10, "h1"));
  EXPECT_EQ(late.kind, v1::UNCHANGED);
  EXPECT_EQ(late.reason, v1::REASON_SUPERSEDED);
  EXPECT_EQ(Reader()->FindArticle("k")->content_hash(), "h2");
}

TEST_P(StoreGuard, SameContentRaisesTheVersionAllTheSame) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "A"));
  const ArticleResult same = owner.Put(MakeArticle("k", 31, "A"));
  EXPECT_EQ(same.kind, v1::UNCHANGED);
  EXPECT_EQ(same.reason, v1::REASON_SAME_CONTENT);
  EXPECT_EQ(owner.Put(MakeArticle("k", 20, "B")).reason, v1::REASON_SUPERSEDED)
      << "a page of 20 must not win against one of 31";
}

TEST_P(StoreGuard, RepeatedArticleChangesNothing) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "h1"));
  const auto before =
      Sql("SELECT article_key, first_stored_at, updated_at,"
          " last_change FROM articles");
  EXPECT_EQ(owner.Put(MakeArticle("k", 10, "h1")).kind, v1::UNCHANGED);
  EXPECT_EQ(Sql("SELECT article_key, first_stored_at, updated_at,"
                " last_change FROM articles"),
            before);
}

TEST_P(StoreGuard, BodyIsNeverReplacedByNone) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "h1", "正文"));
  owner.Settle(
      AboutArticle(MakeOutcome("g", v1::GONE, v1::REASON_REMOVED), "k", 15));
  const ArticleResult bare = owner.Put(MakeArticle("k", 20, "h2", ""));
  EXPECT_EQ(bare.kind, v1::UNCHANGED);
  EXPECT_EQ(bare.reason, v1::REASON_BODY_KEPT);
  EXPECT_EQ(Reader()->FindArticle("k")->article_body(), "正文");
  EXPECT_EQ(Sql("SELECT state FROM articles"), std::vector<std::string>{"LIVE"})
      << "the page was seen again";
}

TEST_P(StoreGuard, PageWithoutArticleEmptiesNothing) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "h1"));
  owner.Settle(AboutArticle(
      MakeOutcome("t2", v1::GONE, v1::REASON_HTTP_NOT_FOUND), "k", 20));
  EXPECT_EQ(Reader()->FindArticle("k")->headline(), "标题 h1");
  EXPECT_EQ(Sql("SELECT state, state_reason FROM articles"),
            std::vector<std::string>{"GONE|HTTP_NOT_FOUND"});
}

TEST_P(StoreGuard, OutcomeWithoutRowMakesOneWithoutContent) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Settle(AboutArticle(MakeOutcome("t2", v1::SKIPPED, v1::REASON_LIST),
                            "example:7", 30));
  EXPECT_THAT(Keys(*Reader()), ElementsAre());
  EXPECT_EQ(Sql("SELECT article_key, article_id, state_reason FROM articles"),
            std::vector<std::string>{"example:7|7|LIST"});
  EXPECT_EQ(owner.Put(MakeArticle("example:7", 10, "h1")).reason,
            v1::REASON_NEW)
      << "an outcome raises the state, not the content";
  EXPECT_EQ(Sql("SELECT state FROM articles"),
            std::vector<std::string>{"SKIPPED"})
      << "what was seen at 30 is newer than the page of 10";
}

TEST_P(StoreGuard, TaskThatWasNotFetchedSaysNothingOfTheArticle) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "h1"));
  owner.Settle(
      AboutArticle(MakeOutcome("t2", v1::SKIPPED, v1::REASON_ROBOTS), "k", 20));
  EXPECT_EQ(Sql("SELECT state FROM articles"),
            std::vector<std::string>{"LIVE"});
}

TEST_P(StoreGuard, SuppressedKeyIsRefused) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  Sql("INSERT INTO suppressed (article_key, suppressed_at)"
      " VALUES ('k', '2026-01-01T00:00:00.000Z')");
  const ArticleResult result = owner.Put(MakeArticle("k", 10, "h1"));
  EXPECT_EQ(result.kind, v1::SKIPPED);
  EXPECT_EQ(result.reason, v1::REASON_SUPPRESSED);
  owner.Settle(
      AboutArticle(MakeOutcome("t2", v1::GONE, v1::REASON_REMOVED), "k", 20));
  EXPECT_EQ(Sql("SELECT count(*) FROM articles"),
            std::vector<std::string>{"0"});
}

// One thing that may be said of an article, applied to a store.
using Step = std::function<void(Owner&)>;

// Applies the steps in every order, twice over, and expects one row.
void ExpectOneRowInEveryOrder(
    const std::vector<Step>& steps, Store& store,
    const std::function<std::vector<std::string>(const std::string&)>& sql) {
  std::vector<size_t> order(steps.size());
  std::iota(order.begin(), order.end(), 0);
  Owner owner(store);
  owner.Claim();
  std::set<std::string> rows;
  do {
    sql("DELETE FROM articles");
    for (int round = 0; round < 2; ++round)
      for (const size_t step : order) steps[step](owner);
    for (const std::string& row :
         sql("SELECT article_key, headline, article_body, fetched_at,"
             " parse_generation, content_hash, task_id, url, state,"
             " state_reason, state_fetched_at, state_generation, state_hash"
             " FROM articles"))
      rows.insert(row);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(rows.size(), 1u) << ::testing::PrintToString(rows);
}

TEST_P(StoreGuard, EveryOrderEndsInTheSameRow) {
  v1::Article replayed = MakeArticle("k", 10, "h1b");
  replayed.set_parse_generation(2);
  const std::vector<Step> steps = {
      [](Owner& o) { o.Put(MakeArticle("k", 10, "h1")); },
      [](Owner& o) { o.Put(MakeArticle("k", 20, "h2")); },
      [&](Owner& o) { o.Put(replayed); },
      [](Owner& o) { o.Put(MakeArticle("k", 25, "h2")); },
      [](Owner& o) {
        o.Settle(AboutArticle(MakeOutcome("g", v1::GONE, v1::REASON_REMOVED),
                              "k", 30));
      },
  };
  const auto store = Open();
  ExpectOneRowInEveryOrder(steps, *store,
                           [this](const std::string& s) { return Sql(s); });
  EXPECT_EQ(
      Sql("SELECT content_hash, fetched_at, state_reason FROM articles"),
      std::vector<std::string>{
          "h2|" + Sql("SELECT fetched_at FROM articles")[0] + "|REMOVED"});
}

TEST_P(StoreGuard, EveryOrderEndsInTheSameRowAlsoWithTiesAndMissingBodies) {
  const std::vector<Step> steps = {
      [](Owner& o) { o.Put(MakeArticle("k", 20, "h1")); },
      [](Owner& o) { o.Put(MakeArticle("k", 20, "h2")); },
      [](Owner& o) { o.Put(MakeArticle("k", 30, "h3", "")); },
      [](Owner& o) {
        o.Settle(AboutArticle(MakeOutcome("l", v1::SKIPPED, v1::REASON_LIST),
                              "k", 30));
      },
      [](Owner& o) {
        o.Settle(AboutArticle(MakeOutcome("g", v1::GONE, v1::REASON_REMOVED),
                              "k", 30));
      },
  };
  const auto store = Open();
  ExpectOneRowInEveryOrder(steps, *store,
                           [this](const std::string& s) { return Sql(s); });
  EXPECT_EQ(Sql("SELECT content_hash FROM articles"),
            std::vector<std::string>{"h2"});
}

TEST_P(StoreGuard, OneBatchMayNameAnArticleSeveralTimes) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  StoreBatch batch;
  batch.articles = {MakeArticle("b", 20, "h2"), MakeArticle("a", 10, "h1"),
                    MakeArticle("b", 10, "h1"), MakeArticle("b", 30, "h3")};
  const Result<BatchResult> result = owner.Commit(batch, 4);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->articles[0].reason, v1::REASON_NEW);
  EXPECT_EQ(result->articles[1].reason, v1::REASON_NEW);
  EXPECT_EQ(result->articles[2].kind, v1::UNCHANGED);
  EXPECT_EQ(result->articles[3].reason, v1::REASON_UPDATED);
}

// ---- the ledger

using StoreLedger = StoreTest;

TEST_P(StoreLedger, HighestOutcomeStandsAndTheRestIsCounted) {
  const std::vector<v1::Outcome> outcomes = {
      MakeOutcome("t", v1::DEAD, v1::REASON_TIMED_OUT),
      MakeOutcome("t", v1::SKIPPED, v1::REASON_LIST),
      MakeOutcome("t", v1::GONE, v1::REASON_HTTP_GONE),
      MakeOutcome("t", v1::UNCHANGED, v1::REASON_NOT_MODIFIED)};
  std::vector<size_t> order = {0, 1, 2, 3};
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  do {
    Sql("DELETE FROM ledger");
    for (const size_t i : order) owner.Settle(outcomes[i]);
    const auto ledger = Ledger(*Reader());
    ASSERT_EQ(ledger.size(), 1u);
    EXPECT_EQ(ledger.at("t").kind, v1::UNCHANGED);
    EXPECT_EQ(ledger.at("t").reason, v1::REASON_NOT_MODIFIED);
    EXPECT_EQ(ledger.at("t").further_outcomes, 3);
    EXPECT_EQ(ledger.at("t").accepted_at, std::nullopt);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(StoreLedger, ArticleSettlesItsTaskInTheSameTransaction) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Accept(MakeAccepted("task-k-10", "k", 1));
  EXPECT_EQ(Ledger(*Reader()).at("task-k-10").settled_at, std::nullopt);
  owner.Put(MakeArticle("k", 10, "h1"));
  const LedgerRow row = Ledger(*Reader()).at("task-k-10");
  EXPECT_EQ(row.kind, v1::STORED);
  EXPECT_EQ(row.reason, v1::REASON_NEW);
  EXPECT_EQ(row.article_key, "k");
  EXPECT_EQ(row.target, "k");
  EXPECT_NE(row.settled_at, std::nullopt);
  EXPECT_EQ(row.accepted_at, At(1));
  EXPECT_EQ(row.where, (TopicPartition{"tasks", 0}));
  EXPECT_EQ(row.offset, 1);
}

TEST_P(StoreLedger, OutcomeMayComeBeforeItsTask) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Settle(MakeOutcome("t", v1::GONE, v1::REASON_REMOVED));
  owner.Accept(MakeAccepted("t", "a", 4));
  const LedgerRow row = Ledger(*Reader()).at("t");
  EXPECT_EQ(row.kind, v1::GONE);
  EXPECT_EQ(row.target, "a");
  EXPECT_EQ(row.accepted_at, At(4));
}

TEST_P(StoreLedger, FirstAcceptedTargetStandsAndOthersAreCounted) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Accept(MakeAccepted("t", "a", 1));
  owner.Accept(MakeAccepted("t", "a", 2));  // a retry that came back
  owner.Accept(MakeAccepted("t", "b", 3));
  const LedgerRow row = Ledger(*Reader()).at("t");
  EXPECT_EQ(row.target, "a");
  EXPECT_EQ(row.offset, 1);
  EXPECT_EQ(row.conflicts, 1);
}

TEST_P(StoreLedger, CountsByKindAndReason) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Accept(MakeAccepted("open", "a", 1));
  owner.Settle(MakeOutcome("g1", v1::GONE, v1::REASON_REMOVED));
  owner.Settle(MakeOutcome("g2", v1::GONE, v1::REASON_REMOVED));
  owner.Put(MakeArticle("k", 10, "h1"));
  const auto counts = Reader()->CountLedger({});
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->size(), 3u);
  EXPECT_EQ(counts->at(0).kind, v1::STORED);
  EXPECT_EQ(counts->at(1).kind, v1::GONE);
  EXPECT_EQ(counts->at(1).tasks, 2);
  EXPECT_EQ(counts->at(2).kind, v1::OUTCOME_KIND_UNSPECIFIED);
  EXPECT_EQ(counts->at(2).tasks, 1);
}

TEST_P(StoreLedger, FindsSettledTasksWithoutAnArticle) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "h1"));
  owner.Settle(AboutArticle(
      MakeOutcome("ghost", v1::UNCHANGED, v1::REASON_NOT_MODIFIED), "x", 10));
  const auto rows = Reader()->SettledWithoutArticle({}, 10);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->at(0).task_id, "ghost");
}

TEST_P(StoreLedger, KnowsTheFirstUnsettledRecordOfEachPartition) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Accept(MakeAccepted("t1", "a", 11));
  owner.Accept(MakeAccepted("t2", "b", 12));
  owner.Accept(MakeAccepted("t3", "c", 13));
  owner.Settle(MakeOutcome("t1", v1::GONE, v1::REASON_REMOVED));
  EXPECT_EQ(*Reader()->FirstUnsettled(), (Offsets{{{"tasks", 0}, 12}}));
  EXPECT_EQ(*Reader()->OldestOpen(), MakeAccepted("t2", "b", 12).accepted_at);
}

TEST_P(StoreLedger, BatchesAddUp) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  for (int i = 1; i <= 3; ++i) {
    AcceptedTask task = MakeAccepted("t" + std::to_string(i), "a", i);
    task.task.set_batch("monday");
    owner.Accept(task);
  }
  owner.Settle(MakeOutcome("t1", v1::GONE, v1::REASON_REMOVED));
  const auto batches = Reader()->ListBatches();
  ASSERT_TRUE(batches);
  ASSERT_EQ(batches->size(), 1u);
  EXPECT_EQ(batches->at(0).name, "monday");
  EXPECT_EQ(batches->at(0).accepted, 3);
  EXPECT_EQ(batches->at(0).open, 2);
  EXPECT_EQ(batches->at(0).by_kind.at(v1::GONE), 1);
  EXPECT_EQ(batches->at(0).first_accepted, At(1));
}

// ---- reading

template <typename Filter>
Filter SiteIs(const std::string& site) {
  Filter filter;
  filter.site = site;
  return filter;
}
template <typename Filter>
Filter ReasonIs(const std::string& reason) {
  Filter filter;
  filter.reason = reason;
  return filter;
}
ArticleFilter BatchIs(const std::string& batch) {
  ArticleFilter filter;
  filter.batch = batch;
  return filter;
}
ArticleFilter FetchedSince(Timestamp time) {
  ArticleFilter filter;
  filter.fetched_since = time;
  return filter;
}
ArticleFilter AtMost(int64_t limit) {
  ArticleFilter filter;
  filter.limit = limit;
  return filter;
}
LedgerFilter OnlyOpen() {
  LedgerFilter filter;
  filter.only_open = true;
  return filter;
}
LedgerFilter AcceptedSince(Timestamp time) {
  LedgerFilter filter;
  filter.accepted_since = time;
  return filter;
}

using StoreReading = StoreTest;

TEST_P(StoreReading, GivesBackExactlyTheArticle) {
  v1::Article article = MakeArticle("example:1", 10, "h1");
  article.set_article_id("1");
  article.set_description("");
  article.set_like_count(0);
  article.add_authors()->set_name("O\"Neil, {甲}\\");
  article.add_keywords("a,b");
  article.mutable_date_published()->set_raw("2026-07-24 20:01");
  *article.mutable_date_published()->mutable_time() = ToProto(At(-5));
  auto* block = article.add_blocks();
  block->set_kind(v1::Block::PARAGRAPH);
  block->set_text("一\n二 'quoted' \"double\"");
  auto* label = article.add_labels();
  label->set_name("desk");
  label->set_value("x");

  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(article);
  for (const char* name :
       {"example:1", "1", "https://news.example/example:1"}) {
    const auto found = Reader()->FindArticle(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->SerializeAsString(), article.SerializeAsString());
  }
  EXPECT_EQ(Reader()->FindArticle("2").error().code, Code::kNotFound);
}

TEST_P(StoreReading, OrdersByFetchAndFilters) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  v1::Article other = MakeArticle("c", 5, "h");
  other.set_site("other");
  other.set_batch("monday");
  for (const v1::Article& article :
       {MakeArticle("b", 10, "h"), MakeArticle("a", 10, "h"), other,
        MakeArticle("d", 20, "h")})
    owner.Put(article);
  const auto reader = Reader();
  EXPECT_THAT(Keys(*reader), ElementsAre("c", "a", "b", "d"));
  EXPECT_THAT(Keys(*reader, SiteIs<ArticleFilter>("other")), ElementsAre("c"));
  EXPECT_THAT(Keys(*reader, BatchIs("monday")), ElementsAre("c"));
  EXPECT_THAT(Keys(*reader, FetchedSince(At(10))), ElementsAre("a", "b", "d"));
  EXPECT_THAT(Keys(*reader, AtMost(2)), ElementsAre("c", "a"));
}

TEST_P(StoreReading, VisitorMayStopAndAskAgain) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  for (int i = 0; i < 5; ++i)
    owner.Put(MakeArticle("k" + std::to_string(i), i, "h"));
  const auto reader = Reader();
  int seen = 0;
  ASSERT_TRUE(reader->VisitArticles(
      {}, [&](const v1::Article&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(Keys(*reader).size(), 5u);
}

TEST_P(StoreReading, FiltersTheLedger) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Accept(MakeAccepted("t1", "a", 1));
  owner.Accept(MakeAccepted("t2", "b", 2));
  owner.Settle(MakeOutcome("t1", v1::GONE, v1::REASON_REMOVED));
  owner.Settle(MakeOutcome("orphan", v1::DEAD, v1::REASON_TIMED_OUT));
  const auto reader = Reader();
  EXPECT_EQ(Ledger(*reader).size(), 3u);
  EXPECT_EQ(Ledger(*reader, OnlyOpen()).count("t2"), 1u);
  EXPECT_EQ(Ledger(*reader, ReasonIs<LedgerFilter>("REMOVED")).count("t1"), 1u);
  EXPECT_EQ(Ledger(*reader, AcceptedSince(At(2))).size(), 1u);
  EXPECT_EQ(Ledger(*reader, SiteIs<LedgerFilter>("nowhere")).size(), 0u);
}

TEST_P(StoreReading, KnowsWhichOfManyTasksWereAccepted) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Accept(MakeAccepted("t1", "a", 1));
  owner.Accept(MakeAccepted("t2", "b", 2));
  owner.Settle(MakeOutcome("unaccepted", v1::DEAD, v1::REASON_TIMED_OUT));
  std::vector<std::string> asked{"t2", "t'3", "unaccepted"};
  for (int i = 0; i < 1200; ++i) asked.push_back("n" + std::to_string(i));
  asked.push_back("t1");
  const auto accepted = Reader()->AcceptedAmong(asked);
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_THAT(*accepted, ::testing::ElementsAre("t1", "t2"));
  EXPECT_TRUE(Reader()->AcceptedAmong({})->empty());
}

TEST_P(StoreReading, DeadLettersComeNewestFirstAndOnce) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  StoreBatch batch;
  batch.dead_letters = {MakeDead(2, v1::REASON_TRUNCATED),
                        MakeDead(1, v1::REASON_CRASHED)};
  ASSERT_TRUE(owner.Commit(batch));
  ASSERT_TRUE(owner.Commit(batch)) << "read again";
  const auto reader = Reader();
  std::vector<std::string> tasks;
  int64_t newest = 0;
  ASSERT_TRUE(reader->VisitDead({}, [&](int64_t id, const v1::DeadLetter& d) {
    if (tasks.empty()) newest = id;
    tasks.push_back(d.task_id());
    return true;
  }));
  EXPECT_THAT(tasks, ElementsAre("dead-2", "dead-1"));
  EXPECT_EQ(reader->FindDead(newest)->value(), "bytes");
  EXPECT_EQ(reader->FindDead(newest + 99).error().code, Code::kNotFound);
  tasks.clear();
  ASSERT_TRUE(reader->VisitDead(ReasonIs<DeadFilter>("CRASHED"),
                                [&](int64_t, const v1::DeadLetter& d) {
                                  tasks.push_back(d.task_id());
                                  return true;
                                }));
  EXPECT_THAT(tasks, ElementsAre("dead-1"));
}

TEST_P(StoreReading, TellsTheStoresOffsets) {
  const auto store = Open();
  Owner owner(*store, {"articles", 3});
  owner.Claim();
  EXPECT_TRUE(Reader()->NextOffsets()->empty()) << "claimed, never read";
  ASSERT_TRUE(owner.Commit({}, 9));
  EXPECT_EQ(*Reader()->NextOffsets(), (Offsets{{{"articles", 3}, 9}}));
}

// ---- what pages bring

using StoreContent = StoreTest;

TEST_P(StoreContent, NulCharactersAreTakenOutOfTheColumnsOnly) {
  v1::Article article = MakeArticle("k", 10, "h1");
  article.set_headline(std::string("a\0b", 3));
  article.add_keywords(std::string("c\0d", 3));
  article.add_blocks()->set_text(std::string("e\0f", 3));
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  EXPECT_EQ(owner.Put(article).kind, v1::STORED);
  EXPECT_EQ(Sql("SELECT headline FROM articles"),
            std::vector<std::string>{"ab"});
  EXPECT_EQ(Reader()->FindArticle("k")->headline(), article.headline());
}

TEST_P(StoreContent, TakesRowsOfManyMegabytes) {
  v1::Article article = MakeArticle("k", 10, "h1", std::string(5 << 20, 'x'));
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  EXPECT_EQ(owner.Put(article).kind, v1::STORED);
  EXPECT_EQ(Reader()->FindArticle("k")->article_body().size(), 5u << 20);
}

TEST_P(StoreContent, TakesBatchesOfThousandsOfRows) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  StoreBatch batch;
  for (int i = 0; i < 3000; ++i)
    batch.articles.push_back(
        MakeArticle("k" + std::to_string(i), i, "h", std::string(2000, 'x')));
  ASSERT_TRUE(owner.Commit(batch, 3000));
  EXPECT_EQ(Keys(*Reader()).size(), 3000u);
}

TEST_P(StoreContent, DateOutsideTheCalendarIsLeftOut) {
  v1::Article article = MakeArticle("k", 10, "h1");
  article.mutable_date_published()->set_raw("99999-01-01");
  article.mutable_date_published()->mutable_time()->set_seconds(
      3'000'000'000'000);
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  EXPECT_EQ(owner.Put(article).kind, v1::STORED);
  EXPECT_EQ(Sql("SELECT date_published, date_published_raw FROM articles"),
            std::vector<std::string>{"NULL|99999-01-01"});
}

// ---- migrations

using StoreMigrations = StoreTest;

TEST_P(StoreMigrations, FreshStoreIsBroughtUpToDateOnce) {
  auto migrator = OpenMigrator(config_, dir_);
  ASSERT_TRUE(migrator);
  const auto before = (*migrator)->Status();
  ASSERT_TRUE(before);
  for (const Migration& migration : *before)
    EXPECT_FALSE(migration.applied) << migration.name;
  const Result<int> first = (*migrator)->Migrate();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_GE(*first, 1);
  EXPECT_EQ(*(*migrator)->Migrate(), 0);
  const auto after = (*migrator)->Status();
  ASSERT_TRUE(after);
  for (const Migration& migration : *after)
    EXPECT_TRUE(migration.applied) << migration.name;
}

TEST_P(StoreMigrations, WithoutAutoMigrateAnOldSchemaIsRefused) {
  config_.auto_migrate = false;
  const auto store = OpenStore(config_, dir_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kBadConfiguration);
  EXPECT_NE(store.error().message.find("store migrate"), std::string::npos);
}

TEST_P(StoreMigrations, NewerSchemaIsRefused) {
  ASSERT_NE(Open(), nullptr);
  Sql("INSERT INTO schema_migrations (number, name, applied_at)"
      " VALUES (9999, 'future', '2030-01-01T00:00:00.000Z')");
  const auto store = OpenStore(config_, dir_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kBadConfiguration);
}

// Roll-outs: the next release has brought the schema up to date, and this
// binary works with it, or takes its place again.
TEST_P(StoreMigrations, ANewerSchemaThatOnlyExpandsIsWorkedWith) {
  ASSERT_NE(Open(), nullptr);
  auto migrator = OpenMigrator(config_, dir_);
  ASSERT_TRUE(migrator);
  const auto known = (*migrator)->Status();
  ASSERT_TRUE(known);
  const std::string newest = std::to_string(known->back().number);
  Sql("ALTER TABLE articles ADD COLUMN of_next text");
  Sql("INSERT INTO schema_migrations (number, name, applied_at, "
      "compatible_from)"
      " VALUES (9998, 'next', '2030-01-01T00:00:00.000Z', " +
      newest + ")");
  auto store = Open();
  ASSERT_NE(store, nullptr);
  const auto reader = OpenStoreReader(config_, dir_);
  EXPECT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(*(*migrator)->Migrate(), 0);

  // And the release after it contracts.
  Sql("INSERT INTO schema_migrations (number, name, applied_at, "
      "compatible_from)"
      " VALUES (9999, 'after', '2030-01-01T00:00:00.000Z', 9998)");
  const auto refused = OpenStore(config_, dir_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("knows 9998"), std::string::npos)
      << refused.error().message;
}

TEST_P(StoreMigrations, SeveralMayStartAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> errors(4);
  for (std::string& error : errors)
    threads.emplace_back([this, &error] {
      const auto store = OpenStore(config_, dir_);
      if (!store) error = store.error().message;
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) EXPECT_EQ(error, "");
}

TEST_P(StoreMigrations, ReaderOfAStoreThatIsNotThereSaysSo) {
  const auto reader = OpenStoreReader(config_, dir_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Code::kNotFound) << reader.error().message;
}

#define NEWSMILL_OVER_EVERY_STORE(suite)                                       \
  INSTANTIATE_TEST_SUITE_P(Every, suite, ::testing::ValuesIn(StoreBackends()), \
                           [](const auto& tested) { return tested.param; })
NEWSMILL_OVER_EVERY_STORE(StoreFence);
NEWSMILL_OVER_EVERY_STORE(StoreGuard);
NEWSMILL_OVER_EVERY_STORE(StoreLedger);
NEWSMILL_OVER_EVERY_STORE(StoreReading);
NEWSMILL_OVER_EVERY_STORE(StoreContent);
NEWSMILL_OVER_EVERY_STORE(StoreMigrations);

}  // namespace
}  // namespace newsmill
