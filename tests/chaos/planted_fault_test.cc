#include <signal.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/pipeline.h"

// The test of the tests: a fetcher that commits a task's offset before the
// task's page is on the log loses what it has in hand when it is killed, and
// the audit must find it.

namespace newsmill::e2e {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr size_t kTasks = 200;

// The number in the audit's line `LOST  <number>  …`, or -1 without such a
// line.
int64_t Lost(const std::string& audit) {
  std::istringstream lines(audit);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    int64_t number = -1;
    if (words >> word >> number && word == "LOST") return number;
  }
  return -1;
}

class PlantedFault : public ::testing::TestWithParam<int> {};

TEST_P(PlantedFault, OfCommittingBeforeProducingIsFoundByTheAudit) {
  PipelineOptions options;
  options.binary = NEWSMILL_BINARY;
  options.log_settings =
      "[log]\nbackend = \"embedded\"\nsession_timeout = \"3s\"\n";
  options.fetcher_settings =
      "host_delay = \"20ms\"\nretry_delays = [\"1s\", \"3s\"]\n";
  auto pipeline = Pipeline::Start(std::move(options));
  ASSERT_TRUE(pipeline) << pipeline.error().message;
  Pipeline& p = **pipeline;
  std::string targets;
  for (const ExpectedTask& task : MakeTasks(kTasks, 0, p.page_options())) {
    targets += task.target + "\n";
  }
  const auto put = p.Command({"enqueue", "--file", "-"}, targets);
  ASSERT_TRUE(put) << put.error().message;
  ASSERT_EQ(put->status.code, 0) << put->errors;

  const auto fetcher = p.AddWorker(
      "fetcher",
      {.binary = NEWSMILL_FAULTY_BINARY,
       .environment = {{"NEWSMILL_PLANTED_FAULT", "commit-before-produce"}}});
  ASSERT_TRUE(fetcher) << fetcher.error().message;
  const auto line =
      (*fetcher)->child->WaitForLine("\"committed\"", seconds(60));
  ASSERT_TRUE(line) << line.error().message;
  ASSERT_TRUE((*fetcher)->child->Signal(SIGKILL));
  ASSERT_TRUE((*fetcher)->child->Wait(seconds(30)));

  const auto rest = p.Command({"run", "--until-idle", "6s"});
  ASSERT_TRUE(rest) << rest.error().message;
  ASSERT_EQ(rest->status.code, 0) << rest->errors;
  const auto audit = p.Command({"audit"});
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_EQ(audit->status.code, 1) << audit->output << audit->errors;
  EXPECT_GT(Lost(audit->output), 0) << audit->output;
  std::cout << audit->output << std::endl;
  const Result<int64_t> settled = p.Settled();
  ASSERT_TRUE(settled) << settled.error().message;
  EXPECT_LT(*settled, static_cast<int64_t>(kTasks))
      << "nothing was lost, so there was nothing to find";
}

std::string Contents(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(text).str();
}

TEST(PlantedFaults, AreInTheTestsBinaryAndInNoOther) {
  EXPECT_THAT(Contents(NEWSMILL_FAULTY_BINARY),
              HasSubstr("NEWSMILL_PLANTED_FAULT"));
  EXPECT_EQ(Contents(NEWSMILL_BINARY).find("NEWSMILL_PLANTED_FAULT"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(ThreeTimes, PlantedFault, ::testing::Range(0, 3));

}  // namespace
}  // namespace newsmill::e2e
