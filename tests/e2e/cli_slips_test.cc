// What a clumsy user does, and what the real binary answers: what, where, what
// was expected.

#include <csignal>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/cli_fixture.h"

namespace newsmill {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using CliSlipsTest = CliTest;

nlohmann::json Json(const process::Completed& done) {
  return nlohmann::json::parse(done.output, nullptr, false);
}

TEST_F(CliSlipsTest, LookingMakesNoData) {
  for (const std::vector<std::string>& look :
       std::vector<std::vector<std::string>>{{"audit"},
                                             {"articles", "list"},
                                             {"batch", "list"},
                                             {"dead", "list"},
                                             {"hosts", "list"},
                                             {"store", "status"},
                                             {"topics", "check"},
                                             {"topics", "lag"},
                                             {"topics", "list"}}) {
    const auto done = Run(look);
    EXPECT_EQ(done.status.code, 1) << testing::PrintToString(look);
    EXPECT_THAT(done.errors, HasSubstr((folder_ / "data")));
    EXPECT_FALSE(HasData()) << testing::PrintToString(look);
  }
}

TEST_F(CliSlipsTest, AnInterruptedEnqueueSaysHowFarItCame) {
  process::ChildProcess::Options options;
  options.argv = {NEWSMILL_BINARY,    "enqueue", "--range",
                  "gazette:1-300000", "--data",  folder_ / "data"};
  options.directory = folder_.path().string();
  const auto enqueue = process::ChildProcess::Start(std::move(options));
  ASSERT_TRUE(enqueue) << enqueue.error().message;
  while (!std::filesystem::exists(folder_ / "data/log.db") &&
         (*enqueue)->Running()) {
    std::this_thread::yield();
  }
  ASSERT_TRUE((*enqueue)->Signal(SIGINT));
  const auto end = (*enqueue)->Wait(kCliDeadline);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->code, 75) << end->ToString() << (*enqueue)->AllOutput();
  EXPECT_THAT((*enqueue)->Errors(),
              testing::ContainsRegex("took [0-9,]+ of 300,000 tasks: "
                                     "interrupted"));
}

TEST_F(CliSlipsTest, SaysWhichOptionIsGivenTwice) {
  const auto done = Run({"enqueue", "--file", "a", "--file", "b"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("--file is given 2 times; expected once"));
}

TEST_F(CliSlipsTest, RefusesALabelThatIsGivenTwice) {
  const auto done =
      Run({"enqueue", "gazette:1", "--label", "desk=a", "--label", "desk=b"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("--label 'desk' is given twice"));
  EXPECT_FALSE(HasData());
}

TEST_F(CliSlipsTest, SaysWhyAFileOfTargetsCannotBeRead) {
  EXPECT_THAT(Run({"enqueue", "--file", "nowhere.txt"}).errors,
              HasSubstr("'nowhere.txt': No such file or directory"));
  EXPECT_THAT(Run({"enqueue", "--file", "sites"}).errors,
              HasSubstr("'sites': Is a directory"));
}

TEST_F(CliSlipsTest, AClosedStandardInputIsNoEmptyOne) {
  const auto enqueue = RunRedirected("<&-", {"enqueue", "--file", "-"});
  EXPECT_EQ(enqueue.status.code, 64) << enqueue.output;
  EXPECT_THAT(enqueue.errors, HasSubstr("cannot read standard input"));
  const auto crawl =
      RunRedirected("<&-", {"crawl", "gazette:1", "--html", "-"});
  EXPECT_EQ(crawl.status.code, 64) << crawl.output;
  EXPECT_THAT(crawl.errors, HasSubstr("cannot read standard input"));
}

TEST_F(CliSlipsTest, AClosedOutputIsAnErrorAndNoFileGetsIt) {
  EXPECT_EQ(RunRedirected(">&-", {"version"}).status.code, 75);
  EXPECT_EQ(RunRedirected(">/dev/full", {"version"}).status.code, 75);
  EXPECT_EQ(RunRedirected(">/dev/full", {"--help"}).status.code, 75);
  EXPECT_EQ(RunRedirected("2>&-", {"enqueue", "gazette:1"}).status.code, 0);
  const auto list = Run({"topics", "list", "--json"});
  EXPECT_EQ(list.status.code, 0) << "the log is whole: " << list.errors;
}

TEST_F(CliSlipsTest, NumbersThatNobodyMeansAreRefused) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {"articles", "list", "--limit", "9223372036854775807"},
           {"articles", "list", "--limit", "-1"},
           {"parser", "--job-count", "4294967297", "--job-index", "0"},
           {"parser", "--job-count", "2", "--job-index", "4294967296"},
           {"parser", "--job-count", "2", "--job-index", "2"}}) {
    const auto done = Run(arguments);
    EXPECT_EQ(done.status.code, 64) << testing::PrintToString(arguments);
    EXPECT_THAT(done.errors,
                HasSubstr(arguments[2] == "--limit" ? "--limit" : "--job-"));
  }
  EXPECT_FALSE(HasData());
}

TEST_F(CliSlipsTest, DeadListKnowsTheReasons) {
  const auto done = Run({"dead", "list", "--reason", "TIMEDOUT"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("did you mean 'TIMED_OUT'?"));
}

TEST_F(CliSlipsTest, CrawlTakesATimeOfFetchOnlyForASavedPage) {
  const auto done = Run({"crawl", "gazette:1", "--fetched-at", "yesterday"});
  EXPECT_EQ(done.status.code, 64);
  EXPECT_THAT(done.errors, HasSubstr("expected --html FILE"));
}

TEST_F(CliSlipsTest, ConfigCheckFindsWhatAStartWouldStumbleOver) {
  const auto listen = Run({"config", "check", "--set", "http.listen=99999"});
  EXPECT_EQ(listen.status.code, 78);
  EXPECT_THAT(listen.errors,
              AllOf(HasSubstr("http.listen"), HasSubstr("expected host:port")));
  const auto store =
      Run({"config", "check", "--set", "store.url=postgresql://db/news"});
  EXPECT_EQ(store.status.code, 78);
  EXPECT_THAT(store.errors, HasSubstr("store.backend"));
}

TEST_F(CliSlipsTest, ConfigSpeaksJsonAndKeepsSecrets) {
  const auto check = Json(
      Run({"config", "check", "--json", "--set", "sites.path=[\"sites\"]"}));
  EXPECT_EQ(check["ok"], true);
  EXPECT_EQ(check["sites"], 1);
  const auto show =
      Json(Run({"config", "show", "--json", "--set", "fetcher.host_delay=7s",
                "--set", "kafka.\"sasl.password\"=\"hush\"", "--set",
                "kafka.\"client.rack\"=\"r1\""}));
  EXPECT_EQ(show["values"]["fetcher"]["host_delay"], "7s");
  EXPECT_EQ(show["origins"]["fetcher.host_delay"], "flag");
  EXPECT_EQ(show["values"]["kafka"]["client.rack"], "r1");
  EXPECT_EQ(show["values"]["kafka"]["sasl.password"], "********");
}

TEST_F(CliSlipsTest, UpkeepSpeaksJson) {
  const auto missing = Run({"store", "migrate", "--dry-run", "--json"});
  EXPECT_EQ(missing.status.code, 0) << missing.errors;
  // One object a migration.
  std::istringstream lines(missing.output);
  int migrations = 0;
  for (std::string line; std::getline(lines, line); ++migrations) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    EXPECT_THAT(json["sql"].get<std::string>(),
                AnyOf(HasSubstr("TABLE"), HasSubstr("VIEW")));
  }
  EXPECT_GT(migrations, 0);
  EXPECT_EQ(Json(Run({"store", "migrate", "--json"}))["applied"], migrations);
  const auto made = Run({"topics", "create", "--json"});
  EXPECT_EQ(made.status.code, 0) << made.errors;
}

TEST_F(CliSlipsTest, RulesTestEndsWithASum) {
  const std::string sites = std::string(NEWSMILL_SOURCE_DIR) + "/sites";
  const auto done =
      Run({"rules", "test", "--set", "sites.path=[\"" + sites + "\"]"});
  EXPECT_EQ(done.status.code, 0) << done.errors;
  EXPECT_THAT(done.output, testing::ContainsRegex(
                               "\nOK  [0-9]+ rules, [0-9]+ pages, 0 wrong\n$"));
  const auto nowhere = Run({"rules", "test", "--pages", "nowhere"});
  EXPECT_EQ(nowhere.status.code, 64);
  EXPECT_THAT(nowhere.errors, HasSubstr("--pages: 'nowhere' is no folder"));
}

TEST_F(CliSlipsTest, RulesNeedARule) {
  std::filesystem::create_directories(folder_ / "empty");
  for (const char* command : {"check", "test"}) {
    const auto done =
        Run({"rules", command, "--set", "sites.path=[\"empty\"]"});
    EXPECT_EQ(done.status.code, 1) << command;
    EXPECT_THAT(done.errors, HasSubstr("holds no rule")) << command;
  }
}

TEST_F(CliSlipsTest, RandomBytesAreNoHtml) {
  std::string bytes;
  uint32_t state = 7;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 1664525 + 1013904223;
    bytes.push_back(static_cast<char>(state >> 24));
  }
  const auto done = Run(
      {"crawl", "gazette:1", "--json", "--html", Write("page.html", bytes)});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_EQ(Json(done)["verdict"], "NOT_HTML") << done.output;
}

}  // namespace
}  // namespace newsmill
