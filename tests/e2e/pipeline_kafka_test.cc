#include <chrono>
#include <map>

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

// What fetchers saw is known to those that come after them: but for what was
// lost in the last second before a kill, nothing is fetched again.
void ExpectPagesToBeKnownAgain(Pipeline& p, const Services& services,
                               const std::vector<ExpectedTask>& tasks) {
  // Of the hosts with few tasks, which come last: the one with most of them may
  // have some in hand again, and these would wait behind.
  std::vector<ExpectedTask> again;
  for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) {
    if (task->made.kind == v1::STORED && again.size() < 40) {
      again.push_back(*task);
    }
  }
  const auto succeed = [&](const std::vector<std::string>& arguments,
                           const std::string& input = "") {
    const auto done = p.Command(arguments, input, std::chrono::minutes(6));
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_TRUE(done->status.Succeeded()) << done->errors;
  };
  succeed({"enqueue", "--batch", "again", "--file", "-"}, Lines(again));
  const Result<void> put = services.Put("newsmill.tasks", Lines(again));
  ASSERT_TRUE(put) << put.error().message;
  for (const char* worker : {"fetcher", "parser", "sink"}) {
    succeed({worker, "--until-idle", "5s"});
  }
  const auto ledger = p.Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  std::map<v1::Reason, size_t> reasons;
  for (const LedgerRow& row : *ledger) ++reasons[row.reason];
  const size_t repeated = reasons[v1::REASON_NOT_MODIFIED] +
                          reasons[v1::REASON_SAME_CONTENT] +
                          reasons[v1::REASON_DUPLICATE];
  EXPECT_EQ(ledger->size(), tasks.size() + 2 * again.size());
  EXPECT_GE(repeated, 2 * again.size());
  EXPECT_GT(reasons[v1::REASON_NOT_MODIFIED], 0u);
  EXPECT_GT(reasons[v1::REASON_DUPLICATE], 0u);
  ExpectCleanAudit(p);
}

TEST(KafkaPipeline, LosesNothingWhenWorkersAndTheBrokerAreKilled) {
  auto services = Services::Start();
  ASSERT_TRUE(services) << services.error().message;
  Services& real = **services;
  PipelineOptions options;
  options.binary = NEWSMILL_BINARY;
  options.fetcher_settings = kFetcher;
  options.faults = 0.05;
  options.validators = true;
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
  ASSERT_NO_FATAL_FAILURE(ExpectNothingLostByKills(p, tasks, kills));
  ExpectPagesToBeKnownAgain(p, real, tasks);
}

}  // namespace
}  // namespace newsmill::e2e
