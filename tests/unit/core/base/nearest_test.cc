#include "core/base/nearest.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

TEST(Nearest, FindsTypingErrors) {
  const std::vector<std::string> known = {"articles", "audit", "run"};
  EXPECT_EQ(Nearest("artcles", known), "articles");
  EXPECT_EQ(Nearest("adit", known), "audit");
  EXPECT_EQ(Nearest("art", known), "articles") << "a beginning";
  EXPECT_EQ(Nearest("rnu", known), "");
  EXPECT_EQ(Nearest("zebra", known), "");
}

}  // namespace
}  // namespace newsmill
