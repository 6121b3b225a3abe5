// What operators change beside running sinks, over every store.

#include "sink/store_keeper.h"

#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreKeeping : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    store_ = Open();
    ASSERT_NE(store_, nullptr);
    owner_ = std::make_unique<Owner>(*store_);
    owner_->Claim();
    auto keeper = OpenStoreKeeper(config_, dir_);
    ASSERT_TRUE(keeper) << keeper.error().message;
    keeper_ = std::move(*keeper);
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<Owner> owner_;
  std::unique_ptr<StoreKeeper> keeper_;
};

class DroppedDeadLetters : public StoreKeeping {
 protected:
  void SetUp() override {
    StoreKeeping::SetUp();
    StoreBatch batch;
    for (int i = 1; i <= 4; ++i) {
      v1::DeadLetter dead =
          MakeDead(i, i % 2 == 0 ? v1::REASON_TIMED_OUT : v1::REASON_TRUNCATED);
      *dead.mutable_died_at() = ToProto(At(i));
      batch.dead_letters.push_back(dead);
    }
    ASSERT_TRUE(owner_->Commit(batch));
  }
  std::vector<std::string> Left() {
    return Sql("SELECT record_offset FROM dead_letters ORDER BY record_offset");
  }
  void ExpectDropped(const std::vector<int64_t>& ids, const DeadFilter& filter,
                     int64_t dropped) {
    const auto done = keeper_->DropDead(ids, filter);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(*done, dropped);
  }
};

TEST_P(DroppedDeadLetters, AreThoseOfTheReason) {
  DeadFilter filter;
  filter.reason = "TIMED_OUT";
  ExpectDropped({}, filter, 2);
  EXPECT_THAT(Left(), ElementsAre("1", "3"));
}

TEST_P(DroppedDeadLetters, AreThoseThatDiedBefore) {
  DeadFilter filter;
  filter.died_before = At(3);
  ExpectDropped({}, filter, 2);
  EXPECT_THAT(Left(), ElementsAre("3", "4"));
}

TEST_P(DroppedDeadLetters, AreThoseNamedAndNoOther) {
  const auto ids = Sql("SELECT id FROM dead_letters WHERE record_offset = 2");
  ASSERT_EQ(ids.size(), 1u);
  ExpectDropped({std::stoll(ids[0]), 999}, {}, 1);
  EXPECT_THAT(Left(), ElementsAre("1", "3", "4"));
}

TEST_P(DroppedDeadLetters, AreListedByStageAndTime) {
  DeadFilter filter;
  filter.stage = "PARSER";
  filter.died_since = At(3);
  std::vector<int64_t> offsets;
  ASSERT_TRUE(
      Reader()->VisitDead(filter, [&](int64_t, const v1::DeadLetter& dead) {
        offsets.push_back(dead.offset());
        return true;
      }));
  EXPECT_THAT(offsets, ElementsAre(4, 3));
  filter.stage = "SINK";
  ASSERT_TRUE(Reader()->VisitDead(filter, [&](int64_t, const v1::DeadLetter&) {
    ADD_FAILURE() << "none died there";
    return true;
  }));
}

class ShrunkBody : public StoreKeeping {
 protected:
  void SetUp() override {
    StoreKeeping::SetUp();
    owner_->Put(MakeArticle("k", 10, "h1", "十个字的正文就是这些"));
  }
  std::vector<std::string> Kept() {
    std::vector<std::string> kept;
    EXPECT_TRUE(Reader()->VisitShrunk({}, [&](const v1::Article& article,
                                              int64_t former) {
      kept.push_back(article.content_hash() + " of " + std::to_string(former));
      return true;
    }));
    return kept;
  }
  std::string Stored() {
    return Sql("SELECT content_hash, body_length FROM articles").at(0);
  }
};

TEST_P(ShrunkBody, OfANewerFetchIsKeptBesideTheRow) {
  const v1::Article shrunk = MakeArticle("k", 20, "h2", "四个字吗");
  for (int round = 0; round < 2; ++round) {
    const ArticleResult result = owner_->Put(shrunk);
    EXPECT_EQ(result.kind, v1::UNCHANGED);
    EXPECT_EQ(result.reason, v1::REASON_SHRUNK);
  }
  EXPECT_EQ(Stored(), "h1|10");
  EXPECT_THAT(Kept(), ElementsAre("h2 of 10"));
  EXPECT_EQ(Sql("SELECT state_hash FROM articles").at(0), "h2")
      << "the page was seen";
  EXPECT_EQ(Sql("SELECT reason FROM ledger WHERE task_id = 'task-k-20'").at(0),
            "SHRUNK");
}

TEST_P(ShrunkBody, OfAHigherGenerationIsWritten) {
  v1::Article replayed = MakeArticle("k", 20, "h2", "四个字吗");
  replayed.set_parse_generation(2);
  EXPECT_EQ(owner_->Put(replayed).reason, v1::REASON_UPDATED);
  EXPECT_EQ(Stored(), "h2|4");
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_P(ShrunkBody, IsNoneFromHalfOfTheFormerLengthOn) {
  EXPECT_EQ(owner_->Put(MakeArticle("k", 20, "h2", "五个字正文")).reason,
            v1::REASON_UPDATED);
}

TEST_P(ShrunkBody, OfARowOfUnknownLengthIsWritten) {
  Sql("UPDATE articles SET body_length = NULL");
  EXPECT_EQ(owner_->Put(MakeArticle("k", 20, "h2", "字")).reason,
            v1::REASON_UPDATED);
}

TEST_P(ShrunkBody, IsTakenWhenSomebodySaysSo) {
  owner_->Put(MakeArticle("k", 20, "h2", "四个字吗"));
  owner_->Put(MakeArticle("k", 30, "h3", "三个字"));
  EXPECT_THAT(Kept(), ElementsAre("h3 of 10")) << "the newest is kept";
  const auto taken = keeper_->AcceptShrunk("k");
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(Stored(), "h3|3");
  EXPECT_THAT(Kept(), IsEmpty());
  EXPECT_EQ(Sql("SELECT kind FROM ledger WHERE task_id = 'task-k-30'").at(0),
            "STORED");
  const auto again = keeper_->AcceptShrunk("k");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kNotFound);
}

TEST_P(ShrunkBody, IsVoidOnceALaterFetchIsWhole) {
  owner_->Put(MakeArticle("k", 20, "h2", "四个字吗"));
  owner_->Put(MakeArticle("k", 30, "h1", "十个字的正文就是这些"));
  EXPECT_THAT(Kept(), IsEmpty());
  const auto taken = keeper_->AcceptShrunk("k");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kNotFound);
  EXPECT_EQ(Stored(), "h1|10");
}

class History : public StoreKeeping {
 protected:
  void SetUp() override {
    config_.history = "changes";
    StoreKeeping::SetUp();
    owner_->Put(MakeArticle("k", 10, "h1"));
  }
  std::vector<std::string> Versions() {
    std::vector<std::string> hashes;
    EXPECT_TRUE(Reader()->VisitVersions("k", [&](const v1::Article& version) {
      hashes.push_back(version.content_hash());
      return true;
    }));
    return hashes;
  }
  static v1::Article Replayed(int64_t fetched, const std::string& hash) {
    v1::Article article = MakeArticle("k", fetched, hash);
    article.set_parse_generation(2);
    return article;
  }
};

TEST_P(History, HoldsWhatWasReplacedByOtherContent) {
  EXPECT_THAT(Versions(), IsEmpty());
  owner_->Put(MakeArticle("k", 20, "h1"));  // seen again, the same
  EXPECT_THAT(Versions(), IsEmpty());
  owner_->Put(MakeArticle("k", 30, "h2"));
  owner_->Put(MakeArticle("k", 30, "h2"));  // read twice
  owner_->Put(MakeArticle("k", 15, "h0"));  // older, and refused
  owner_->Put(MakeArticle("k", 40, "h3"));
  EXPECT_THAT(Versions(), ElementsAre("h1", "h2"));
  EXPECT_EQ(Reader()->FindArticle("k")->content_hash(), "h3");
}

TEST_P(History, IsChangedByAReplayAndNotLengthened) {
  owner_->Put(MakeArticle("k", 20, "h2"));
  owner_->Put(MakeArticle("k", 30, "h3"));
  for (int round = 0; round < 2; ++round) {
    owner_->Put(Replayed(10, "h1b"));
    owner_->Put(Replayed(20, "h2b"));
    owner_->Put(Replayed(30, "h3b"));  // the present content's own fetch
    owner_->Put(Replayed(12, "h0"));   // a fetch that left no version
  }
  EXPECT_THAT(Versions(), ElementsAre("h1b", "h2b"));
  EXPECT_EQ(Reader()->FindArticle("k")->content_hash(), "h3b");
  owner_->Put(MakeArticle("k", 10, "h1"));  // by the older rule
  EXPECT_THAT(Versions(), ElementsAre("h1b", "h2b"));
}

TEST_P(History, HoldsTheLongBodyThatAnAcceptedOneReplaced) {
  owner_->Put(MakeArticle("k", 20, "h2", "十个字的正文就是这些"));
  owner_->Put(MakeArticle("k", 30, "h3", "三个字"));
  EXPECT_THAT(Versions(), ElementsAre("h1")) << "kept back, nothing replaced";
  ASSERT_TRUE(keeper_->AcceptShrunk("k"));
  EXPECT_THAT(Versions(), ElementsAre("h1", "h2"));
}

TEST_P(History, IsEmptyWhereNobodyAsksForIt) {
  config_.history = "off";
  store_ = Open();
  owner_ = std::make_unique<Owner>(*store_);
  owner_->Claim();
  owner_->Put(MakeArticle("k", 20, "h2"));
  EXPECT_THAT(Versions(), IsEmpty());
}

class ErasedArticle : public StoreKeeping {
 protected:
  // An article with a former version, a kept-back body, a dead letter and a
  // task, and another one beside it.
  void SetUp() override {
    config_.history = "changes";
    StoreKeeping::SetUp();
    owner_->Accept(MakeAccepted("task-k-30", "k?from=feed", 1));
    owner_->Put(MakeArticle("k", 10, "h1"));
    owner_->Put(MakeArticle("k", 20, "h2", "十个字的正文就是这些"));
    owner_->Put(MakeArticle("k", 30, "h3", "三个字"));
    owner_->Put(MakeArticle("other", 10, "o1"));
    StoreBatch batch;
    batch.dead_letters = {Letter(1, "k"), Letter(2, "other"),
                          Letter(3, "\xff\xfe")};
    ASSERT_TRUE(owner_->Commit(batch));
  }
  static v1::DeadLetter Letter(int64_t offset, const std::string& key) {
    v1::DeadLetter dead = MakeDead(offset, v1::REASON_PARSE_BUDGET);
    dead.set_key(key);
    return dead;
  }
  StoredTraces Erase(const std::vector<std::string>& keys) {
    const auto erased = keeper_->Erase(keys, "anna", "asked by counsel");
    EXPECT_TRUE(erased) << (erased ? "" : erased.error().message);
    return erased ? *erased : StoredTraces();
  }
  int64_t Left(const std::string& key) {
    const auto traces = keeper_->TracesOf({key});
    EXPECT_TRUE(traces) << (traces ? "" : traces.error().message);
    return traces ? traces->all() : -1;
  }
};

TEST_P(ErasedArticle, LeavesARowWithoutContentAndNothingElse) {
  EXPECT_EQ(Left("k"), 4);
  const StoredTraces erased = Erase({"k"});
  EXPECT_EQ(erased.rows, 1);
  EXPECT_EQ(erased.versions, 1);
  EXPECT_EQ(erased.candidates, 1);
  EXPECT_EQ(erased.dead_letters, 1);
  EXPECT_EQ(Left("k"), 0);
  EXPECT_THAT(
      Sql("SELECT state, state_reason, site FROM articles WHERE"
          " article_key = 'k' AND record IS NULL AND headline IS NULL AND"
          " article_body IS NULL AND url IS NULL AND simhash IS NULL AND"
          " text_sha256 IS NULL AND first_stored_at IS NULL AND"
          " body_length IS NULL"),
      ElementsAre("ERASED|SUPPRESSED|example"));
  EXPECT_THAT(Sql("SELECT record_offset FROM dead_letters ORDER BY 1"),
              ElementsAre("2", "3"));
  EXPECT_EQ(Left("other"), 2) << "of another article nothing is touched";
}

TEST_P(ErasedArticle, IsNotBroughtBackByAnything) {
  Erase({"k"});
  const auto before = Sql("SELECT * FROM articles WHERE article_key = 'k'");
  v1::Article newest = MakeArticle("k", 99, "h9");
  newest.set_parse_generation(7);
  for (const v1::Article& article :
       {newest, MakeArticle("k", 10, "h1"), MakeArticle("k", 5, "h0", "")}) {
    const ArticleResult result = owner_->Put(article);
    EXPECT_EQ(result.kind, v1::SKIPPED);
    EXPECT_EQ(result.reason, v1::REASON_SUPPRESSED);
  }
  owner_->Settle(
      AboutArticle(MakeOutcome("t", v1::GONE, v1::REASON_REMOVED), "k", 100));
  StoreBatch batch;
  batch.dead_letters = {Letter(9, "k")};
  ASSERT_TRUE(owner_->Commit(batch));
  EXPECT_FALSE(keeper_->AcceptShrunk("k"));
  EXPECT_EQ(Left("k"), 0);
  EXPECT_EQ(Sql("SELECT * FROM articles WHERE article_key = 'k'"), before);
}

// A sink that began before the erasure does not see the key in `suppressed`.
TEST_P(ErasedArticle, IsKeptOutByItsRowAlone) {
  Erase({"k", "never seen"});
  Sql("DELETE FROM suppressed");
  owner_->Put(MakeArticle("k", 99, "h9"));
  owner_->Put(MakeArticle("never seen", 99, "h9"));
  EXPECT_EQ(Left("k") + Left("never seen"), 0);
  EXPECT_THAT(Sql("SELECT DISTINCT state FROM articles WHERE"
                  " article_key <> 'other'"),
              ElementsAre("ERASED"));
}

TEST_P(ErasedArticle, IsFoundByEachOfItsAddressesAndBySite) {
  EXPECT_THAT(*keeper_->KeysNamed("k"), ElementsAre("k"));
  EXPECT_THAT(*keeper_->KeysNamed("https://news.example/k"), ElementsAre("k"));
  EXPECT_THAT(*keeper_->KeysNamed("https://news.example/k?from=feed"),
              ElementsAre("k"))
      << "as it was asked for";
  EXPECT_THAT(*keeper_->KeysNamed("https://news.example/none"), IsEmpty());
  EXPECT_THAT(*keeper_->KeysOfSite("example"), ElementsAre("k", "other"));
  Erase({"k"});
  EXPECT_THAT(*keeper_->UrlsOf({"k"}),
              ElementsAre("https://news.example/k",
                          "https://news.example/k?from=feed"));
}

TEST_P(ErasedArticle, IsListedWithItsFirstReasonAndIsNoFaultOfTheLedger) {
  Erase({"k"});
  ASSERT_TRUE(keeper_->Erase({"k"}, "bert", "again"));
  const auto listed = keeper_->Suppressed();
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->at(0).article_key, "k");
  EXPECT_EQ(listed->at(0).who, "anna");
  EXPECT_EQ(listed->at(0).why, "asked by counsel");
  EXPECT_LT(std::chrono::abs(listed->at(0).at - Clock::System().Now()),
            std::chrono::hours(1));
  const auto faults = Reader()->SettledWithoutArticle({}, 10);
  ASSERT_TRUE(faults);
  EXPECT_TRUE(faults->empty());
}

TEST_P(ErasedArticle, MayBeOneOfMoreThanGoIntoOneTransaction) {
  std::vector<std::string> keys = {"k"};
  for (int i = 1000; i < 1450; ++i) keys.push_back("many-" + std::to_string(i));
  EXPECT_EQ(Erase(keys).all(), 4);
  EXPECT_THAT(Sql("SELECT count(*) FROM suppressed"), ElementsAre("451"));
}

#define NEWSMILL_OVER_EVERY_STORE(suite)                                       \
  INSTANTIATE_TEST_SUITE_P(Every, suite, ::testing::ValuesIn(StoreBackends()), \
                           [](const auto& tested) { return tested.param; })
NEWSMILL_OVER_EVERY_STORE(DroppedDeadLetters);
NEWSMILL_OVER_EVERY_STORE(ShrunkBody);
NEWSMILL_OVER_EVERY_STORE(History);
NEWSMILL_OVER_EVERY_STORE(ErasedArticle);

}  // namespace
}  // namespace newsmill
