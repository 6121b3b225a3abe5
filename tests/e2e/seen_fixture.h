#pragma once

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "fetcher/hosts/read_topic.h"
#include "tests/e2e/checks.h"
#include "tests/e2e/pipeline.h"

namespace newsmill::e2e {

// Tasks, all of which end as rows, that are put again and again to a pipeline
// whose origin gives its pages an ETag.
class SeenPagesFixture : public ::testing::Test {
 protected:
  // `options` without what every such test has; `log` is where they say.
  void Begin(PipelineOptions options, BusConfig log, size_t tasks,
             size_t on_one) {
    options.binary = NEWSMILL_BINARY;
    options.fetcher_settings =
        "host_delay = \"20ms\"\nretry_delays = [\"500ms\"]\n";
    options.validators = true;
    auto started = Pipeline::Start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    pipeline_ = std::move(*started);
    log_ = std::move(log);
    log_.data_dir = pipeline_->data_dir();
    tasks_ = MakeTasks(tasks, on_one, pipeline_->page_options());
    std::erase_if(tasks_, [](const ExpectedTask& task) {
      return task.made.kind != v1::STORED;
    });
    ASSERT_GE(tasks_.size(), tasks / 2);
  }

  std::string Succeed(const std::vector<std::string>& arguments,
                      const std::string& input = "") {
    const auto done = pipeline_->Command(arguments, input);
    EXPECT_TRUE(done) << done.error().message;
    if (!done) return "";
    EXPECT_TRUE(done->status.Succeeded())
        << testing::PrintToString(arguments) << ": " << done->status.ToString()
        << "\n"
        << done->errors << done->output;
    return done->output;
  }
  void Enqueue(const std::string& batch,
               const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"enqueue", "--batch", batch, "--file",
                                          "-"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Succeed(arguments, Lines(tasks_));
  }
  // How many tasks of the batch, or of all, ended so.
  ptrdiff_t Count(const std::string& batch, v1::OutcomeKind kind,
                  v1::Reason reason) {
    const auto ledger = pipeline_->Ledger(batch);
    EXPECT_TRUE(ledger) << ledger.error().message;
    if (!ledger) return -1;
    return std::count_if(ledger->begin(), ledger->end(),
                         [&](const LedgerRow& row) {
                           return row.kind == kind && row.reason == reason;
                         });
  }
  // Answers of the origin with this status.
  int64_t Answers(int status) const {
    std::ifstream log(pipeline_->folder() / "access.jsonl");
    int64_t answers = 0;
    for (std::string line; std::getline(log, line);) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      if (!json.is_discarded() && json["path"] != "/robots.txt" &&
          json["status"] == status) {
        ++answers;
      }
    }
    return answers;
  }
  // What the log holds of the topic.
  std::vector<Message> Read(const std::string Topics::*topic) const {
    const Topics topics(log_, {});
    auto bus = OpenBus(log_);
    EXPECT_TRUE(bus) << bus.error().message;
    std::vector<TopicPartition> partitions;
    for (int32_t i = 0; i < topics.PartitionsOf(topics.*topic); ++i) {
      partitions.push_back({topics.*topic, i});
    }
    std::vector<Message> records;
    const auto read =
        ReadToEnd(**bus, partitions, std::chrono::minutes(1), Clock::System(),
                  [&](const Message& message) { records.push_back(message); });
    EXPECT_TRUE(read) << read.error().message;
    return records;
  }
  // Articles whose page is written down.
  int64_t Remembered() const {
    std::set<std::string> keys;
    for (const Message& message : Read(&Topics::seen)) {
      keys.insert(message.key.value_or(""));
    }
    return std::ssize(keys);
  }
  int64_t tasks() const { return std::ssize(tasks_); }

  BusConfig log_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<ExpectedTask> tasks_;
};

}  // namespace newsmill::e2e
