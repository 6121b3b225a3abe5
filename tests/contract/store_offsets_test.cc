// An operator's word on where a store reads on, over every registered store.

#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

using StoreOffsetsTest = StoreTest;

TEST_P(StoreOffsetsTest,
       AdoptedOffsetsOfAnotherLogAreWhereTheNextClaimReadsOn) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim("cluster-a");
  ASSERT_TRUE(owner.Commit({}, 7));
  const auto hand = Open();
  const TopicPartition unclaimed{"articles", 5};
  const auto adopted =
      hand->AdoptOffsets({{{"articles", 0}, 40}, {unclaimed, 3}}, "cluster-b");
  ASSERT_TRUE(adopted) << adopted.error().message;

  const auto late = owner.Commit({});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kFenced) << "of the former log";
  const auto other = Open();
  const Claimed claimed = Owner(*other).Claim("cluster-b");
  EXPECT_EQ(claimed.next, 40);
  EXPECT_EQ(claimed.cluster_id, "cluster-b");
  EXPECT_EQ(claimed.last, std::nullopt);
  EXPECT_EQ(Owner(*other, unclaimed).Claim("cluster-b").next, 3);
}

TEST_P(StoreOffsetsTest, AResetPartitionIsAsOneThatWasNeverRead) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  ASSERT_TRUE(owner.Commit({}, 7));
  ASSERT_TRUE(
      store->AdoptOffsets({{{"articles", 0}, std::nullopt}}, "cluster-a"));
  const auto other = Open();
  EXPECT_EQ(Owner(*other).Claim().next, std::nullopt);
}

TEST_P(StoreOffsetsTest, OffsetsAreListedWithTheLogThatTheySpeakOf) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim("cluster-a");
  Owner(*store, {"articles", 1}).Claim("cluster-a");
  ASSERT_TRUE(owner.Commit({}, 7));
  const auto offsets = Reader()->StoreOffsets();
  ASSERT_TRUE(offsets) << offsets.error().message;
  ASSERT_EQ(offsets->size(), 2u);
  EXPECT_EQ((*offsets)[0].partition, (TopicPartition{"articles", 0}));
  EXPECT_EQ((*offsets)[0].next, 7);
  EXPECT_EQ((*offsets)[0].cluster_id, "cluster-a");
  EXPECT_EQ((*offsets)[1].next, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreOffsetsTest,
                         ::testing::ValuesIn(StoreBackends()));

}  // namespace
}  // namespace newsmill
