// What every log promises of producers that are fenced by their successors.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/registry.h"
#include "tests/contract/bus_harness.h"

namespace newsmill::testing {
namespace {

using ::testing::ElementsAre;

class BusFence : public BusTest {
 protected:
  void SetUp() override {
    BusTest::SetUp();
    TopicSpec spec;
    spec.compacted = true;
    topic_ = MakeTopic(2, spec);
    id_ = NewName("owner");
  }

  std::unique_ptr<FencedProducer> TakeOver() { return TakeOver(id_); }
  std::unique_ptr<FencedProducer> TakeOver(const std::string& id) {
    FencedProducerOptions options;
    options.id = id;
    auto producer = bus().NewFencedProducer(options);
    EXPECT_TRUE(producer) << producer.error().message;
    return producer ? *std::move(producer) : nullptr;
  }

  Record Say(const std::string& key, const std::string& value,
             int32_t partition = 0) const {
    Record record;
    record.topic = topic_;
    record.partition = partition;
    record.key = key;
    record.value = value;
    record.headers = {{"name", "of " + key}};
    return record;
  }

  std::vector<Message> Read(size_t count) {
    const auto reader = NewReader(topic_, 2);
    return ReadRecords(*reader, count);
  }

  std::string topic_;
  std::string id_;
};

TEST_P(BusFence, WhatAnOwnerWroteCanBeReadAtOnce) {
  const auto owner = TakeOver();
  const auto written = owner->Write({Say("a", "1"), Say("b", "2")});
  ASSERT_TRUE(written) << written.error().message;

  const std::vector<Message> read = Read(2);
  EXPECT_THAT(Values(read), ElementsAre("1", "2"));
  EXPECT_EQ(read.at(1).key, "b");
  EXPECT_THAT(read.at(1).headers, ElementsAre(Header{"name", "of b"}));
}

TEST_P(BusFence, WhatIsTakenBackIsReadAsItsKeyWithoutAValue) {
  const auto owner = TakeOver();
  ASSERT_TRUE(owner->Write({Say("a", "1"), Say("b", "2")}));
  ASSERT_TRUE(owner->Write({Say("a", "")}));
  // Likewise by a producer that nobody fences.
  const auto written = Write(Say("b", ""));
  ASSERT_TRUE(written) << written.error().message;

  const std::vector<Message> read = Read(4);
  EXPECT_THAT(Values(read), ElementsAre("1", "2", "", ""));
  EXPECT_EQ(read.at(2).key, "a");
  EXPECT_THAT(read.at(2).headers, ElementsAre(Header{"name", "of a"}));
  EXPECT_EQ(read.at(3).key, "b");
}

TEST_P(BusFence, AFormerOwnersLateRecordIsRefusedForGood) {
  const auto former = TakeOver();
  ASSERT_TRUE(former->Write({Say("a", "former")}));
  const auto owner = TakeOver();
  for (int i = 0; i < 2; ++i) {
    const auto late = former->Write({Say("a", "late")});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::kFenced) << late.error().message;
  }
  ASSERT_TRUE(owner->Write({Say("a", "owner")}));
  EXPECT_THAT(Values(Read(2)), ElementsAre("former", "owner"));
}

TEST_P(BusFence, OwnersOfDifferentThingsDoNotFenceEachOther) {
  const auto one = TakeOver(NewName("owner"));
  const auto other = TakeOver(NewName("owner"));
  EXPECT_TRUE(one->Write({Say("a", "1")}));
  EXPECT_TRUE(other->Write({Say("b", "2")}));
  EXPECT_TRUE(one->Write({Say("a", "3")}));
}

TEST_P(BusFence, OfAWriteThatFailsNothingIsKept) {
  const auto owner = TakeOver();
  Record large = Say("b", std::string(size_t{20} << 20, 'x'));
  const auto written = owner->Write({Say("a", "with it"), large});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kTooLarge) << written.error().message;

  const auto after = owner->Write({Say("a", "after")});
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_THAT(Values(Read(1)), ElementsAre("after"));
}

TEST_P(BusFence, ARecordWithoutAPartitionIsRefused) {
  const auto owner = TakeOver();
  Record record = Say("a", "1");
  record.partition.reset();
  const auto written = owner->Write({record});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kInvalidArgument);
}

TEST_P(BusFence, AnOwnerIsFencedByOneInAnotherProcess) {
  const auto former = TakeOver();
  BusConfig same = config();
  auto other_bus = OpenBus(same);
  ASSERT_TRUE(other_bus);
  FencedProducerOptions options;
  options.id = id_;
  const auto owner = (*other_bus)->NewFencedProducer(options);
  ASSERT_TRUE(owner);
  const auto late = former->Write({Say("a", "late")});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kFenced);
}

INSTANTIATE_TEST_SUITE_P(EveryBackend, BusFence,
                         ::testing::ValuesIn(BusBackends()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace newsmill::testing
