#include "core/bus/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/registry.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TopicSpec SpecOf(const Topics& topics, const std::string& name) {
  for (const TopicSpec& spec : topics.specs) {
    if (spec.name == name) return spec;
  }
  ADD_FAILURE() << "no spec for " << name;
  return {};
}

TEST(Topics, CarryThePrefixAndTheDelay) {
  const Topics topics(BusConfig(),
                      {std::chrono::seconds(10), std::chrono::minutes(1),
                       std::chrono::hours(6)});
  EXPECT_EQ(topics.tasks, "newsmill.tasks");
  EXPECT_THAT(topics.retries,
              ElementsAre("newsmill.tasks.retry.10s", "newsmill.tasks.retry.1m",
                          "newsmill.tasks.retry.6h"));
  EXPECT_EQ(topics.articles_replay, "newsmill.articles.replay");

  std::vector<std::string> names;
  for (const TopicSpec& spec : topics.specs) names.push_back(spec.name);
  EXPECT_THAT(
      names,
      ElementsAre("newsmill.tasks", "newsmill.tasks.backlog",
                  "newsmill.tasks.retry.10s", "newsmill.tasks.retry.1m",
                  "newsmill.tasks.retry.6h", "newsmill.hosts",
                  "newsmill.control", "newsmill.seen", "newsmill.revisits",
                  "newsmill.replays", "newsmill.pages", "newsmill.articles",
                  "newsmill.articles.replay", "newsmill.outcomes",
                  "newsmill.dead"));
}

TEST(Topics, ALogOfAttemptsIsOneMoreWhereItIsOn) {
  BusConfig config;
  EXPECT_EQ(Topics(config, {}).fetch_log, "");
  const size_t without = Topics(config, {}).specs.size();
  config.fetch_log = true;
  config.fetch_log_retention = std::chrono::hours(2);
  const Topics topics(config, {});
  EXPECT_EQ(topics.specs.size(), without + 1);
  EXPECT_EQ(SpecOf(topics, "newsmill.fetch_log").retention,
            std::chrono::hours(2));
}

TEST(Topics, FollowTheConfiguration) {
  BusConfig config;
  config.prefix = "other.";
  config.pages_partitions = 48;
  config.pages_retention = std::chrono::hours(1);
  const Topics topics(config, {std::chrono::seconds(3)});

  EXPECT_EQ(topics.pages, "other.pages");
  EXPECT_EQ(topics.PartitionsOf("other.pages"), 48);
  EXPECT_EQ(topics.PartitionsOf("other.tasks.retry.3s"), 3);
  EXPECT_EQ(SpecOf(topics, "other.pages").retention,
            std::optional<Duration>(std::chrono::hours(1)));
}

TEST(Topics, KeepTasksUntilTheyAreTrimmed) {
  const Topics topics(BusConfig(), {std::chrono::seconds(10)});
  EXPECT_EQ(SpecOf(topics, topics.tasks).retention, std::nullopt);
  EXPECT_EQ(SpecOf(topics, topics.retries[0]).retention, std::nullopt);
}

TEST(Topics, TakeLargeArticlesAndDeadLetters) {
  const Topics topics(BusConfig(), {});
  for (const auto& name :
       {topics.articles, topics.articles_replay, topics.dead}) {
    EXPECT_EQ(SpecOf(topics, name).max_message_bytes,
              std::optional<int64_t>(8 << 20));
    EXPECT_FALSE(SpecOf(topics, name).compacted);
  }
  EXPECT_EQ(SpecOf(topics, topics.pages).max_message_bytes, std::nullopt);
}

TEST(Topics, WhatWasSeenIsKeptAsLongAsPages) {
  BusConfig config;
  config.pages_retention = std::chrono::hours(5);
  const Topics topics(config, {});
  EXPECT_EQ(topics.RetentionOf(topics.seen), config.pages_retention);
  EXPECT_EQ(topics.RetentionOf(topics.revisits), std::nullopt);
}

TEST(Topics, WhatIsKnownLiesBesideTheTasksAndOrdersInOnePartition) {
  BusConfig config;
  config.prefix = "t.";
  config.tasks_partitions = 7;
  const Topics topics(config, {});
  for (const std::string& topic :
       {topics.hosts, topics.seen, topics.revisits}) {
    EXPECT_EQ(topics.PartitionsOf(topic), topics.PartitionsOf("t.tasks"));
  }
  EXPECT_EQ(topics.PartitionsOf("t.control"), 1);
  for (const TopicSpec& spec : topics.specs) {
    const bool remembered = spec.name == "t.hosts" ||
                            spec.name == "t.control" || spec.name == "t.seen" ||
                            spec.name == "t.revisits" ||
                            spec.name == "t.replays";
    EXPECT_EQ(spec.compacted, remembered) << spec.name;
  }
}

TEST(TopicsDeathTest, AnotherNameEndsTheProcess) {
  const Topics topics(BusConfig(), {});
  EXPECT_DEATH(topics.PartitionsOf("newsmill.unknown"), "");
}

TEST(BusConfig, ReadsItsSectionAndPassesKafkasThrough) {
  BusConfig config;
  config::Schema schema;
  config.Declare(schema);
  const auto applied = schema.ApplyToml(
      "[log]\n"
      "prefix = \"t.\"\n"
      "session_timeout = \"6s\"\n"
      "tasks_partitions = 12\n"
      "pages_retention = \"30d\"\n"
      "[kafka]\n"
      "\"bootstrap.servers\" = \"127.0.0.1:9092\"\n",
      "test");
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(config.prefix, "t.");
  EXPECT_EQ(config.session_timeout, std::chrono::seconds(6));
  EXPECT_EQ(config.tasks_partitions, 12);
  EXPECT_EQ(config.pages_retention, std::chrono::hours(30 * 24));
  EXPECT_EQ(config.kafka.at("bootstrap.servers"), "127.0.0.1:9092");
}

TEST(OpenBus, NamesTheBackendsWhereTheOneAskedForIsUnknown) {
  BusConfig config;
  config.backend = "rabbit";
  const auto bus = OpenBus(config);
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().code, Code::kBadConfiguration);
  EXPECT_THAT(bus.error().message, HasSubstr("\"rabbit\""));
  for (const std::string& backend : BusBackends()) {
    EXPECT_THAT(bus.error().message, HasSubstr(backend));
  }
}

}  // namespace
}  // namespace newsmill
