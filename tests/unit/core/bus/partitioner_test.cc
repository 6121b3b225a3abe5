#include "core/bus/partitioner.h"

#include <string>

#include <gtest/gtest.h>

namespace newsmill {
namespace {

// The values that the tests of Kafka's Java client hold its murmur2 to.
TEST(Murmur2, AgreesWithTheJavaClient) {
  const auto hash = [](const char* key) {
    return static_cast<int32_t>(Murmur2(key));
  };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"),
            -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(PartitionForKey, IsNeverNegative) {
  // 21 has a negative hash: (-973932308 & 0x7fffffff) % 24.
  EXPECT_EQ(PartitionForKey("21", 24), (-973932308 & 0x7fffffff) % 24);
  for (int i = 0; i < 1000; ++i) {
    const int32_t partition = PartitionForKey(std::to_string(i), 7);
    EXPECT_GE(partition, 0);
    EXPECT_LT(partition, 7);
  }
}

}  // namespace
}  // namespace newsmill
