#include "app/revisit_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/proto_duration.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Timestamp kNow{1'800'000'000s};

std::string Complaint(const RevisitOptions& options) {
  const Result<void> checked = options.Check();
  return checked ? "" : checked.error().message;
}

TEST(RevisitOptions, WithoutAnIntervalNothingIsAskedFor) {
  v1::FetchTask task;
  RevisitOptions options;
  EXPECT_EQ(Complaint(options), "");
  options.Fill(kNow, &task);
  EXPECT_FALSE(task.has_revisit());
  options.longest = 24h;
  EXPECT_THAT(Complaint(options), HasSubstr("need --revisit"));
}

TEST(RevisitOptions, TheIntervalIsTheShortestUnlessSaidOtherwise) {
  v1::FetchTask task;
  RevisitOptions options;
  options.interval = 6h;
  options.during = 48h;
  EXPECT_EQ(Complaint(options), "");
  options.Fill(kNow, &task);
  EXPECT_EQ(FromProto(task.revisit().interval()), 6h);
  EXPECT_EQ(FromProto(task.revisit().shortest()), 6h);
  EXPECT_FALSE(task.revisit().has_longest()) << "the fetcher's";
  EXPECT_EQ(FromProto(task.revisit().until()), kNow + 48h);
  options.shortest = 1h;
  options.longest = 24h;
  options.Fill(kNow, &task);
  EXPECT_EQ(FromProto(task.revisit().shortest()), 1h);
  EXPECT_EQ(FromProto(task.revisit().longest()), 24h);
}

TEST(RevisitOptions, BoundsAroundNothingAreRefused) {
  RevisitOptions options;
  options.interval = 6h;
  options.shortest = 7h;
  EXPECT_THAT(Complaint(options), HasSubstr("--revisit-min"));
  options.shortest.reset();
  options.longest = 5h;
  EXPECT_THAT(Complaint(options), HasSubstr("--revisit-max"));
  options.longest.reset();
  options.during = 5h;
  EXPECT_THAT(Complaint(options), HasSubstr("--revisit-for"));
  options.during.reset();
  options.interval = 10ms;
  EXPECT_THAT(Complaint(options), HasSubstr("from 1s to"));
}

}  // namespace
}  // namespace newsmill
