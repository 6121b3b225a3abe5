#include "core/runtime/exit_codes.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TEST(ExitCodes, WhatMaySucceedLaterIsTriedAgain) {
  for (const Code code : {Code::kConflict, Code::kUnavailable, Code::kTimedOut,
                          Code::kNoSpace, Code::kFenced}) {
    EXPECT_EQ(ExitCodeFor(code), kExitTryAgain) << CodeName(code);
  }
}

TEST(ExitCodes, SaysWhoHasToAct) {
  EXPECT_EQ(ExitCodeFor(Code::kInvalidArgument), kExitUsage);
  EXPECT_EQ(ExitCodeFor(Code::kBadConfiguration), kExitBadConfiguration);
  EXPECT_EQ(ExitCodeFor(Code::kOutOfRange), kExitBadConfiguration);
  EXPECT_EQ(ExitCodeFor(Code::kNotFound), kExitCheckFailed);
  EXPECT_EQ(ExitCodeFor(Code::kInternal), kExitBug);
}

}  // namespace
}  // namespace newsmill
