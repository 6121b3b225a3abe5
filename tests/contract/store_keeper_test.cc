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

#define NEWSMILL_OVER_EVERY_STORE(suite)                                       \
  INSTANTIATE_TEST_SUITE_P(Every, suite, ::testing::ValuesIn(StoreBackends()), \
                           [](const auto& tested) { return tested.param; })
NEWSMILL_OVER_EVERY_STORE(DroppedDeadLetters);
NEWSMILL_OVER_EVERY_STORE(ShrunkBody);
NEWSMILL_OVER_EVERY_STORE(History);

}  // namespace
}  // namespace newsmill
