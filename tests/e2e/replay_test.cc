// A replay through the real binary, on either log: a month of pages is parsed
// again by a changed rule, beside a live crawl, in four processes that are
// stopped half-way. NEWSMILL_REPLAY_PAGES=100000 in the environment makes the
// month as large as that.

#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "tests/e2e/services.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::e2e {
namespace {

using Json = nlohmann::json;
using process::ChildProcess;
using process::Completed;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr int kPortions = 10;
// The range between two instants that stands for the month.
constexpr int kFirst = 2, kLast = 6;
constexpr int kPlantedEvery = 37;
constexpr int kJobs = 4;
constexpr int kPartitions = 4;

int OfPortion() {
  static const char* const kPages = std::getenv("NEWSMILL_REPLAY_PAGES");
  return kPages == nullptr ? 200 : std::atoi(kPages) / kPortions;
}

std::string RuleOf(int revision, const std::string& description) {
  return "schema = 1\nsite = \"morgen\"\nrevision = " +
         std::to_string(revision) +
         "\n[url]\nhosts = [\"www.morgen.example\"]\nid = ['/a/(\\d+)$']\n"
         "id_form = '\\d{1,9}'\n"
         "article_url = \"https://www.morgen.example/a/{id}\"\n"
         "[[layout]]\nname = \"plain\"\n"
         "when = [ { css = \"h1\", exists = true } ]\n[layout.fields]\n"
         "headline = [ { css = \"h1\" } ]\ndescription = [ " +
         description + " ]\n";
}

bool IsPlanted(int number) { return number % kPlantedEvery == 5; }
std::string KeyOf(int number) { return "morgen:" + std::to_string(number); }

v1::FetchedPage PageOf(int number, const std::string& headline,
                       Timestamp fetched_at) {
  const std::string n = std::to_string(number);
  v1::FetchedPage page;
  v1::FetchTask& task = *page.mutable_task();
  task.set_task_id("task-" + n + "-" + headline.substr(0, 1));
  task.set_target(KeyOf(number));
  task.set_site("morgen");
  task.set_batch(number % 2 == 0 ? "even" : "odd");
  task.set_url("https://www.morgen.example/a/" + n);
  page.set_article_key(KeyOf(number));
  page.set_final_url(task.url());
  page.set_status(200);
  const std::string place = IsPlanted(number) ? "teaser" : "lead";
  std::string body = "<html><head><title>x</title></head><body><h1>" +
                     headline + " " + n + "</h1><p class='" + place +
                     "'>What story " + n + " is about.</p><div>";
  for (int i = 0; i < 5; ++i) {
    body += "<p>Paragraph " + std::to_string(i) + " of story number " + n +
            " says at some length what happened on that day in the town.</p>";
  }
  page.set_body(body + "</div></body></html>");
  auto& type = *page.add_headers();
  type.set_name("content-type");
  type.set_value("text/html; charset=utf-8");
  *page.mutable_fetched_at() = ToProto(fetched_at);
  return page;
}

class ReplayTest : public ::testing::TestWithParam<std::string> {
 protected:
  static void TearDownTestSuite() { services_.reset(); }

  void SetUp() override {
    config_.backend = GetParam();
    config_.data_dir = folder_ / "data";
    config_.prefix = "replay.";
    config_.pages_partitions = kPartitions;
    config_.articles_partitions = kPartitions;
    std::filesystem::create_directories(config_.data_dir);
    std::string settings = "[log]\nbackend = \"" + GetParam() +
                           "\"\nprefix = \"replay.\"\nsession_timeout = "
                           "\"6s\"\npages_partitions = 4\n"
                           "articles_partitions = 4\n";
    if (GetParam() == "kafka") {
      if (!services_) {
        auto started = Services::Start();
        ASSERT_TRUE(started) << started.error().message;
        services_ = std::move(*started);
      }
      // Each test is a crawler of its own.
      const std::string name =
          ::testing::UnitTest::GetInstance()->current_test_info()->name();
      config_.prefix = name.substr(0, name.find('/')) + ".";
      settings.replace(settings.find("replay."), 7, config_.prefix);
      config_.kafka["bootstrap.servers"] = services_->broker().bootstrap();
      const SinkConfig store = services_->StoreOf(
          "s" + std::to_string(std::hash<std::string>()(name) % 100000));
      settings += "[kafka]\n\"bootstrap.servers\" = \"" +
                  services_->broker().bootstrap() +
                  "\"\n[store]\nbackend = \"postgres\"\nurl = \"" + store.url +
                  "\"\nschema = \"" + store.schema + "\"\n";
    }
    settings += "[sites]\npath = [\"" + (folder_ / "sites") +
                "\"]\n[http]\nlisten = \"\"\n[parser]\nthreads = 1\n";
    std::ofstream(folder_ / "newsmill.toml") << settings;
    WriteRule(1, "{ css = \"p.lead\" }");
    auto made = Run({"topics", "create"});
    ASSERT_EQ(made.status.code, 0) << made.errors;
    auto bus = OpenBus(config_);
    ASSERT_TRUE(bus) << bus.error().message;
    bus_ = std::move(*bus);
    auto producer = bus_->NewProducer({"test"});
    ASSERT_TRUE(producer);
    producer_ = std::move(*producer);
  }

  void WriteRule(int revision, const std::string& description) {
    std::filesystem::create_directories(folder_ / "sites/morgen");
    std::ofstream(folder_ / "sites/morgen/rule.toml")
        << RuleOf(revision, description);
  }

  ChildProcess::Options With(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NEWSMILL_BINARY);
    arguments.insert(arguments.end(), {"--config", folder_ / "newsmill.toml",
                                       "--data", config_.data_dir});
    return {.argv = std::move(arguments)};
  }
  Completed Run(std::vector<std::string> arguments) {
    auto done = process::RunToEnd(With(std::move(arguments)), seconds(1800));
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : Completed();
  }
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments) {
    auto child = ChildProcess::Start(With(std::move(arguments)));
    EXPECT_TRUE(child) << child.error().message;
    return std::move(*child);
  }
  // Must end with 0.
  std::string Do(std::vector<std::string> arguments) {
    const Completed done = Run(std::move(arguments));
    EXPECT_EQ(done.status.code, 0) << done.errors;
    return done.output;
  }

  void Append(const v1::FetchedPage& page) {
    producer_->Produce(
        {config_.prefix + "pages", std::nullopt, page.article_key(),
         page.SerializeAsString(),
         RecordHeaders("newsmill.v1.FetchedPage", page.task().task_id(), "")},
        [this](const Result<RecordMetadata>& done) {
          if (!done) ++refused_;
        });
  }
  void Flush() {
    ASSERT_TRUE(producer_->Flush(seconds(30)));
    ASSERT_EQ(refused_, 0);
  }

  // All portions; gives the instants between them, the first before the first.
  std::vector<Timestamp> AppendPortions() {
    std::vector<Timestamp> instants;
    for (int portion = 0; portion < kPortions; ++portion) {
      instants.push_back(Between());
      for (int i = 0; i < OfPortion(); ++i) {
        const int number = portion * OfPortion() + i;
        Append(PageOf(number, "Story", kBase + seconds(number)));
      }
      Flush();
    }
    return instants;
  }

  // An instant of which the records before and after are not.
  static Timestamp Between() {
    const auto at = Clock::System().Now();
    std::this_thread::sleep_for(milliseconds(30));
    return at + milliseconds(15);
  }

  void Store() {
    Do({"parser", "--until-end"});
    Do({"sink", "--until-end"});
  }

  std::map<std::string, Json> Export() {
    std::map<std::string, Json> articles;
    std::istringstream lines(
        Do({"articles", "list", "--json", "--limit", "100000"}));
    for (std::string line; std::getline(lines, line);) {
      Json article = Json::parse(line);
      articles[article["article_key"]] = article;
    }
    return articles;
  }

  Json Status(const std::string& name) {
    return Json::parse(Do({"replay", "status", name, "--json"}));
  }

  std::vector<std::unique_ptr<ChildProcess>> StartJobs() {
    std::vector<std::unique_ptr<ChildProcess>> jobs;
    for (int i = 0; i < kJobs; ++i) {
      jobs.push_back(
          Start({"replay", "run", "captions", "--job-index", std::to_string(i),
                 "--job-count", std::to_string(kJobs)}));
    }
    return jobs;
  }

  // Long before now, so that no clock corrects it.
  const Timestamp kBase = Clock::System().Now() - std::chrono::hours(24);

  static std::unique_ptr<Services> services_;
  process::TempFolder folder_{"newsmill-replay"};
  BusConfig config_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Producer> producer_;
  std::atomic<int> refused_ = 0;
};

std::unique_ptr<Services> ReplayTest::services_;

int64_t Sum(const Json& report) {
  int64_t sum = 0;
  for (const char* part :
       {"filtered", "written", "refused", "unchanged", "dead"}) {
    sum += report[part].get<int64_t>();
  }
  return sum;
}

TEST_P(ReplayTest, AMonthIsParsedAgainByAChangedRuleBesideALiveCrawl) {
  const std::vector<Timestamp> instants = AppendPortions();
  Store();
  WriteRule(2, "{ css = \"p.lead\" }, { css = \"p.teaser\" }");

  const Json plan =
      Json::parse(Do({"replay", "plan", "pages", "--name", "captions", "--site",
                      "morgen", "--from", FormatRfc3339(instants[kFirst]),
                      "--to", FormatRfc3339(instants[kLast + 1]), "--rate",
                      std::to_string(OfPortion() * 5 / 4), "--json"}));
  const int64_t kPlanned = (kLast - kFirst + 1) * OfPortion();
  EXPECT_EQ(plan["offsets"], kPlanned);

  // What would change is named, and nothing else.
  std::set<std::string> planted;
  for (int n = kFirst * OfPortion(); n < (kLast + 1) * OfPortion(); ++n) {
    if (IsPlanted(n)) planted.insert(KeyOf(n));
  }
  const auto planted_count = static_cast<int64_t>(planted.size());
  const Completed past =
      Run({"replay", "run", "captions", "--diff", "--json", "--examples",
           "100000", "--max-changed", std::to_string(planted_count - 1)});
  EXPECT_EQ(past.status.code, 1) << past.errors;
  const Json diff = Json::parse(past.output);
  EXPECT_EQ(diff["read"], kPlanned);
  EXPECT_EQ(diff["changed"], planted_count);
  EXPECT_EQ(diff["unchanged"], kPlanned - planted_count);
  std::cout << "diff: " << kPortions * OfPortion() << " pages, read "
            << diff["read"] << ", changed " << diff["changed"] << " of "
            << planted_count << " planted\n";
  ASSERT_EQ(diff["fields"].size(), 1u) << diff["fields"].dump();
  std::set<std::string> named;
  for (const Json& example : diff["fields"]["description"]["examples"]) {
    EXPECT_TRUE(example["before"].is_null());
    EXPECT_THAT(example["after"].get<std::string>(), HasSubstr("What story"));
    named.insert(example["article_key"]);
  }
  EXPECT_EQ(named, planted);
  EXPECT_THAT(Do({"replay", "run", "captions", "--diff", "--max-changed",
                  std::to_string(planted_count)}),
              HasSubstr("description"));
  EXPECT_EQ(Status("captions")["read"], 0) << "a diff writes nothing";

  // The live crawl: newer fetches, of articles in the range too.
  auto parser = Start({"parser"});
  auto sink = Start({"sink"});
  std::atomic<bool> crawling = true;
  std::set<std::string> fresh;
  std::thread crawl([&] {
    for (int n = kFirst * OfPortion(); crawling; n += 7) {
      if (n >= kPortions * OfPortion()) n = kFirst * OfPortion();
      Append(PageOf(n, "Fresh", Clock::System().Now()));
      fresh.insert(KeyOf(n));
      std::this_thread::sleep_for(milliseconds(20));
    }
  });

  auto jobs = StartJobs();
  while (Status("captions")["read"].get<int64_t>() < kPlanned / 4) {
    std::this_thread::sleep_for(milliseconds(50));
  }
  ASSERT_TRUE(jobs[0]->Signal(SIGKILL));
  for (int i = 1; i < kJobs; ++i) ASSERT_TRUE(jobs[i]->Signal(SIGTERM));
  for (int i = 1; i < kJobs; ++i) {
    const auto end = jobs[i]->Wait(seconds(60));
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_EQ(end->code, 75) << jobs[i]->LastLines(10);
  }
  const Json half = Status("captions");
  EXPECT_EQ(half["state"], "open");
  EXPECT_LT(half["read"], kPlanned);
  std::cout << "killed half-way: " << half.dump() << "\n";

  for (auto& job : StartJobs()) {
    const auto end = job->Wait(seconds(1800));
    ASSERT_TRUE(end) << end.error().message << job->LastLines(10);
    EXPECT_EQ(end->code, 0) << job->LastLines(10);
  }
  crawling = false;
  crawl.join();
  Flush();
  const Json report = Status("captions");
  EXPECT_EQ(report["state"], "finished");
  EXPECT_EQ(report["left"], 0);
  EXPECT_EQ(report["read"], kPlanned) << "each record counts once";
  EXPECT_EQ(Sum(report), kPlanned);
  EXPECT_EQ(report["dead"], 0);
  std::cout << "resumed: " << report.dump() << "\n"
            << "newer articles of the live crawl: " << fresh.size() << "\n";

  const Completed again = Run({"replay", "run", "captions"});
  EXPECT_EQ(again.status.code, 0);
  EXPECT_THAT(again.errors, HasSubstr("does not run again"));

  ASSERT_TRUE(parser->Terminate(seconds(30)));
  ASSERT_TRUE(sink->Terminate(seconds(30)));
  Store();
  const std::map<std::string, Json> articles = Export();
  ASSERT_EQ(articles.size(), static_cast<size_t>(kPortions * OfPortion()));
  for (int n = 0; n < kPortions * OfPortion(); ++n) {
    const Json& article = articles.at(KeyOf(n));
    if (fresh.contains(KeyOf(n))) {
      EXPECT_THAT(article["headline"].get<std::string>(), HasSubstr("Fresh"))
          << "an older page over a newer one: " << KeyOf(n);
    } else {
      const bool replayed =
          n >= kFirst * OfPortion() && n < (kLast + 1) * OfPortion();
      EXPECT_EQ(article.contains("description"), replayed || !IsPlanted(n))
          << KeyOf(n);
    }
  }
}

TEST_P(ReplayTest, WhatIsDeletedIsRefusedUnlessAGapIsAllowed) {
  for (int n = 0; n < 100; ++n) {
    Append(PageOf(n, "Story", kBase + seconds(n)));
  }
  Flush();
  Store();
  Do({"replay", "plan", "pages", "--name", "early"});
  const Topics topics(config_, {});
  Offsets cut;
  for (int32_t p = 0; p < kPartitions; ++p) cut[{topics.pages, p}] = 5;
  ASSERT_TRUE(bus_->admin().DeleteRecords(cut));

  const Completed late = Run({"replay", "run", "early"});
  EXPECT_EQ(late.status.code, 78) << late.errors;
  EXPECT_THAT(late.errors, HasSubstr("--allow-gap"));
  const Completed refused =
      Run({"replay", "plan", "pages", "--name", "second"});
  EXPECT_EQ(refused.status.code, 78);
  EXPECT_THAT(refused.errors, HasSubstr("deleted already"));
  EXPECT_EQ(
      Run({"replay", "plan", "pages", "--name", "third", "--offsets", "0:0-7"})
          .status.code,
      78);

  Do({"replay", "run", "early", "--allow-gap"});
  const Json report = Status("early");
  EXPECT_EQ(report["state"], "finished");
  EXPECT_EQ(report["read"], 100 - 5 * kPartitions);
  Do({"replay", "plan", "pages", "--name", "second", "--allow-gap", "--batch",
      "even"});
  Do({"replay", "run", "second"});
  const Json even = Status("second");
  EXPECT_EQ(Sum(even), 100 - 5 * kPartitions);
  EXPECT_GT(even["filtered"], 0);
  EXPECT_EQ(even["written"], 0);
  EXPECT_GT(even["unchanged"], 0);
}

TEST_P(ReplayTest, APlanWithoutARecordIsFinishedAtOnce) {
  for (int n = 0; n < 50; ++n) {
    Append(PageOf(n, "Story", kBase + seconds(n)));
  }
  Flush();
  Store();
  Do({"replay", "plan", "pages", "--name", "nothing", "--from", "now"});
  Do({"replay", "run", "nothing", "--diff"});
  Do({"replay", "run", "nothing"});
  EXPECT_EQ(Status("nothing")["state"], "finished");
  EXPECT_EQ(Status("nothing")["read"], 0);
}

TEST_P(ReplayTest, ACancelledReplayEndsAndStaysEnded) {
  for (int n = 0; n < 200; ++n) {
    Append(PageOf(n, "Story", kBase + seconds(n)));
  }
  Flush();
  Store();
  Do({"replay", "plan", "pages", "--name", "slow", "--rate", "5"});
  EXPECT_EQ(Run({"replay", "plan", "pages", "--name", "slow"}).status.code, 64)
      << "the name is taken";
  auto job = Start({"replay", "run", "slow"});
  ASSERT_TRUE(job->WaitForLine("Started", seconds(60)));
  Do({"replay", "cancel", "slow"});
  const auto end = job->Wait(seconds(60));
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->code, 75);
  EXPECT_THAT(job->AllOutput(), HasSubstr("was cancelled"));
  EXPECT_EQ(Run({"replay", "run", "slow"}).status.code, 1);
  EXPECT_THAT(Do({"replay", "list"}), HasSubstr("cancelled"));
}

TEST_P(ReplayTest, ADeadLetterGoesBackWhereItFailed) {
  Append(PageOf(1, "Story", kBase));
  v1::FetchedPage bad = PageOf(2, "Story", kBase);
  bad.mutable_headers(0)->set_value("text/html");
  auto& encoding = *bad.add_headers();
  encoding.set_name("content-encoding");
  encoding.set_value("gzip");  // and it is not
  Append(bad);
  Flush();
  Store();
  const std::string dead = Do({"dead", "list", "--json"});
  ASSERT_FALSE(dead.empty()) << "the broken page must be dead";
  Do({"dead", "replay", "--name", "none", "--reason", "TIMED_OUT"});
  EXPECT_EQ(Status("none")["filtered"], 1);
  Do({"dead", "replay", "--name", "again"});
  const Json report = Status("again");
  EXPECT_EQ(report["written"], 1);
  EXPECT_EQ(report["state"], "finished");
  const auto marks =
      bus_->admin().FetchWatermarks({{config_.prefix + "pages", 0},
                                     {config_.prefix + "pages", 1},
                                     {config_.prefix + "pages", 2},
                                     {config_.prefix + "pages", 3}});
  ASSERT_TRUE(marks);
  int64_t pages = 0;
  for (const auto& [name, mark] : *marks) pages += mark.end;
  EXPECT_EQ(pages, 3) << "the page stands on its topic again";
}

INSTANTIATE_TEST_SUITE_P(Logs, ReplayTest,
                         ::testing::Values("embedded", "kafka"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace newsmill::e2e
