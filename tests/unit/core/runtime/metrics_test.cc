#include "core/runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::metrics {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, ServesWhatWasCountedInPrometheusText) {
  Counter("newsmill_test_pages_total", "Pages.", {{"outcome", "ack"}})
      .Increment(2);
  Gauge("newsmill_test_hand_records", "In hand.").Set(7);
  Histogram("newsmill_test_seconds", "Time.", {0.1, 1}).Observe(0.5);
  const std::string text = Render();
  EXPECT_THAT(text, HasSubstr("# TYPE newsmill_test_pages_total counter"));
  EXPECT_THAT(text, HasSubstr("newsmill_test_pages_total{outcome=\"ack\"} 2"));
  EXPECT_THAT(text, HasSubstr("newsmill_test_hand_records 7"));
  EXPECT_THAT(text, HasSubstr("newsmill_test_seconds_bucket{le=\"1\"} 1"));
}

TEST(Metrics, OneNameAndOneSetOfLabelsIsOneMetric) {
  auto& first = Counter("newsmill_test_same_total", "Same.", {{"a", "b"}});
  auto& second = Counter("newsmill_test_same_total", "Same.", {{"a", "b"}});
  EXPECT_EQ(&first, &second);
}

}  // namespace
}  // namespace newsmill::metrics
