#include "core/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace newsmill {
namespace {

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 7;
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);

  const Result<int> bad = Error{Code::kNotFound, "nowhere"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kNotFound);
  EXPECT_EQ(bad.error().message, "nowhere");
}

TEST(Result, MovesWhatItHolds) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, OfNothingIsGoodByDefault) {
  EXPECT_TRUE(Result<void>());
  const Result<void> bad = Error{Code::kFenced, "another owner"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kFenced);
}

TEST(ResultDeathTest, EndsTheProcessWhenTheWrongSideIsAsked) {
  const Result<int> bad = Error{Code::kNotFound, "nowhere"};
  EXPECT_DEATH((void)bad.value(), "");
}

TEST(Error, SaysWhetherARepeatMayHelp) {
  EXPECT_TRUE(IsRetryable(Code::kUnavailable));
  EXPECT_TRUE(IsRetryable(Code::kConflict));
  EXPECT_FALSE(IsRetryable(Code::kFenced));
  EXPECT_FALSE(IsRetryable(Code::kInvalidArgument));
}

}  // namespace
}  // namespace newsmill
