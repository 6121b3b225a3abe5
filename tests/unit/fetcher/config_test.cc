#include "fetcher/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(FetcherConfig, TakesTheKeysThatScriptsRelyOn) {
  FetcherConfig config;
  config::Schema schema;
  config.Declare(schema);
  for (const char* assignment :
       {"fetcher.host_delay=20ms", "fetcher.host_concurrency=3",
        "fetcher.total_timeout=5s", "fetcher.user_agent=mill/2",
        "fetcher.contact=me@example.org", "fetcher.robots=off",
        "fetcher.retry_delays=[\"1s\",\"3s\"]", "fetcher.ca_file=/ca.pem",
        "fetcher.allow_addresses=[\"127.0.0.0/8\"]",
        "fetcher.connect_to={\"a.example:443\"=\"127.0.0.1:8443\"}"}) {
    const Result<void> applied = schema.ApplySet(assignment);
    EXPECT_TRUE(applied) << assignment << ": " << applied.error().message;
  }
  EXPECT_EQ(config.host_delay, 20ms);
  EXPECT_EQ(config.host_concurrency, 3);
  EXPECT_EQ(config.total_timeout, 5s);
  EXPECT_EQ(config.user_agent, "mill/2");
  EXPECT_EQ(config.contact, "me@example.org");
  EXPECT_EQ(config.robots, "off");
  EXPECT_THAT(config.retry_delays, ElementsAre(1s, 3s));
  EXPECT_EQ(config.ca_file, "/ca.pem");
  EXPECT_THAT(config.allow_addresses, ElementsAre("127.0.0.0/8"));
  EXPECT_EQ(config.connect_to.at("a.example:443"), "127.0.0.1:8443");
}

TEST(FetcherConfig, RobotsAreObeyedOrOff) {
  FetcherConfig config;
  config::Schema schema;
  config.Declare(schema);
  EXPECT_FALSE(schema.ApplySet("fetcher.robots=maybe"));
}

TEST(FetcherConfig, RetriesGrowFromSecondsToHours) {
  EXPECT_THAT(FetcherConfig().retry_delays,
              ElementsAre(10s, 1min, 10min, 1h, 6h));
}

}  // namespace
}  // namespace newsmill
