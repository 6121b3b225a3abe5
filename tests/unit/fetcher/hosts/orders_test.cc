#include "fetcher/hosts/orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/fakes.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Timestamp kNow(std::chrono::hours(500000));

v1::Order Hold(v1::Order::Action action, const std::string& host,
               const std::string& site = "") {
  v1::Order order;
  order.set_kind(v1::Order::HOLD);
  order.set_action(action);
  order.set_host(host);
  order.set_site(site);
  order.set_who("anna");
  *order.mutable_given_at() = ToProto(kNow);
  return order;
}

v1::Order Rate(Duration delay, const std::string& host,
               const std::string& site = "") {
  v1::Order order = Hold(v1::Order::SLOW, host, site);
  order.set_kind(v1::Order::RATE);
  order.set_delay_ms(delay.count());
  return order;
}

class OrdersTest : public ::testing::Test {
 protected:
  SiteCatalogue sites_ =
      testing::CatalogueOf({{"gazette", testing::SlowGazetteRule()}});
  Orders orders_{sites_};
};

TEST_F(OrdersTest, APauseHoldsItsHostAlone) {
  orders_.Take(Hold(v1::Order::PAUSE, "a.example"));
  ASSERT_NE(orders_.HoldOn("a.example", kNow), nullptr);
  EXPECT_EQ(orders_.HoldOn("a.example", kNow)->action(), v1::Order::PAUSE);
  EXPECT_EQ(orders_.HoldOn("b.example", kNow), nullptr);
}

TEST_F(OrdersTest, AnOrderAboutASiteHoldsAllItsHostsWithAnyPort) {
  orders_.Take(Hold(v1::Order::BLOCK, "", "gazette"));
  EXPECT_NE(orders_.HoldOn("www.gazette.example", kNow), nullptr);
  EXPECT_NE(orders_.HoldOn("m.gazette.example:8080", kNow), nullptr);
  EXPECT_EQ(orders_.HoldOn("other.example", kNow), nullptr);
}

TEST_F(OrdersTest, AnErasedArticleIsSuppressedAndNoHostIsHeld) {
  v1::Order order;
  order.set_kind(v1::Order::SUPPRESS);
  order.set_action(v1::Order::BLOCK);
  order.set_article_key("gazette:7");
  const Record record = EncodeOrder(order, "control");
  EXPECT_EQ(record.key, "suppress:gazette:7");
  Message message;
  message.value = record.value;
  const auto decoded = DecodeOrder(message);
  ASSERT_TRUE(decoded) << decoded.error().message;
  orders_.Take(*decoded);
  EXPECT_TRUE(orders_.IsSuppressed("gazette:7"));
  EXPECT_FALSE(orders_.IsSuppressed("gazette:8"));
  EXPECT_EQ(orders_.HoldOn("www.gazette.example", kNow), nullptr);
  EXPECT_TRUE(orders_.All(kNow).empty()) << "lists are of hosts and sites";
  order.clear_article_key();
  message.value = order.SerializeAsString();
  EXPECT_FALSE(DecodeOrder(message)) << "of no article";
}

TEST_F(OrdersTest, ResumeEndsAPause) {
  orders_.Take(Hold(v1::Order::PAUSE, "a.example"));
  orders_.Take(Hold(v1::Order::RESUME, "a.example"));
  EXPECT_EQ(orders_.HoldOn("a.example", kNow), nullptr);
  EXPECT_TRUE(orders_.All(kNow).empty());
}

TEST_F(OrdersTest, AnOrderEndsByItselfWhenItSaysSo) {
  v1::Order order = Hold(v1::Order::PAUSE, "a.example");
  *order.mutable_until() = ToProto(kNow + 6h);
  orders_.Take(order);
  EXPECT_NE(orders_.HoldOn("a.example", kNow + 6h - 1ms), nullptr);
  EXPECT_EQ(orders_.HoldOn("a.example", kNow + 6h), nullptr);
}

TEST_F(OrdersTest, ABlockedSiteIsNotOpenedByAPauseOfOneOfItsHosts) {
  orders_.Take(Hold(v1::Order::BLOCK, "", "gazette"));
  orders_.Take(Hold(v1::Order::PAUSE, "www.gazette.example"));
  EXPECT_EQ(orders_.HoldOn("www.gazette.example", kNow)->action(),
            v1::Order::BLOCK);
}

TEST_F(OrdersTest, ARateForTheHostGoesBeforeItsSites) {
  orders_.Take(Rate(5s, "", "gazette"));
  orders_.Take(Rate(9s, "m.gazette.example"));
  EXPECT_EQ(orders_.RateOf("www.gazette.example", kNow)->delay_ms(), 5000);
  EXPECT_EQ(orders_.RateOf("m.gazette.example", kNow)->delay_ms(), 9000);
}

TEST_F(OrdersTest, PauseAndRateOfOneHostStandSideBySide) {
  orders_.Take(Hold(v1::Order::PAUSE, "a.example"));
  orders_.Take(Rate(5s, "a.example"));
  orders_.Take(Hold(v1::Order::RESUME, "a.example"));
  EXPECT_EQ(orders_.RateOf("a.example", kNow)->delay_ms(), 5000);
}

TEST_F(OrdersTest, AnOrderSurvivesItsRecord) {
  const v1::Order order = Rate(5s, "a.example");
  const Record record = EncodeOrder(order, "control");
  EXPECT_EQ(record.key, "rate:host:a.example");
  Message message;
  message.value = record.value;
  const auto read = DecodeOrder(message);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->SerializeAsString(), order.SerializeAsString());
}

TEST_F(OrdersTest, WhatIsNoOrderIsRefusedWithItsPlace) {
  Message message;
  message.topic = "control";
  message.offset = 17;
  message.value =
      Hold(v1::Order::PAUSE, "a.example", "gazette").SerializeAsString();
  const auto read = DecodeOrder(message);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kCorrupt);
  EXPECT_THAT(read.error().message, HasSubstr("offset 17 of control"));
}

TEST_F(OrdersTest, ASubjectIsASiteOrAHostInItsOneSpelling) {
  EXPECT_EQ(ParseOrderSubject("gazette", sites_)->site, "gazette");
  EXPECT_EQ(ParseOrderSubject("News.Example.", sites_)->host, "news.example");
  EXPECT_EQ(ParseOrderSubject("news.example:8443", sites_)->host,
            "news.example:8443");
  EXPECT_EQ(ParseOrderSubject("http://news.example/a", sites_)->host,
            "news.example");
  EXPECT_EQ(ParseOrderSubject("127.0.0.1:80", sites_)->host, "127.0.0.1:80");
}

TEST_F(OrdersTest, AMistypedSiteIsNoHost) {
  for (const char* text : {"gazete", "", "news.example/path", "a b.example"}) {
    EXPECT_FALSE(ParseOrderSubject(text, sites_)) << text;
  }
}

}  // namespace
}  // namespace newsmill
