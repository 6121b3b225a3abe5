#include "core/runtime/http_server.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "core/runtime/metrics.h"

namespace newsmill {
namespace {

using ::testing::HasSubstr;

HttpServer::Probe Ok() { return {true, "ok"}; }

TEST(HttpServer, AnswersProbesAndMetrics) {
  std::atomic<bool> ready{false};
  auto server = HttpServer::Start("127.0.0.1:0", Ok, [&] {
    return ready ? HttpServer::Probe{true, "ready"}
                 : HttpServer::Probe{false, "no partitions yet"};
  });
  ASSERT_TRUE(server) << server.error().message;
  httplib::Client client("127.0.0.1", (*server)->port());
  EXPECT_EQ(client.Get("/healthz")->status, 200);
  EXPECT_EQ(client.Get("/readyz")->status, 503);
  EXPECT_EQ(client.Get("/readyz")->body, "no partitions yet\n");
  ready = true;
  EXPECT_EQ(client.Get("/readyz")->status, 200);
  metrics::Counter("newsmill_test_served_total", "Served.").Increment();
  EXPECT_THAT(client.Get("/metrics")->body,
              HasSubstr("newsmill_test_served_total 1"));
  EXPECT_EQ(client.Get("/other")->status, 404);
}

TEST(HttpServer, ATakenPortIsUnavailable) {
  auto first = HttpServer::Start("127.0.0.1:0", Ok, Ok);
  ASSERT_TRUE(first);
  const std::string taken = "127.0.0.1:" + std::to_string((*first)->port());
  auto second = HttpServer::Start(taken, Ok, Ok);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr(taken));
}

TEST(HttpServer, APortIsFreeAgainWhenTheServerIsGone) {
  auto first = HttpServer::Start("127.0.0.1:0", Ok, Ok);
  ASSERT_TRUE(first);
  const std::string address = "127.0.0.1:" + std::to_string((*first)->port());
  first->reset();
  EXPECT_TRUE(HttpServer::Start(address, Ok, Ok));
}

TEST(HttpServer, AMalformedAddressIsBadConfiguration) {
  for (const char* listen : {"9090", "host:", ":9090", "host:port",
                             "host:70000", "::1:9090", "host:-1"}) {
    auto server = HttpServer::Start(listen, Ok, Ok);
    ASSERT_FALSE(server) << listen;
    EXPECT_EQ(server.error().code, Code::kBadConfiguration) << listen;
    EXPECT_THAT(server.error().message, HasSubstr("expected host:port"));
  }
}

}  // namespace
}  // namespace newsmill
