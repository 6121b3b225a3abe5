// Any Kafka client can take part: tasks by kcat as text and as JSON, Kafka's
// own tools on headers and lag, articles by protoc and the shipped descriptors.

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/checks.h"
#include "tests/e2e/pipeline.h"
#include "tests/e2e/services.h"

namespace newsmill::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kTasks = 6;

// Every second task as text, the others as JSON with a batch.
std::string AsTextAndJson(const std::vector<ExpectedTask>& tasks) {
  std::string lines;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (i % 2 == 0) {
      lines += tasks[i].target + '\n';
    } else {
      const nlohmann::json task = {{"target", tasks[i].target},
                                   {"batch", "by-json"}};
      lines += task.dump() + '\n';
    }
  }
  return lines;
}

struct LagRow {
  std::string topic, partition, committed, end, lag;
};

// The rows of ConsumerGroupCommand --describe that have a committed offset.
std::vector<LagRow> LagRows(const std::string& table) {
  std::vector<LagRow> rows;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string group;
    LagRow row;
    words >> group >> row.topic >> row.partition >> row.committed >> row.end >>
        row.lag;
    if (group == "GROUP" || row.committed.empty() || row.committed == "-") {
      continue;
    }
    rows.push_back(row);
  }
  return rows;
}

class KafkaClients : public ::testing::Test {
 protected:
  void SetUp() override {
    auto services = Services::Start();
    ASSERT_TRUE(services) << services.error().message;
    services_ = *std::move(services);
    PipelineOptions options;
    options.binary = NEWSMILL_BINARY;
    options.fetcher_settings = "host_delay = \"20ms\"\n";
    options.log_settings = services_->LogSettings("clients");
    options.store = services_->StoreOf("clients");
    auto pipeline = Pipeline::Start(std::move(options));
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    pipeline_ = *std::move(pipeline);
    const auto topics = pipeline_->Command({"topics", "create"});
    ASSERT_TRUE(topics) << topics.error().message;
    ASSERT_EQ(topics->status.code, 0) << topics->errors;
    tasks_ = MakeTasks(kTasks, 2, pipeline_->page_options());
    const auto put = services_->Put("clients.tasks", AsTextAndJson(tasks_));
    ASSERT_TRUE(put) << put.error().message;
    for (const char* kind : {"fetcher", "parser", "sink"}) {
      const auto started = pipeline_->AddWorker(kind);
      ASSERT_TRUE(started) << started.error().message;
    }
    const auto settled =
        pipeline_->AwaitSettled(kTasks, std::chrono::minutes(3));
    ASSERT_TRUE(settled) << settled.error().message;
  }

  std::string Tool(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1,
                     {"--bootstrap-server", services_->broker().bootstrap()});
    const auto done = services_->broker().Tool(arguments);
    if (!done) {
      ADD_FAILURE() << done.error().message;
      return {};
    }
    EXPECT_EQ(done->status.code, 0) << arguments[0] << ": " << done->errors;
    return done->output;
  }

  // What a command line prints that must succeed.
  static std::string Shell(const std::string& line) {
    const auto done = process::RunToEnd({.argv = {"bash", "-ec", line}},
                                        std::chrono::minutes(1));
    if (!done) {
      ADD_FAILURE() << done.error().message;
      return {};
    }
    EXPECT_EQ(done->status.code, 0) << done->errors;
    return done->output;
  }

  std::unique_ptr<Services> services_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<ExpectedTask> tasks_;
};

TEST_F(KafkaClients, PutTasksReadRecordsAndSeeTheLag) {
  const auto ledger = pipeline_->Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto articles = pipeline_->Export();
  ASSERT_TRUE(articles) << articles.error().message;
  EXPECT_THAT(Mistakes(tasks_, *ledger, *articles), IsEmpty());
  const auto of_json = pipeline_->Ledger("by-json");
  ASSERT_TRUE(of_json) << of_json.error().message;
  EXPECT_EQ(of_json->size(), kTasks / 2);

  const std::string printed =
      Tool({"org.apache.kafka.tools.consumer.ConsoleConsumer", "--topic",
            "clients.articles", "--from-beginning", "--isolation-level",
            "read_committed", "--max-messages", std::to_string(kTasks),
            "--timeout-ms", "60000", "--formatter-property",
            "print.headers=true", "--formatter-property", "print.key=true"});
  EXPECT_THAT(printed, HasSubstr("newsmill.v1.Article"));
  EXPECT_THAT(printed, HasSubstr("traceparent:00-"));
  for (const ExpectedTask& task : tasks_) {
    EXPECT_THAT(printed, HasSubstr(task.article_key));
  }

  // The committed offset comes after the last record, control records beyond
  // it included; a group commits a moment after it has worked.
  const auto give_up =
      std::chrono::steady_clock::now() + std::chrono::minutes(2);
  std::string table;
  std::vector<LagRow> rows;
  const auto behind = [](const LagRow& row) { return row.lag != "0"; };
  do {
    table = Tool({"org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                  "--describe", "--group", "clients.parser"});
    rows = LagRows(table);
  } while ((rows.empty() || std::any_of(rows.begin(), rows.end(), behind)) &&
           std::chrono::steady_clock::now() < give_up);
  EXPECT_FALSE(rows.empty()) << table;
  EXPECT_TRUE(std::none_of(rows.begin(), rows.end(), behind)) << table;
  EXPECT_THAT(table, HasSubstr("clients.pages"));

  const std::string text =
      Shell("kcat -C -q -e -b " + services_->broker().bootstrap() +
            " -t clients.articles -o beginning -c 1 -f %s | protoc"
            " --decode=newsmill.v1.Article "
            "--descriptor_set_in=" NEWSMILL_DESCRIPTORS);
  EXPECT_THAT(text, HasSubstr("\nheadline: \""));
  EXPECT_THAT(text, HasSubstr("\narticle_body: \""));
}

}  // namespace
}  // namespace newsmill::e2e
