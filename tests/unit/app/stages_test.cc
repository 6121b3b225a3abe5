#include "app/stages.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "app/forgotten_retries.h"
#include "app/open.h"
#include "sink/registry.h"
#include "tests/support/fake_bus.h"
#include "tests/unit/sink/fake_reader.h"

namespace newsmill {
namespace {

TEST(Stages, NothingIsForwardedWhereNothingIsTriedAgain) {
  Settings settings;
  const std::vector<StageKind> both = {StageKind::kFetcher, StageKind::kRetry};
  EXPECT_EQ(WithWork(both, settings), both);
  // A consumer of no topics is refused by Kafka.
  settings.fetcher.retry_delays.clear();
  EXPECT_EQ(WithWork(both, settings),
            std::vector<StageKind>{StageKind::kFetcher});
}

TEST(ForgottenRetries, StopAFetcherThatWouldLeaveTasksBehind) {
  Settings settings;
  ManualClock clock;
  FakeBus log(clock);
  const Topics before = TopicsOf(settings);
  log.CreateTopics(before);
  settings.fetcher.retry_delays = {std::chrono::seconds(2)};
  const Topics now = TopicsOf(settings);
  EXPECT_TRUE(CheckForgottenRetries(log.admin(), now, "newsmill.retry"))
      << "nothing waits";

  const TopicPartition where{before.retries.front(), 0};
  log.Append(where, "a task");
  const auto left = CheckForgottenRetries(log.admin(), now, "newsmill.retry");
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().code, Code::kBadConfiguration);
  EXPECT_EQ(left.error().message,
            "1 records wait on newsmill.tasks.retry.10s, and nobody would "
            "forward them: fetcher.retry_delays has no \"10s\"; put it back "
            "until the topic is worked off");
  EXPECT_TRUE(CheckForgottenRetries(log.admin(), before, "newsmill.retry"));
  log.SetCommitted(where, 1);
  EXPECT_TRUE(CheckForgottenRetries(log.admin(), now, "newsmill.retry"))
      << "forwarded";
}

TEST(Stages, SinkTrimsTheTasksThatAllAreDoneWith) {
  std::string form =
      (std::filesystem::temp_directory_path() / "stages-XXXXXX").string();
  const std::string folder = mkdtemp(form.data());
  Settings settings;
  ManualClock clock;
  auto bus = std::make_unique<FakeBus>(clock);
  FakeBus& log = *bus;
  auto ledger = std::make_unique<FakeReader>();
  auto store = OpenStore(settings.sink, folder);
  ASSERT_TRUE(store) << store.error().message;

  const Topics topics = TopicsOf(settings);
  const TopicPartition tasks{topics.tasks, 0};
  log.CreateTopics(topics);
  log.Append(tasks, "https://www.example.org/1");
  ledger->next[tasks] = 1;
  StageParts parts{settings,
                   clock,
                   topics,
                   {},
                   std::move(bus),
                   nullptr,
                   nullptr,
                   std::move(*store),
                   std::move(ledger)};
  auto sink = Stage::Make(StageKind::kSink, parts, {}, std::chrono::seconds(1));
  ASSERT_TRUE(sink) << sink.error().message;

  const auto begin = [&] {
    return log.admin().FetchWatermarks({tasks})->at(tasks).begin;
  };
  constexpr int kMostPolls = 1000;  // move the clock on when nothing comes
  log.OnPoll([&] {
    clock.Advance(std::chrono::seconds(1));
    if (begin() > 0 || log.polls() > kMostPolls)
      (*sink)->worker().RequestStop();
  });
  EXPECT_TRUE((*sink)->worker().Run());
  EXPECT_EQ(begin(), 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace newsmill
