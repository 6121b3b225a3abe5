#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/pipeline.h"
#include "tests/e2e/services.h"

// A sink that is frozen inside its transaction, longer than the group waits for
// it, and thawed when another has gone on: it writes nothing any more, notices,
// and works on as a member of the group.

namespace newsmill::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::IsEmpty;

constexpr int64_t kTasks = 300;

// One broker and one database for all cases.
Services* shared_services = nullptr;

class FrozenSink : public ::testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    auto services = Services::Start();
    ASSERT_TRUE(services) << services.error().message;
    shared_services = services->release();
  }
  static void TearDownTestSuite() {
    delete shared_services;
    shared_services = nullptr;
  }

  void SetUp() override {
    ASSERT_NE(shared_services, nullptr);
    for (const char c : std::string(GetParam())) name_ += c == '-' ? '_' : c;
    PipelineOptions options;
    options.binary = NEWSMILL_BINARY;
    options.log_settings = shared_services->LogSettings(name_);
    options.store = shared_services->StoreOf(name_);
    options.fetcher_settings =
        "host_delay = \"20ms\"\nretry_delays = [\"1s\", \"3s\"]\n";
    auto pipeline = Pipeline::Start(std::move(options));
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    pipeline_ = std::move(*pipeline);
    const auto topics = pipeline_->Command({"topics", "create"});
    ASSERT_TRUE(topics) << topics.error().message;
    ASSERT_EQ(topics->status.code, 0) << topics->errors;
  }

  void Put(const std::vector<ExpectedTask>& tasks, size_t from, size_t to) {
    std::string lines;
    for (size_t i = from; i < to; ++i) lines += tasks[i].target + "\n";
    const auto put = shared_services->Put(name_ + ".tasks", lines);
    ASSERT_TRUE(put) << put.error().message;
  }

  WorkerProcess* Add(const std::string& kind, WorkerSetup setup = {}) {
    const auto worker = pipeline_->AddWorker(kind, std::move(setup));
    EXPECT_TRUE(worker) << worker.error().message;
    return worker ? *worker : nullptr;
  }

  void AwaitMetric(const WorkerProcess& worker, const std::string& metric,
                   double least) {
    const auto end = steady_clock::now() + seconds(60);
    while (Pipeline::Metric(worker, metric) < least) {
      ASSERT_LT(steady_clock::now(), end)
          << metric << " stays below " << least << ":\n"
          << worker.child->LastLines(30);
    }
  }

  std::string name_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_P(FrozenSink, WritesNothingAfterItsSuccessorWentOn) {
  Pipeline& p = *pipeline_;
  const auto tasks = MakeTasks(kTasks, 0, p.page_options());
  // The points lie in a flush with some bulk: the articles wait on the log
  // before the sink is there, which itself waits until it has many of them.
  WorkerProcess* parser = Add("parser");
  ASSERT_NE(parser, nullptr);
  ASSERT_NE(Add("fetcher"), nullptr);
  Put(tasks, 0, kTasks / 2);
  AwaitMetric(*parser, "newsmill_parser_pages_total", kTasks / 4);
  WorkerProcess* frozen =
      Add("sink", {.binary = NEWSMILL_FAULTY_BINARY,
                   .environment = {{"NEWSMILL_FAULT_SINK_STOP", GetParam()},
                                   {"NEWSMILL_SINK__BATCH_LINGER", "3s"}}});
  ASSERT_NE(frozen, nullptr);
  const auto stopped = frozen->child->AwaitStopped(seconds(60));
  ASSERT_TRUE(stopped) << stopped.error().message;

  ASSERT_NE(Add("sink"), nullptr);
  const auto begin = steady_clock::now();
  const auto settled = p.AwaitSettled(kTasks / 2, seconds(120));
  ASSERT_TRUE(settled) << settled.error().message;
  std::cout << GetParam() << ": the successor had settled everything after "
            << std::chrono::duration_cast<milliseconds>(steady_clock::now() -
                                                        begin)
                   .count()
            << " ms" << std::endl;
  const auto before = p.Export();
  ASSERT_TRUE(before) << before.error().message;

  const size_t lines = frozen->child->line_count();
  ASSERT_TRUE(frozen->child->Continue());
  // It says that it was fenced, and joins again.
  const auto fenced = frozen->child->WaitForLine("Fenced", seconds(60), lines);
  ASSERT_TRUE(fenced) << fenced.error().message << "\n"
                      << frozen->child->LastLines(20);
  const auto lost = frozen->child->WaitForLine("Partitions lost", seconds(60));
  ASSERT_TRUE(lost) << lost.error().message;
  const auto rejoined =
      frozen->child->WaitForLine("Partitions assigned", seconds(60), lines);
  ASSERT_TRUE(rejoined) << rejoined.error().message;
  std::cout << frozen->child->LastLines(8) << std::endl;
  const auto after = p.Export();
  ASSERT_TRUE(after) << after.error().message;
  ASSERT_EQ(after->size(), before->size());
  for (const auto& [key, article] : *before) {
    EXPECT_EQ(after->at(key).SerializeAsString(), article.SerializeAsString());
  }

  Put(tasks, kTasks / 2, kTasks);
  const auto all = p.AwaitSettled(kTasks, seconds(120));
  ASSERT_TRUE(all) << all.error().message << "\n" << frozen->child->AllOutput();
  const auto ledger = p.Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto articles = p.Export();
  ASSERT_TRUE(articles) << articles.error().message;
  EXPECT_THAT(Mistakes(tasks, *ledger, *articles), IsEmpty());
  const auto audit = p.Command({"audit"});
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_EQ(audit->status.code, 0) << audit->output << audit->errors;
}

INSTANTIATE_TEST_SUITE_P(AtEachPoint, FrozenSink,
                         ::testing::Values("half-sent-flush",
                                           "before-first-sync", "after-sync"));

}  // namespace
}  // namespace newsmill::e2e
