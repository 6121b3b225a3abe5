#include "core/flow/suppressions.h"

#include <gtest/gtest.h>

#include "newsmill/v1/order.pb.h"
#include "tests/support/fake_bus.h"

namespace newsmill {
namespace {

using std::chrono::seconds;

class SuppressionsTest : public ::testing::Test {
 protected:
  void SetUp() override { bus_.CreateTopics(topics_); }

  void Say(v1::Order::Kind kind, v1::Order::Action action,
           const std::string& key) {
    v1::Order order;
    order.set_kind(kind);
    order.set_action(action);
    order.set_article_key(key);
    bus_.Append({topics_.control, 0}, order.SerializeAsString());
  }
  void Erase(const std::string& key) {
    Say(v1::Order::SUPPRESS, v1::Order::BLOCK, key);
  }
  std::unique_ptr<Suppressions> Open() {
    auto opened = Suppressions::Open(bus_, topics_, seconds(10), clock_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? std::move(*opened) : nullptr;
  }

  ManualClock clock_;
  FakeBus bus_{clock_};
  Topics topics_{BusConfig{}, {}};
};

TEST_F(SuppressionsTest, AreKnownFromTheStart) {
  Say(v1::Order::HOLD, v1::Order::BLOCK, "");
  Erase("gazette:1");
  bus_.Append({topics_.control, 0}, "\xff no order");
  Erase("gazette:2");
  const auto erased = Open();
  EXPECT_TRUE(erased->Has("gazette:1"));
  EXPECT_TRUE(erased->Has("gazette:2"));
  EXPECT_FALSE(erased->Has("gazette:3"));
  EXPECT_FALSE(erased->Has(""));
}

TEST_F(SuppressionsTest, AreNoneOnAnEmptyTopic) {
  EXPECT_FALSE(Open()->Has("gazette:1"));
}

TEST_F(SuppressionsTest, ThatComeLaterAreReadWithinSeconds) {
  const auto erased = Open();
  erased->Refresh(clock_.Uptime());
  Erase("gazette:1");
  clock_.Advance(seconds(6));
  erased->Refresh(clock_.Uptime());
  EXPECT_TRUE(erased->Has("gazette:1"));
}

TEST_F(SuppressionsTest, AreTakenBackByALaterOrder) {
  Erase("gazette:1");
  Say(v1::Order::SUPPRESS, v1::Order::RESUME, "gazette:1");
  EXPECT_FALSE(Open()->Has("gazette:1"));
}

}  // namespace
}  // namespace newsmill
