#include "fetcher/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::HasSubstr;

TEST(Gate, LoopbackIsJudgedByTheAddress) {
  for (const char* address :
       {"127.0.0.1", "127.255.3.4", "::1", "::ffff:127.0.0.9"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"128.0.0.1", "10.0.0.1", "0.0.0.0", "::", "::2",
                              "::ffff:10.0.0.1", "localhost", ""}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(Gate, OpensWithAContact) {
  FetcherConfig config;
  EXPECT_FALSE(Gate(config).MayAsk("192.0.2.1"));
  EXPECT_TRUE(Gate(config).MayAsk("127.0.0.1"));
  config.robots = "off";
  EXPECT_FALSE(Gate(config).MayAsk("192.0.2.1"));
  config.contact = "me@example.org";
  EXPECT_TRUE(Gate(config).MayAsk("192.0.2.1"));
}

TEST(Gate, ANameThatCannotBeResolvedIsRefusedWhileItIsClosed) {
  FetcherConfig config;
  AnswerVerdict verdict;
  verdict.reason = v1::REASON_DNS_FAILED;
  verdict.retryable = true;
  Gate(config).ExplainRefusal("news.example", verdict);
  EXPECT_EQ(verdict.reason, v1::REASON_ADDRESS_REFUSED);
  EXPECT_FALSE(verdict.retryable);
  EXPECT_THAT(verdict.detail, HasSubstr("news.example"));
  EXPECT_THAT(verdict.detail, HasSubstr("\n[fetcher]\ncontact = \""));

  AnswerVerdict no_server;  // nor is it held back until there is a network
  no_server.kind = AnswerVerdict::Kind::kOwnFault;
  no_server.reason = v1::REASON_DNS_FAILED;
  Gate(config).ExplainRefusal("news.example", no_server);
  EXPECT_EQ(no_server.kind, AnswerVerdict::Kind::kFailure);
  EXPECT_EQ(no_server.reason, v1::REASON_ADDRESS_REFUSED);

  config.contact = "me@example.org";
  AnswerVerdict open;
  open.reason = v1::REASON_DNS_FAILED;
  open.retryable = true;
  Gate(config).ExplainRefusal("news.example", open);
  EXPECT_EQ(open.reason, v1::REASON_DNS_FAILED);
  EXPECT_TRUE(open.retryable);
}

TEST(FetcherConfig, TheContactJoinsTheUserAgent) {
  FetcherConfig config;
  config.user_agent = "mill/1";
  EXPECT_EQ(UserAgent(config), "mill/1");
  config.contact = "https://example.org/bot";
  EXPECT_EQ(UserAgent(config), "mill/1 (+https://example.org/bot)");
}

TEST(FetcherConfig, WhatCannotBeWorkedWithIsRefused) {
  const auto refused = [](auto&& change) {
    FetcherConfig config;
    change(config);
    const Result<void> checked = CheckFetcherConfig(config);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refused([](FetcherConfig&) {}), "");
  EXPECT_THAT(refused([](FetcherConfig& c) { c.contact = "a\r\nX: 1"; }),
              HasSubstr("fetcher.contact"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.user_agent = ""; }),
              HasSubstr("fetcher.user_agent"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.user_agent = "7bot"; }),
              HasSubstr("fetcher.user_agent"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.robots_agent = "7bot"; }),
              HasSubstr("fetcher.robots_agent"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.robots_cache_bytes = 0; }),
              HasSubstr("fetcher.robots_cache_bytes"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.max_body_bytes = 1 << 20; }),
              HasSubstr("fetcher.max_body_bytes"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.host_concurrency = 0; }),
              HasSubstr("fetcher.host_concurrency"));
  EXPECT_THAT(refused([](FetcherConfig& c) { c.max_in_flight = 0; }),
              HasSubstr("fetcher.max_in_flight"));
}

}  // namespace
}  // namespace newsmill
