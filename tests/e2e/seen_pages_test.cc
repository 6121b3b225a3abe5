// Pages that were fetched before, through the real binary on the embedded log,
// against an origin that gives its pages an ETag.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "newsmill/v1/fetch_task.pb.h"
#include "tests/e2e/checks.h"
#include "tests/e2e/pipeline.h"

namespace newsmill::e2e {
namespace {

using std::chrono::seconds;

class SeenPagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PipelineOptions options;
    options.binary = NEWSMILL_BINARY;
    options.log_settings =
        "[log]\nbackend = \"embedded\"\nsession_timeout = \"3s\"\n";
    options.fetcher_settings =
        "host_delay = \"20ms\"\nretry_delays = [\"500ms\"]\n";
    options.validators = true;
    auto started = Pipeline::Start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    pipeline_ = std::move(*started);
    tasks_ = MakeTasks(8, 4, pipeline_->page_options());
    std::erase_if(tasks_, [](const ExpectedTask& task) {
      return task.made.kind != v1::STORED;
    });
    ASSERT_GE(tasks_.size(), 4u);
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
  // How many tasks of the batch ended so.
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
  // Records on `seen`, in all partitions.
  int64_t Remembered() const {
    BusConfig config;
    config.data_dir = pipeline_->data_dir();
    const Topics topics(config, {});
    auto bus = OpenBus(config);
    EXPECT_TRUE(bus);
    std::vector<TopicPartition> partitions;
    for (int32_t i = 0; i < topics.PartitionsOf(topics.seen); ++i) {
      partitions.push_back({topics.seen, i});
    }
    const auto marks = (*bus)->admin().FetchWatermarks(partitions);
    EXPECT_TRUE(marks);
    int64_t records = 0;
    for (const auto& [partition, mark] : *marks) records += mark.end;
    return records;
  }
  // How often each round of a chain was put on `tasks`.
  std::map<std::pair<std::string, int64_t>, int> RoundsOnTasks() const {
    BusConfig config;
    config.data_dir = pipeline_->data_dir();
    const Topics topics(config, {});
    auto bus = OpenBus(config);
    EXPECT_TRUE(bus);
    std::vector<TopicPartition> partitions;
    for (int32_t i = 0; i < topics.PartitionsOf(topics.tasks); ++i) {
      partitions.push_back({topics.tasks, i});
    }
    const auto marks = (*bus)->admin().FetchWatermarks(partitions);
    EXPECT_TRUE(marks);
    Offsets start;
    int64_t missing = 0;
    for (const auto& [partition, mark] : *marks) {
      start[partition] = mark.begin;
      missing += mark.end - mark.begin;
    }
    auto consumer = (*bus)->NewConsumer({});
    EXPECT_TRUE((*consumer)->Assign(start));
    std::map<std::pair<std::string, int64_t>, int> rounds;
    while (missing > 0) {
      const auto messages = (*consumer)->Poll(500, seconds(10));
      EXPECT_TRUE(messages);
      if (!messages || messages->empty()) break;
      for (const Message& message : *messages) {
        --missing;
        v1::FetchTask task;
        EXPECT_TRUE(task.ParseFromString(message.value));
        const v1::Revisit& revisit = task.revisit();
        if (!revisit.chain().empty()) {
          ++rounds[{revisit.chain(), revisit.round()}];
        }
      }
    }
    EXPECT_EQ(missing, 0);
    return rounds;
  }
  int64_t tasks() const { return static_cast<int64_t>(tasks_.size()); }

  std::unique_ptr<Pipeline> pipeline_;
  std::vector<ExpectedTask> tasks_;
};

TEST_F(SeenPagesTest, ASecondFetchIsNotModifiedAndTheRowsStay) {
  Enqueue("first");
  Succeed({"run", "--until-idle", "1s"});
  EXPECT_EQ(Count("first", v1::STORED, v1::REASON_NEW), tasks());
  const auto before = pipeline_->Export();
  ASSERT_TRUE(before) << before.error().message;

  // Another process, which knows what the first one saw.
  Enqueue("second");
  Succeed({"run", "--until-idle", "1s"});
  EXPECT_EQ(Count("second", v1::UNCHANGED, v1::REASON_NOT_MODIFIED), tasks());
  EXPECT_EQ(Answers(304), tasks());
  EXPECT_EQ(Answers(200), tasks());
  const auto after = pipeline_->Export();
  ASSERT_TRUE(after) << after.error().message;
  ASSERT_EQ(after->size(), before->size());
  for (const auto& [key, article] : *before) {
    EXPECT_EQ(after->at(key).SerializeAsString(), article.SerializeAsString());
  }
  ExpectCleanAudit(*pipeline_);

  Enqueue("forced", {"--force"});
  Succeed({"run", "--until-idle", "1s"});
  EXPECT_EQ(Count("forced", v1::UNCHANGED, v1::REASON_SAME_CONTENT), tasks());
  EXPECT_EQ(Answers(200), 2 * tasks()) << "asked for whole";
}

TEST_F(SeenPagesTest, WithinTheWindowOthersAreDuplicatesButEnqueueIsNot) {
  Enqueue("first");
  Succeed({"run", "--until-idle", "1s"});

  // As a foreign client puts them.
  BusConfig config;
  config.data_dir = pipeline_->data_dir();
  const Topics topics(config, {});
  auto bus = OpenBus(config);
  ASSERT_TRUE(bus) << bus.error().message;
  auto producer = (*bus)->NewProducer({.client_id = "foreign"});
  for (const ExpectedTask& task : tasks_) {
    Record record;
    record.topic = topics.tasks;
    record.value = task.target;
    (*producer)->Produce(std::move(record), [](auto result) {
      EXPECT_TRUE(result) << result.error().message;
    });
  }
  ASSERT_TRUE((*producer)->Flush(seconds(30)));
  Succeed({"run", "--until-idle", "1s"});
  EXPECT_EQ(Count("", v1::SKIPPED, v1::REASON_DUPLICATE), tasks());
  EXPECT_EQ(Answers(200) + Answers(304), tasks()) << "nobody was asked";
  ExpectCleanAudit(*pipeline_);
}

// The log has the pages, and the fetcher dies before, while or after it writes
// down that it saw them.
TEST_F(SeenPagesTest, AFetcherKilledAfterItsPagesAreDurableLosesNothing) {
  for (const char* kind : {"fetcher", "parser", "sink"}) {
    ASSERT_TRUE(pipeline_->AddWorker(kind));
  }
  int64_t settled = 0;
  for (int round = 0; round < 3; ++round) {
    Enqueue("round" + std::to_string(round));
    settled += tasks();
    const auto done = pipeline_->AwaitSettled(settled, seconds(120));
    ASSERT_TRUE(done) << done.error().message;
    if (round == 2) break;
    const auto killed =
        pipeline_->KillAndReplace(*pipeline_->WorkersOf("fetcher")[0]);
    ASSERT_TRUE(killed) << killed.error().message;
    std::cout << "killed with " << Remembered() << " pages written down\n";
  }
  const auto drained = pipeline_->DrainAll();
  EXPECT_TRUE(drained) << drained.error().message;
  EXPECT_EQ(Count("round0", v1::STORED, v1::REASON_NEW), tasks());
  for (const char* round : {"round1", "round2"}) {
    EXPECT_EQ(Count(round, v1::UNCHANGED, v1::REASON_NOT_MODIFIED) +
                  Count(round, v1::UNCHANGED, v1::REASON_SAME_CONTENT),
              tasks())
        << round;
  }
  ExpectCleanAudit(*pipeline_);
}

// The chain goes on over kills, and each of its rounds is one task.
TEST_F(SeenPagesTest, RevisitsAreNeitherLostNorDoubledByKills) {
  for (const char* kind : {"fetcher", "parser", "sink"}) {
    ASSERT_TRUE(pipeline_->AddWorker(kind));
  }
  Enqueue("again", {"--revisit", "1s", "--revisit-max", "1s"});
  for (int64_t rounds = 1; rounds <= 3; ++rounds) {
    const auto done =
        pipeline_->AwaitSettled((rounds + 1) * tasks(), seconds(180));
    ASSERT_TRUE(done) << done.error().message;
    const auto killed =
        pipeline_->KillAndReplace(*pipeline_->WorkersOf("fetcher")[0]);
    ASSERT_TRUE(killed) << killed.error().message;
  }
  const auto done = pipeline_->AwaitSettled(6 * tasks(), seconds(180));
  ASSERT_TRUE(done) << done.error().message;
  const auto drained = pipeline_->DrainAll();
  EXPECT_TRUE(drained) << drained.error().message;
  // What fell due while the workers ended.
  Succeed({"sink", "--until-end"});

  ExpectCleanAudit(*pipeline_);

  std::map<std::string, int64_t> last_round;
  for (const auto& [chain_and_round, times] : RoundsOnTasks()) {
    const auto& [chain, round] = chain_and_round;
    EXPECT_EQ(times, 1) << "round " << round << " of " << chain;
    last_round[chain] = std::max(last_round[chain], round);
  }
  EXPECT_EQ(last_round.size(), tasks_.size());
  for (const auto& [chain, round] : last_round) {
    EXPECT_GE(round, 2) << chain << " ended";
  }
}

}  // namespace
}  // namespace newsmill::e2e
