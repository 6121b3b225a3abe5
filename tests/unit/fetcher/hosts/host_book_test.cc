#include "fetcher/hosts/host_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/partitioner.h"
#include "tests/unit/fetcher/fakes.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = HostHold::Kind;

constexpr int32_t kPartitions = 24;
const char kHost[] = "news.example";

class HostBookTest : public ::testing::Test {
 protected:
  HostBookTest() { config_.host_delay_jitter = 0; }

  HttpResponse Status(int status) {
    HttpResponse response;
    response.status = status;
    return response;
  }
  HttpResponse Broken(v1::Reason reason) {
    HttpResponse response;
    response.failure = reason;
    return response;
  }
  void Learn(const HttpResponse& response, bool again = false) {
    now_ += 1min;
    book_.Learn(kHost, response, JudgeAnswer(response, now_), again, now_);
  }
  static v1::HostState StateOf(const std::string& host) {
    v1::HostState state;
    state.set_host(host);
    return state;
  }

  FetcherConfig config_;
  SiteCatalogue sites_ =
      testing::CatalogueOf({{"gazette", testing::SlowGazetteRule()}});
  Timestamp now_{std::chrono::hours(500000)};
  struct Saved {
    int32_t partition;
    v1::HostState state;
    HostBook::Durable durable;
  };
  std::vector<Saved> saved_;
  HostBook book_{
      config_, sites_, kPartitions,
      [this](int32_t partition, v1::HostState state,
             HostBook::Durable durable) {
        saved_.push_back({partition, std::move(state), std::move(durable)});
      }};
};

TEST_F(HostBookTest, AnUnknownHostHasTheConfigurationsLimits) {
  EXPECT_EQ(book_.HoldOn(kHost, now_).kind, Kind::kNone);
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 1s);
  EXPECT_EQ(book_.LimitsOf("www.gazette.example", now_).delay, 3s);
}

TEST_F(HostBookTest, OfAHostThatIsWellNothingIsKept) {
  for (int i = 0; i < 10; ++i) Learn(Status(200));
  EXPECT_EQ(book_.size(), 0u);
  EXPECT_TRUE(saved_.empty());
}

TEST_F(HostBookTest, AWaitHoldsAndIsWrittenForLaterOwners) {
  book_.WaitUntil(kHost, now_ + 1h, v1::REASON_HTTP_TOO_MANY_REQUESTS,
                  "Retry-After: 3600", now_);
  const HostHold hold = book_.HoldOn(kHost, now_);
  EXPECT_EQ(hold.kind, Kind::kWait);
  EXPECT_EQ(hold.until, now_ + 1h);
  EXPECT_EQ(hold.reason, v1::REASON_HTTP_TOO_MANY_REQUESTS);
  EXPECT_EQ(book_.HoldOn(kHost, now_ + 1h).kind, Kind::kNone);

  bool told = false;
  book_.WhenDurable(kHost, [&](bool durable) { told = durable; });
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].partition, PartitionForKey(kHost, kPartitions));
  EXPECT_EQ(FromProto(saved_[0].state.not_before()), now_ + 1h);
  EXPECT_FALSE(told);
  saved_[0].durable(true);
  EXPECT_TRUE(told);
}

TEST_F(HostBookTest, CountsWhatMayNotBeAskedByWhy) {
  book_.WaitUntil(kHost, now_ + 1h, v1::REASON_UNSPECIFIED, "", now_);
  v1::Order pause;
  pause.set_kind(v1::Order::HOLD);
  pause.set_action(v1::Order::PAUSE);
  pause.set_site("gazette");
  v1::Order block = pause;
  block.set_action(v1::Order::BLOCK);
  block.clear_site();
  block.set_host("other.example");
  book_.Obey({pause, block});
  const HostBook::Held held = book_.CountHeld(now_);
  EXPECT_EQ(held.waiting, 1u);
  EXPECT_EQ(held.paused, 1u);
  EXPECT_EQ(held.blocked, 1u);
  EXPECT_EQ(held.down, 0u);
  EXPECT_EQ(book_.CountHeld(now_ + 1h).waiting, 0u);
}

TEST_F(HostBookTest, AShorterWaitDoesNotShortenOne) {
  book_.WaitUntil(kHost, now_ + 1h, v1::REASON_UNSPECIFIED, "", now_);
  book_.WaitUntil(kHost, now_ + 1min, v1::REASON_UNSPECIFIED, "", now_);
  EXPECT_EQ(book_.HoldOn(kHost, now_).until, now_ + 1h);
}

TEST_F(HostBookTest, WhatAFormerOwnerWroteHolds) {
  v1::HostState state = StateOf(kHost);
  *state.mutable_not_before() = ToProto(now_ + 10min);
  state.set_not_before_detail("told so");
  state.set_learned_delay_ms(7000);
  const int32_t partition = PartitionForKey(kHost, kPartitions);
  book_.Load(partition, {state}, now_);
  EXPECT_EQ(book_.HoldOn(kHost, now_).until, now_ + 10min);
  EXPECT_EQ(book_.HoldOn(kHost, now_).why, "told so");
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 7s);

  book_.Drop(partition);
  EXPECT_EQ(book_.HoldOn(kHost, now_).kind, Kind::kNone);
}

TEST_F(HostBookTest, WhatIsOverIsNotTakenFromAFormerOwner) {
  v1::HostState state = StateOf(kHost);
  *state.mutable_not_before() = ToProto(now_ - 1s);
  book_.Load(0, {state}, now_);
  EXPECT_EQ(book_.size(), 0u);
}

TEST_F(HostBookTest, AHostThatWasNotHeardOfForAMonthIsTakenBackFromTheLog) {
  v1::HostState old = StateOf("old.example");
  old.set_learned_delay_ms(7000);
  old.add_robots()->set_body("User-agent: *");
  *old.mutable_updated_at() = ToProto(now_ - 24h * 30);
  v1::HostState lately = old;
  lately.set_host("lately.example");
  *lately.mutable_updated_at() = ToProto(now_ - 24h * 29);
  v1::HostState waits = old;  // for so long
  waits.set_host("waits.example");
  *waits.mutable_not_before() = ToProto(now_ + 1h);
  book_.Load(2, {old, lately, waits}, now_);
  EXPECT_EQ(book_.size(), 2u);
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].partition, 2);
  EXPECT_EQ(saved_[0].state.SerializeAsString(),
            StateOf("old.example").SerializeAsString());
}

TEST_F(HostBookTest, AnswersOfOverloadSlowAndAreWritten) {
  Learn(Status(503));
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 2s);
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].state.learned_delay_ms(), 2000);
}

TEST_F(HostBookTest, OfAPageThatIsBrokenOnlyTheFirst503Slows) {
  Learn(Status(503));
  Learn(Status(503), true);
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 2s);
  Learn(Status(429), true);
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 4s);
}

TEST_F(HostBookTest, AHostThatIsDownRestsAndIsThenTriedByOneRequest) {
  config_.host_concurrency = 4;
  for (int i = 0; i < HostPace::kFailures; ++i) {
    Learn(Broken(v1::REASON_CONNECT_FAILED));
  }
  const HostHold hold = book_.HoldOn(kHost, now_);
  EXPECT_EQ(hold.kind, Kind::kWait);
  EXPECT_EQ(hold.until, now_ + HostPace::kFirstRest);
  EXPECT_THAT(hold.why, HasSubstr("down"));
  now_ = hold.until;
  EXPECT_EQ(book_.HoldOn(kHost, now_).kind, Kind::kNone);
  EXPECT_EQ(book_.LimitsOf(kHost, now_).concurrency, 1);
  Learn(Status(404));
  EXPECT_EQ(book_.LimitsOf(kHost, now_).concurrency, 4);
}

TEST_F(HostBookTest, OurOwnFaultsAndRefusalsTeachNothing) {
  for (int i = 0; i < 20; ++i) {
    HttpResponse ours = Broken(v1::REASON_CONNECT_FAILED);
    ours.own_fault = true;
    Learn(ours);
    Learn(Broken(v1::REASON_ADDRESS_REFUSED));
  }
  EXPECT_EQ(book_.size(), 0u);
}

TEST_F(HostBookTest, AnOrderedRateReplacesTheRules) {
  v1::Order order;
  order.set_kind(v1::Order::RATE);
  order.set_action(v1::Order::SLOW);
  order.set_host(kHost);
  order.set_delay_ms(250);
  book_.Obey({order});
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 250ms);
}

TEST_F(HostBookTest, CrawlDelayIsALowerBoundEvenOfAnOrder) {
  book_.SetCrawlDelay(kHost, 10s);
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 10s);
  book_.SetCrawlDelay(kHost, 100ms);
  EXPECT_EQ(book_.LimitsOf(kHost, now_).delay, 1s);
}

TEST_F(HostBookTest, APauseWithoutAnEndIsLookedAtAgain) {
  v1::Order order;
  order.set_kind(v1::Order::HOLD);
  order.set_action(v1::Order::PAUSE);
  order.set_host(kHost);
  order.set_who("anna@mill");
  order.set_why("a complaint");
  book_.Obey({order});
  const HostHold hold = book_.HoldOn(kHost, now_);
  EXPECT_EQ(hold.kind, Kind::kWait);
  EXPECT_GT(hold.until, now_);
  EXPECT_THAT(hold.why, HasSubstr("anna@mill"));
  EXPECT_THAT(hold.why, HasSubstr("a complaint"));
}

TEST_F(HostBookTest, JitterOnlyLengthensAndStaysBelowItsBound) {
  config_.host_delay_jitter = 10;
  bool longer = false;
  for (int i = 0; i < 200; ++i) {
    const Duration delay = book_.NextLimits(kHost, now_).delay;
    EXPECT_GE(delay, 1s);
    EXPECT_LE(delay, 1100ms);
    longer = longer || delay > 1s;
  }
  EXPECT_TRUE(longer);
}

TEST_F(HostBookTest, ARobotsCopyIsKeptAndWritten) {
  const std::string url = "https://news.example/robots.txt";
  EXPECT_EQ(book_.RobotsOf(kHost, url), nullptr);
  v1::RobotsCopy copy;
  copy.set_url(url);
  copy.set_status(200);
  copy.set_body("User-agent: *\n");
  book_.KeepRobots(kHost, copy, now_);
  ASSERT_NE(book_.RobotsOf(kHost, url), nullptr);
  EXPECT_EQ(book_.RobotsOf(kHost, url)->body(), "User-agent: *\n");
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].state.robots(0).status(), 200);
}

TEST_F(HostBookTest, EachOriginOfAHostHasItsOwnCopyAndANewOneReplacesIt) {
  v1::RobotsCopy copy;
  for (const char* url :
       {"http://a.example/robots.txt", "https://a.example/robots.txt"}) {
    copy.set_url(url);
    copy.set_body("old");
    book_.KeepRobots("a.example", copy, now_);
  }
  copy.set_body("new");
  book_.KeepRobots("a.example", copy, now_);
  EXPECT_EQ(book_.RobotsOf("a.example", "http://a.example/robots.txt")->body(),
            "old");
  EXPECT_EQ(book_.RobotsOf("a.example", "https://a.example/robots.txt")->body(),
            "new");
  EXPECT_EQ(saved_.back().state.robots_size(), 2);
}

TEST_F(HostBookTest, RobotsCopiesAreBoundedAndTheOldestGo) {
  v1::RobotsCopy copy;
  copy.set_body(std::string(500 * 1024, 'x'));
  for (int i = 0; i < 200; ++i) {
    *copy.mutable_fetched_at() = ToProto(now_ + i * 1s);
    book_.KeepRobots("h" + std::to_string(i) + ".example", copy, now_);
    saved_.clear();
  }
  EXPECT_EQ(book_.RobotsOf("h0.example", ""), nullptr);
  EXPECT_NE(book_.RobotsOf("h199.example", ""), nullptr);
}

// Plans.

class PlannedHostTest : public ::testing::Test {
 protected:
  void Make(const std::string& fetch_section) {
    sites_ = testing::CatalogueOf({{"gazette",
                                    "[url]\nhosts = [\"www.gazette.example\", "
                                    "\"m.gazette.example\"]\n[fetch]\n" +
                                        fetch_section}});
    book_ = std::make_unique<HostBook>(
        config_, sites_, kPartitions,
        [this](int32_t, v1::HostState state, HostBook::Durable durable) {
          written_ = std::move(state);
          if (durable && durable_at_once_) return durable(true);
          if (durable) waiting_.push_back(std::move(durable));
        });
  }
  // How many requests may be made now, up to 50.
  int Ask(const std::string& host) {
    int asked = 0;
    while (asked < 50 && book_->HoldOn(host, now_).kind == Kind::kNone &&
           book_->TakeFromBudgets(host, now_).kind == Kind::kNone) {
      ++asked;
    }
    return asked;
  }

  const std::string www_ = "www.gazette.example";
  FetcherConfig config_;
  SiteCatalogue sites_;
  Timestamp now_ = *ParseRfc3339("2026-07-24T10:00:00Z");
  bool durable_at_once_ = true;
  v1::HostState written_;
  std::vector<HostBook::Durable> waiting_;
  std::unique_ptr<HostBook> book_;
};

TEST_F(PlannedHostTest, ASitesBudgetIsSharedByItsHosts) {
  Make("requests_per_day = 20\nzone = \"+08:00\"\n");
  EXPECT_EQ(Ask(www_), 10);
  EXPECT_EQ(Ask("m.gazette.example"), 10);
  const HostHold hold = book_->HoldOn(www_, now_);
  EXPECT_EQ(hold.kind, Kind::kWait);
  EXPECT_EQ(hold.until, *ParseRfc3339("2026-07-24T16:00:00Z"));
  now_ = hold.until;
  EXPECT_EQ(Ask(www_), 10);
}

TEST_F(PlannedHostTest, TheLastRequestOfABudgetMayStillBeMade) {
  Make("requests_per_day = 2\n");
  EXPECT_EQ(Ask(www_), 1);
  EXPECT_FALSE(book_->MustNotAsk(www_, now_));
}

TEST_F(PlannedHostTest, NothingIsUsedBeforeItsUseIsDurable) {
  durable_at_once_ = false;
  Make("requests_per_day = 20\n");
  EXPECT_EQ(Ask(www_), 0);
  ASSERT_EQ(waiting_.size(), 1u);
  EXPECT_GE(written_.use().requests(), 1);
  waiting_[0](true);
  EXPECT_EQ(Ask(www_), written_.use().requests());
}

TEST_F(PlannedHostTest, ALaterOwnerCountsOnFromWhatWasReserved) {
  Make("requests_per_day = 20\n");
  book_->TakeFromBudgets(www_, now_);
  const v1::HostState state = written_;
  Make("requests_per_day = 20\n");
  book_->Load(PartitionForKey(www_, kPartitions), {state}, now_);
  EXPECT_EQ(Ask(www_), 10 - state.use().requests());
}

TEST_F(PlannedHostTest, ABudgetOfBytesEndsTheDay) {
  Make("bytes_per_day = 2000\n");
  EXPECT_EQ(book_->HoldOn(www_, now_).kind, Kind::kNone);
  HttpResponse response;
  response.status = 200;
  response.body = std::string(1000, 'x');
  book_->Learn(www_, response, JudgeAnswer(response, now_), false, now_);
  EXPECT_EQ(book_->HoldOn(www_, now_).until,
            *ParseRfc3339("2026-07-25T00:00:00Z"));
  EXPECT_EQ(written_.use().bytes(), 1000);
}

TEST_F(PlannedHostTest, AHostIsAskedAtItsHoursOnly) {
  Make("hours = \"22:00-06:00\"\nzone = \"+08:00\"\n");
  const HostHold hold = book_->HoldOn(www_, now_);  // 18:00 there
  EXPECT_EQ(hold.kind, Kind::kWait);
  EXPECT_EQ(hold.until, *ParseRfc3339("2026-07-24T14:00:00Z"));
  EXPECT_EQ(book_->HoldOn("other.example", now_).kind, Kind::kNone);
}

TEST_F(PlannedHostTest, TheFleetsBudgetIsSharedByThePartitions) {
  config_.requests_per_day = 3 * kPartitions;
  Make("");
  EXPECT_EQ(Ask("news.example"), 3);
  EXPECT_EQ(written_.host(), kFleetAccount);
  EXPECT_EQ(Ask("news.example"), 0);
}

}  // namespace
}  // namespace newsmill
