#include <gtest/gtest.h>

#include "tests/e2e/checks.h"
#include "tests/e2e/kills.h"
#include "tests/e2e/pipeline.h"

// The whole pipeline through the real binary, three processes of each worker,
// each kind killed twice while it has records in hand: at the end every task
// has the outcome and every row the fields that the page makers know.

namespace newsmill::e2e {
namespace {

constexpr char kFetcher[] =
    "host_delay = \"20ms\"\n"
    "retry_delays = [\"1s\", \"3s\"]\n";

TEST(EmbeddedPipeline, LosesNothingWhenWorkersAreKilled) {
  PipelineOptions options;
  options.binary = NEWSMILL_BINARY;
  options.fetcher_settings = kFetcher;
  options.faults = 0.05;
  options.log_settings =
      "[log]\nbackend = \"embedded\"\nsession_timeout = \"3s\"\n";
  auto pipeline = Pipeline::Start(std::move(options));
  ASSERT_TRUE(pipeline) << pipeline.error().message;
  Pipeline& p = **pipeline;
  const auto tasks = MakeTasks(TaskCount(), TaskCount() / 5, p.page_options());

  const auto put = p.Command({"enqueue", "--file", "-"}, Lines(tasks));
  ASSERT_TRUE(put) << put.error().message;
  ASSERT_EQ(put->status.code, 0) << put->errors;
  ASSERT_NO_FATAL_FAILURE(StartThreeOfEach(p));

  const auto count = static_cast<int64_t>(tasks.size());
  ExpectNothingLostByKills(p, tasks, KillEachKind(count, 2));
}

}  // namespace
}  // namespace newsmill::e2e
