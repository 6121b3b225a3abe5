// Tasks in, rows out: the real binary on the embedded log and SQLite, against
// made-up sites on loopback.

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "tests/e2e/pipeline.h"

namespace newsmill::e2e {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kTasks = 240;

PipelineOptions EmbeddedOptions(double faults) {
  PipelineOptions options;
  options.binary = NEWSMILL_BINARY;
  options.log_settings =
      "[log]\nbackend = \"embedded\"\nsession_timeout = \"3s\"\n";
  options.fetcher_settings =
      "host_delay = \"20ms\"\nretry_delays = [\"500ms\", \"1s\"]\n";
  options.faults = faults;
  return options;
}

class RunEmbeddedTest : public ::testing::Test {
 protected:
  void Start(double faults) {
    auto started = Pipeline::Start(EmbeddedOptions(faults));
    ASSERT_TRUE(started) << started.error().message;
    pipeline_ = std::move(*started);
  }

  process::Completed Command(const std::vector<std::string>& arguments,
                             const std::string& input = "") {
    auto done = pipeline_->Command(arguments, input);
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : process::Completed();
  }

  // Runs a command that must succeed and gives what it printed.
  std::string Succeed(const std::vector<std::string>& arguments,
                      const std::string& input = "") {
    const auto done = Command(arguments, input);
    EXPECT_TRUE(done.status.Succeeded())
        << testing::PrintToString(arguments) << ": " << done.status.ToString()
        << "\n"
        << done.errors << done.output;
    return done.output;
  }

  void Enqueue(const std::vector<ExpectedTask>& tasks) {
    std::string targets;
    for (const ExpectedTask& task : tasks) targets += task.target + "\n";
    Succeed({"enqueue", "--batch", "b", "--label", "k=v", "--file", "-"},
            targets);
  }

  // Puts raw records on `tasks`, as a foreign client would.
  void Produce(const std::vector<std::string>& values) {
    BusConfig config;
    config.data_dir = pipeline_->data_dir();
    const Topics topics(config, {});
    auto bus = OpenBus(config);
    ASSERT_TRUE(bus) << bus.error().message;
    auto producer = (*bus)->NewProducer({.client_id = "foreign"});
    ASSERT_TRUE(producer) << producer.error().message;
    for (const std::string& value : values) {
      Record record;
      record.topic = topics.tasks;
      record.value = value;
      (*producer)->Produce(std::move(record), [](auto result) {
        EXPECT_TRUE(result) << result.error().message;
      });
    }
    ASSERT_TRUE((*producer)->Flush(seconds(10)));
  }

  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(RunEmbeddedTest, EveryTaskEndsAsItsPageWasMade) {
  ASSERT_NO_FATAL_FAILURE(Start(0.15));
  const auto tasks = MakeTasks(kTasks, kTasks / 4, pipeline_->page_options());
  Enqueue(tasks);
  Succeed({"run", "--until-idle", "2s"});

  const auto ledger = pipeline_->Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto articles = pipeline_->Export();
  ASSERT_TRUE(articles) << articles.error().message;
  EXPECT_THAT(Mistakes(tasks, *ledger, *articles), IsEmpty());

  const std::string audit = Succeed({"audit", "--json"});
  const auto json = nlohmann::json::parse(audit, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << audit;
  EXPECT_EQ(json["accepted"], kTasks);
  EXPECT_EQ(json["open"], 0);
  EXPECT_EQ(json["counts"]["lost"], 0);
  EXPECT_EQ(json["counts"]["orphan"], 0);
}

TEST_F(RunEmbeddedTest, CommandsShowWhatCameOut) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  const auto tasks = MakeTasks(12, 4, pipeline_->page_options());
  Enqueue(tasks);
  Succeed({"run", "--until-idle", "1s"});

  const std::string key = tasks.front().article_key;
  EXPECT_THAT(Succeed({"articles", "list"}), HasSubstr(key));
  EXPECT_THAT(Succeed({"articles", "show", key}),
              HasSubstr(tasks.front().made.truth->headline()));
  EXPECT_THAT(Succeed({"batch", "show", "b"}), HasSubstr("STORED"));
  EXPECT_THAT(Succeed({"audit", "--batch", "b", "--reason", "NEW", "--watch"}),
              HasSubstr(tasks.front().target));
  EXPECT_EQ(Command({"audit", "--reason", "NEVER"}).status.code, 64);
  const auto article = nlohmann::json::parse(
      Succeed({"articles", "show", key, "--json"}), nullptr, false);
  ASSERT_FALSE(article.is_discarded());
  EXPECT_EQ(article["batch"], "b");
  EXPECT_EQ(article["labels"][0]["value"], "v");
  EXPECT_EQ(article["traceparent"].get<std::string>().size(), 55U);

  const std::string lines = Succeed({"articles", "export", "--limit", "3",
                                     "--fields", "article_key,headline"});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  const std::string csv = Succeed({"articles", "export", "--format", "csv",
                                   "--fields", "article_key,headline"});
  EXPECT_THAT(csv, testing::StartsWith("article_key,headline\r\n"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\r'),
            1 + static_cast<std::ptrdiff_t>(pipeline_->Export()->size()));
  EXPECT_EQ(Command({"articles", "export", "--format", "xls"}).status.code, 64);
  EXPECT_EQ(Command({"articles", "show", "nowhere:1"}).status.code, 1);
  EXPECT_EQ(Command({"batch", "show", "nowhere"}).status.code, 1);
  EXPECT_EQ(Command({"dead", "show", "1"}).status.code, 1);
  for (const char* lag : {"newsmill.fetcher", "newsmill.sink"}) {
    EXPECT_THAT(Succeed({"topics", "lag"}), HasSubstr(lag));
  }
}

TEST_F(RunEmbeddedTest, WhereTellsTheLifeOfATask) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  const auto tasks = MakeTasks(4, 4, pipeline_->page_options());
  Enqueue(tasks);
  Succeed({"store", "migrate"});
  const std::string before = Succeed({"where", tasks[0].target});
  EXPECT_THAT(before, HasSubstr("the sink has not read it yet"));
  EXPECT_THAT(before, HasSubstr("stands there now"));
  Succeed({"run", "--until-idle", "1s"});

  const auto json = nlohmann::json::parse(
      Succeed({"where", tasks[0].target, "--json"}), nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  ASSERT_EQ(json["tasks"].size(), 1U);
  const auto& task = json["tasks"][0];
  EXPECT_EQ(task["kind"], "STORED");
  EXPECT_EQ(task["traceparent"].get<std::string>().size(), 55U);
  EXPECT_EQ(json["article"]["article_key"], tasks[0].article_key);
  std::vector<std::string> topics;
  for (const auto& record : task["records"]) {
    topics.push_back(record["topic"]);
    EXPECT_TRUE(record["read"]);
  }
  EXPECT_EQ(topics.front(), "newsmill.tasks");
  EXPECT_THAT(topics,
              testing::IsSupersetOf({"newsmill.pages", "newsmill.articles"}));
  // By its ID, and with what would be said to it now.
  const std::string told =
      Succeed({"where", task["task_id"].get<std::string>(), "--probe"});
  EXPECT_THAT(told, HasSubstr("STORED (NEW)"));
  EXPECT_THAT(told, HasSubstr("address guard"));
  EXPECT_THAT(told, HasSubstr("robots.txt"));
  EXPECT_THAT(told, HasSubstr("allows  operator"));

  const auto never = Command({"where", "thepaper:1"});
  EXPECT_EQ(never.status.code, 1);
  EXPECT_THAT(never.output, HasSubstr("never accepted"));
}

TEST_F(RunEmbeddedTest, AReaderThatGoesAwayIsNoError) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  Enqueue(MakeTasks(12, 4, pipeline_->page_options()));
  Succeed({"run", "--until-idle", "1s"});
  process::ChildProcess::Options options;
  options.argv = {"bash", "-c",
                  "set -o pipefail; " NEWSMILL_BINARY
                  " articles export --config " +
                      pipeline_->config_file() + " --data " +
                      pipeline_->data_dir() + " | head -n 1 | wc -l"};
  const auto done = process::RunToEnd(std::move(options), seconds(30));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status.code, 0) << done->errors;
  EXPECT_EQ(done->output, "1\n");
  EXPECT_THAT(done->errors, IsEmpty());
}

TEST_F(RunEmbeddedTest, WhatCannotBeWorkedOnIsFoundAgainWithItsCause) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  Succeed({"topics", "create"});
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"nowhere:1", "UNKNOWN_SITE"},
      {"thepaper:words", "INVALID_ID"},
      {"ftp://thepaper.cn/", "INVALID_URL"},
      {"{\"traget\":1}", "MALFORMED_TASK"},
      {"{}", "NO_TARGET"},
      {"two\nlines\n", "MALFORMED_TASK"},
      {"\x1a\x7f truncated", "MALFORMED_TASK"},
      {"", "NO_TARGET"}};
  std::vector<std::string> values;
  for (const auto& [value, reason] : bad) values.push_back(value);
  ASSERT_NO_FATAL_FAILURE(Produce(values));
  Succeed({"run", "--until-idle", "1s"});

  std::vector<std::string> want, got;
  for (const auto& [value, reason] : bad) want.push_back("REASON_" + reason);
  std::istringstream lines(Succeed({"dead", "list", "--json"}));
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    got.push_back(json["reason"]);
    EXPECT_THAT(json["detail"].get<std::string>(), testing::Not(IsEmpty()));
    Succeed({"dead", "show", std::to_string(json["id"].get<int64_t>())});
  }
  EXPECT_THAT(got, testing::UnorderedElementsAreArray(want));
  Succeed({"audit"});

  EXPECT_EQ(Command({"dead", "drop"}).status.code, 64);
  EXPECT_THAT(Succeed({"dead", "drop", "--reason", "NO_TARGET", "--json"}),
              HasSubstr("\"dropped\":2"));
  EXPECT_EQ(Command({"dead", "drop", "999999"}).status.code, 1);
  const std::string left =
      Succeed({"dead", "list", "--json", "--stage", "fetcher"});
  EXPECT_THAT(left, testing::Not(HasSubstr("REASON_NO_TARGET")));
  EXPECT_EQ(std::count(left.begin(), left.end(), '\n'),
            static_cast<std::ptrdiff_t>(want.size() - 2));
}

TEST_F(RunEmbeddedTest, ASecondFetchOfTheSamePageChangesNoRow) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  const auto tasks = MakeTasks(6, 2, pipeline_->page_options());
  for (int round = 0; round < 2; ++round) {
    Enqueue(tasks);
    Succeed({"run", "--until-idle", "1s"});
  }
  const auto articles = pipeline_->Export();
  ASSERT_TRUE(articles) << articles.error().message;
  EXPECT_EQ(articles->size(), tasks.size());
  const auto ledger = pipeline_->Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_EQ(ledger->size(), 2 * tasks.size());
  EXPECT_EQ(std::count_if(
                ledger->begin(), ledger->end(),
                [](const LedgerRow& row) { return row.kind == v1::UNCHANGED; }),
            static_cast<std::ptrdiff_t>(tasks.size()));
}

TEST_F(RunEmbeddedTest, AnIdempotencyKeyIsAcceptedOnce) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  // Of one host: only within a partition there is a first one.
  const auto tasks = MakeTasks(2, 2, pipeline_->page_options());
  Succeed({"enqueue", tasks[0].target, "--id", "order-1"});
  Succeed({"enqueue", tasks[0].target, "--id", "order-1"});
  Succeed({"enqueue", tasks[1].target, "--id", "order-1"});
  Succeed({"run", "--until-idle", "1s"});
  const auto ledger = pipeline_->Ledger();
  ASSERT_TRUE(ledger) << ledger.error().message;
  ASSERT_EQ(ledger->size(), 1U);
  EXPECT_EQ(ledger->front().target, tasks[0].target);
  EXPECT_EQ(ledger->front().kind, v1::STORED);
}

TEST_F(RunEmbeddedTest, SeparateWorkersDoTheSame) {
  ASSERT_NO_FATAL_FAILURE(Start(0.15));
  const auto tasks = MakeTasks(60, 20, pipeline_->page_options());
  Enqueue(tasks);
  for (const char* kind : {"fetcher", "parser", "sink"}) {
    ASSERT_TRUE(pipeline_->AddWorker(kind));
  }
  const auto settled = pipeline_->AwaitSettled(60, seconds(60));
  ASSERT_TRUE(settled) << settled.error().message;
  const auto drained = pipeline_->DrainAll();
  EXPECT_TRUE(drained) << drained.error().message;
  const auto ledger = pipeline_->Ledger();
  const auto articles = pipeline_->Export();
  ASSERT_TRUE(ledger && articles);
  EXPECT_THAT(Mistakes(tasks, *ledger, *articles), IsEmpty());
}

TEST_F(RunEmbeddedTest, BoundedWorkersEndWhenTheirWorkIsDone) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  const auto tasks = MakeTasks(12, 4, pipeline_->page_options());
  Enqueue(tasks);
  Succeed({"fetcher", "--until-idle", "1s"});
  for (const char* index : {"0", "1"}) {
    Succeed(
        {"parser", "--until-end", "--job-index", index, "--job-count", "2"});
  }
  Succeed({"sink", "--until-end"});
  const auto articles = pipeline_->Export();
  ASSERT_TRUE(articles) << articles.error().message;
  EXPECT_EQ(articles->size(), tasks.size());
}

TEST_F(RunEmbeddedTest, ABoundedRunThatIsStoppedEndsWith75) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  for (const auto& [arguments, code] :
       std::vector<std::pair<std::vector<std::string>, int>>{
           {{"run", "--until-idle", "1h"}, 75}, {{"run"}, 0}}) {
    process::ChildProcess::Options options;
    options.argv = {NEWSMILL_BINARY};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    for (const std::string& text :
         {std::string("--config"), pipeline_->config_file(),
          std::string("--data"), pipeline_->data_dir()}) {
      options.argv.push_back(text);
    }
    auto child = process::ChildProcess::Start(std::move(options));
    ASSERT_TRUE(child) << child.error().message;
    const auto serving = (*child)->WaitForLine("Serving", seconds(30));
    ASSERT_TRUE(serving) << serving.error().message;
    ASSERT_TRUE((*child)->Signal(SIGTERM));
    const auto status = (*child)->Wait(seconds(60));
    ASSERT_TRUE(status) << (*child)->LastLines(20);
    EXPECT_EQ(status->code, code) << (*child)->LastLines(20);
  }
}

TEST_F(RunEmbeddedTest, UntilSettledEndsWhenEveryTaskHasItsOutcome) {
  ASSERT_NO_FATAL_FAILURE(Start(0.15));
  const auto tasks = MakeTasks(40, 10, pipeline_->page_options());
  Enqueue(tasks);
  Succeed({"run", "--until-settled"});
  const auto settled = pipeline_->Settled();
  ASSERT_TRUE(settled) << settled.error().message;
  EXPECT_EQ(*settled, 40);
}

TEST_F(RunEmbeddedTest, UntilSettledThatIsStoppedWhileATaskIsOpenIsTriedAgain) {
  ASSERT_NO_FATAL_FAILURE(Start(0));
  Enqueue(MakeTasks(3, 3, pipeline_->page_options()));
  auto sink = process::ChildProcess::Start(
      {.argv = {NEWSMILL_BINARY, "sink", "--until-settled", "--config",
                pipeline_->config_file(), "--data", pipeline_->data_dir()}});
  ASSERT_TRUE(sink) << sink.error().message;
  ASSERT_TRUE((*sink)->WaitForLine("Partitions assigned", seconds(60)));
  ASSERT_TRUE((*sink)->Signal(SIGTERM));
  const auto end = (*sink)->Wait(seconds(60));
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->code, 75) << (*sink)->LastLines(10);
}

}  // namespace
}  // namespace newsmill::e2e
