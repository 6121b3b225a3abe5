#include <gtest/gtest.h>

#include "tests/e2e/checks.h"
#include "tests/e2e/kills.h"
#include "tests/e2e/pipeline.h"
#include "tests/e2e/services.h"

// The whole pipeline through the real binary, three processes of each worker,
// each kind killed twice while it has records in hand: at the end every task
// has the outcome and every row the fields that the page makers know.

namespace newsmill::e2e {
namespace {

constexpr char kFetcher[] =
    "host_delay = \"20ms\"\n"
    "retry_delays = [\"1s\", \"3s\"]\n";

TEST(KafkaPipeline, LosesNothingWhenWorkersAndTheBrokerAreKilled) {
  auto services = Services::Start();
  ASSERT_TRUE(services) << services.error().message;
  Services& real = **services;
  PipelineOptions options;
  options.binary = NEWSMILL_BINARY;
  options.fetcher_settings = kFetcher;
  options.faults = 0.05;
  options.log_settings = real.LogSettings("newsmill");
  options.store = real.StoreOf("newsmill");
  auto pipeline = Pipeline::Start(std::move(options));
  ASSERT_TRUE(pipeline) << pipeline.error().message;
  Pipeline& p = **pipeline;
  const auto tasks = MakeTasks(TaskCount(), TaskCount() / 5, p.page_options());

  const auto topics = p.Command({"topics", "create"});
  ASSERT_TRUE(topics) << topics.error().message;
  ASSERT_EQ(topics->status.code, 0) << topics->errors;
  const Result<void> put = real.Put("newsmill.tasks", Lines(tasks));
  ASSERT_TRUE(put) << put.error().message;
  ASSERT_NO_FATAL_FAILURE(StartThreeOfEach(p));

  const auto count = static_cast<int64_t>(tasks.size());
  std::vector<Kill> kills = KillEachKind(count, 2);
  kills.push_back({.settled = count * 3 / 5,
                   .kind = {},
                   .what = "the broker",
                   .action = [&real] {
                     real.broker().Kill9();
                     return real.broker().Restart();
                   }});
  ExpectNothingLostByKills(p, tasks, kills);
}

}  // namespace
}  // namespace newsmill::e2e
