#include "app/pace.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;

TEST(Pace, TellsWhenTheOpenTasksWillBeSettled) {
  const Pace pace = Pace::Of(50, 10s, 300);
  EXPECT_DOUBLE_EQ(pace.per_second, 5);
  EXPECT_EQ(pace.left, Duration(60s));
  EXPECT_EQ(pace.Text(), "5.0/s, about 1 min left");
}

TEST(Pace, OfAStandstillHasNoEnd) {
  const Pace pace = Pace::Of(0, 10s, 300);
  EXPECT_TRUE(pace.known);
  EXPECT_FALSE(pace.left);
  EXPECT_EQ(pace.Text(), "0.0/s");
}

TEST(Pace, WithNothingOpenHasNothingLeft) {
  EXPECT_FALSE(Pace::Of(1000, 1s, 0).left);
  EXPECT_EQ(Pace::Of(1234, 1s, 0).Text(), "1,234/s");
}

}  // namespace
}  // namespace newsmill
