#include "core/base/text.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TEST(Text, IsTrimmedOfBlanksAtItsEndsAlone) {
  EXPECT_EQ(Trimmed(" \ta b\r\n"), "a b");
  EXPECT_EQ(Trimmed(" \r\n\t"), "");
  EXPECT_EQ(Trimmed(""), "");
}

TEST(Text, IsLoweredFromAToZAlone) {
  EXPECT_EQ(AsciiLowered("AZ@[az{`09"), "az@[az{`09");
  EXPECT_EQ(AsciiLowered("É\xC3\x89K"), "É\xC3\x89k");
}

TEST(Text, IsComparedWithoutTheCaseOfAToZAlone) {
  EXPECT_TRUE(EqualsIgnoringCase("Content-TYPE", "content-type"));
  EXPECT_FALSE(EqualsIgnoringCase("content", "content-type"));
  EXPECT_FALSE(EqualsIgnoringCase("@", "`"));
  EXPECT_FALSE(EqualsIgnoringCase("É", "é"));
  EXPECT_TRUE(EqualsIgnoringCase("", ""));
}

}  // namespace
}  // namespace newsmill
