#include "app/erasing.h"

#include <gtest/gtest.h>

#include "app/open.h"
#include "app/settings.h"
#include "tests/support/fake_bus.h"

namespace newsmill {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const ErasurePlace& PlaceOf(const std::vector<ErasurePlace>& places,
                            const std::string& topic) {
  for (const ErasurePlace& place : places) {
    if (place.name == "topic " + topic) return place;
  }
  std::abort();
}

class PlacesOnLogTest : public ::testing::Test {
 protected:
  void SetUp() override { log_.CreateTopics(topics_); }
  std::vector<ErasurePlace> Places(Timestamp at) {
    auto places = PlacesOnLog(log_.admin(), topics_, at);
    EXPECT_TRUE(places) << (places ? "" : places.error().message);
    return places ? *std::move(places) : std::vector<ErasurePlace>();
  }

  ManualClock clock_;
  FakeBus log_{clock_};
  Topics topics_{TopicsOf(Settings())};
};

TEST_F(PlacesOnLogTest, AreCleanWhereNothingStandsThere) {
  for (const ErasurePlace& place : Places(clock_.Now())) {
    EXPECT_FALSE(place.remains) << place.name;
  }
}

TEST_F(PlacesOnLogTest, HoldTheArticleUntilTheLastOlderRecordIsDeleted) {
  const TopicPartition where{topics_.pages, 3};
  log_.Append(where, "a page");
  clock_.Advance(hours(1));
  const Timestamp erased = clock_.Now();
  clock_.Advance(minutes(10));
  log_.Append(where, "a page of another article");
  const auto before = Places(erased);
  const ErasurePlace& pages = PlaceOf(before, topics_.pages);
  EXPECT_TRUE(pages.remains);
  ASSERT_TRUE(pages.clean_at);
  EXPECT_GE(*pages.clean_at, erased + *topics_.RetentionOf(topics_.pages));
  EXPECT_FALSE(PlaceOf(before, topics_.articles).remains);
  log_.TrimBefore(where, 1);
  EXPECT_FALSE(PlaceOf(Places(erased), topics_.pages).remains);
}

TEST_F(PlacesOnLogTest, HoldWhatWasUnderWayWhenItWasErased) {
  const Timestamp erased = clock_.Now();
  clock_.Advance(std::chrono::seconds(2));
  log_.Append({topics_.articles, 0}, "parsed a moment too late");
  EXPECT_TRUE(PlaceOf(Places(erased), topics_.articles).remains);
}

}  // namespace
}  // namespace newsmill
