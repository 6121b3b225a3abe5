// What operators change beside running sinks, over every store.

#include "sink/store_keeper.h"

#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;

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

#define NEWSMILL_OVER_EVERY_STORE(suite)                                       \
  INSTANTIATE_TEST_SUITE_P(Every, suite, ::testing::ValuesIn(StoreBackends()), \
                           [](const auto& tested) { return tested.param; })
NEWSMILL_OVER_EVERY_STORE(DroppedDeadLetters);

}  // namespace
}  // namespace newsmill
