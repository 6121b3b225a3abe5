#include "tests/e2e/checks.h"

#include <cstdlib>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill::e2e {
namespace {

constexpr Duration kPatience = std::chrono::minutes(8);

std::vector<std::string> FirstOf(std::vector<std::string> lines) {
  if (lines.size() > 20) lines.resize(20);
  return lines;
}

}  // namespace

size_t TaskCount() {
  const char* wanted = std::getenv("NEWSMILL_E2E_TASKS");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

std::string Lines(const std::vector<ExpectedTask>& tasks) {
  std::string lines;
  for (const ExpectedTask& task : tasks) lines += task.target + "\n";
  return lines;
}

void StartThreeOfEach(Pipeline& pipeline) {
  for (const char* kind : {"fetcher", "parser", "sink"}) {
    for (int i = 0; i < 3; ++i) {
      const auto started = pipeline.AddWorker(kind);
      ASSERT_TRUE(started) << started.error().message;
    }
  }
}

void ExpectEverythingAsMade(Pipeline& pipeline,
                            const std::vector<ExpectedTask>& tasks) {
  const auto ledger = pipeline.Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto articles = pipeline.Export();
  ASSERT_TRUE(articles) << articles.error().message;
  EXPECT_EQ(ledger->size(), tasks.size());
  EXPECT_THAT(FirstOf(Mistakes(tasks, *ledger, *articles)),
              ::testing::IsEmpty());
  int64_t repeated = 0;
  for (const LedgerRow& row : *ledger) repeated += row.further_outcomes;
  std::cout << tasks.size() << " tasks, " << articles->size() << " rows, "
            << repeated << " outcomes of work that was done twice, "
            << pipeline.origin().requests() << " requests" << std::endl;
}

void ExpectCleanAudit(const Pipeline& pipeline) {
  const auto audit = pipeline.Command({"audit"});
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_EQ(audit->status.code, 0) << audit->output << audit->errors;
  std::cout << audit->output << std::endl;
}

void ExpectNothingLostByKills(Pipeline& pipeline,
                              const std::vector<ExpectedTask>& tasks,
                              const std::vector<Kill>& kills) {
  const Result<void> killed = Execute(pipeline, kills, kPatience);
  ASSERT_TRUE(killed) << killed.error().message;
  const Result<void> settled =
      pipeline.AwaitSettled(std::ssize(tasks), kPatience);
  ASSERT_TRUE(settled) << settled.error().message;
  const Result<void> drained = pipeline.DrainAll();
  ASSERT_TRUE(drained) << drained.error().message;
  ExpectEverythingAsMade(pipeline, tasks);
  ExpectCleanAudit(pipeline);
}

}  // namespace newsmill::e2e
