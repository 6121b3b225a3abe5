// Erasure through the real binary on the embedded log: what is erased is not
// brought back by a replay of all that the log holds, nor by new tasks.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/checks.h"
#include "tests/e2e/pipeline.h"

namespace newsmill::e2e {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

class EraseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PipelineOptions options;
    options.binary = NEWSMILL_BINARY;
    options.log_settings =
        "[log]\nbackend = \"embedded\"\nsession_timeout = \"3s\"\n";
    options.fetcher_settings =
        "host_delay = \"20ms\"\nretry_delays = [\"500ms\"]\n";
    auto started = Pipeline::Start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    pipeline_ = std::move(*started);
    tasks_ = MakeTasks(8, 4, pipeline_->page_options());
    std::erase_if(tasks_, [](const ExpectedTask& task) {
      return task.made.kind != v1::STORED;
    });
    ASSERT_GE(tasks_.size(), 3u);
    Crawl("first");
    ASSERT_THAT(Stored(), SizeIs(tasks_.size()));
  }

  process::Completed Run(const std::vector<std::string>& arguments,
                         const std::string& input = "") {
    auto done = pipeline_->Command(arguments, input);
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : process::Completed();
  }
  std::string Expect(int code, const std::vector<std::string>& arguments,
                     const std::string& input = "") {
    const process::Completed done = Run(arguments, input);
    EXPECT_EQ(done.status.code, code)
        << testing::PrintToString(arguments) << "\n"
        << done.errors << done.output;
    return done.output;
  }
  void Crawl(const std::string& batch) {
    Expect(0, {"enqueue", "--batch", batch, "--force", "--file", "-"},
           Lines(tasks_));
    Expect(0, {"run", "--until-settled"});
  }
  // Both kinds, over everything that is on the log.
  void ReplayTheMonth(const std::string& name) {
    for (const std::string source : {"pages", "articles"}) {
      const std::string plan = name + "-" + source;
      Expect(0, {"replay", "plan", source, "--from", "30d", "--to", "now",
                 "--name", plan});
      Expect(0, {"replay", "run", plan});
    }
    Expect(0, {"sink", "--until-end"});
  }
  std::map<std::string, v1::Article> Stored() {
    auto stored = pipeline_->Export();
    EXPECT_TRUE(stored) << (stored ? "" : stored.error().message);
    return stored ? *stored : std::map<std::string, v1::Article>();
  }
  // Answers with pages that the origin gave.
  int64_t Answers() const {
    std::ifstream log(pipeline_->folder() / "access.jsonl");
    int64_t answers = 0;
    for (std::string line; std::getline(log, line);) {
      const auto json = Json::parse(line, nullptr, false);
      if (!json.is_discarded() && json["path"] != "/robots.txt") ++answers;
    }
    return answers;
  }
  static const Json& PlaceOf(const Json& report, const std::string& name) {
    static const Json none;
    for (const Json& place : report["places"]) {
      if (place["place"] == name) return place;
    }
    ADD_FAILURE() << name << " is not in " << report.dump(2);
    return none;
  }

  std::unique_ptr<Pipeline> pipeline_;
  std::vector<ExpectedTask> tasks_;
};

TEST_F(EraseTest, AnErasedArticleIsNotBroughtBackByReplayOrByNewTasks) {
  const std::string key = tasks_[0].article_key;
  const std::string url = Stored().at(key).url();
  const Json rehearsed =
      Json::parse(Expect(0, {"erase", url, "--dry-run", "--json"}));
  EXPECT_EQ(rehearsed["keys"], Json({key}));
  EXPECT_EQ(rehearsed["would_erase"]["rows"], 1);
  EXPECT_THAT(Stored(), Contains(Key(key))) << "only rehearsed";

  const Json erased = Json::parse(
      Expect(1, {"erase", url, "--reason", "asked by counsel", "--json"}));
  EXPECT_EQ(erased["keys"], Json({key}));
  EXPECT_EQ(erased["erased"]["rows"], 1);
  EXPECT_FALSE(PlaceOf(erased, "store")["remains"]);
  const Json& pages = PlaceOf(erased, "topic newsmill.pages");
  EXPECT_TRUE(pages["remains"]);
  EXPECT_GT(*ParseRfc3339(pages["clean_at"].get<std::string>()),
            Clock::System().Now() + std::chrono::hours(6 * 24));
  EXPECT_FALSE(erased["clean"]);
  EXPECT_THAT(Stored(), Not(Contains(Key(key))));
  const Json life = Json::parse(Expect(0, {"where", key, "--json"}));
  EXPECT_EQ(life["erased"]["reason"], "asked by counsel");
  EXPECT_FALSE(life.contains("article"));
  EXPECT_THAT(Expect(0, {"where", key}), HasSubstr("asked by counsel"));

  ReplayTheMonth("month");
  EXPECT_THAT(Stored(), SizeIs(tasks_.size() - 1));
  const Json report =
      Json::parse(Expect(0, {"replay", "status", "month-pages", "--json"}));
  EXPECT_EQ(report["filtered"], 1) << "it is not put on the log again";

  const int64_t asked = Answers();
  Crawl("again");
  EXPECT_EQ(Answers() - asked, std::ssize(tasks_) - 1);
  const auto ledger = pipeline_->Ledger("again");
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_EQ(std::count_if(ledger->begin(), ledger->end(),
                          [](const LedgerRow& row) {
                            return row.kind == v1::SKIPPED &&
                                   row.reason == v1::REASON_SUPPRESSED;
                          }),
            1);
  ReplayTheMonth("next");
  EXPECT_THAT(Stored(), SizeIs(tasks_.size() - 1));
  EXPECT_THAT(Stored(), Not(Contains(Key(key))));
  EXPECT_EQ(Run({"articles", "show", key}).status.code, 1);
  ExpectCleanAudit(*pipeline_);

  const Json status = Json::parse(Expect(1, {"erase", "status", "--json"}));
  ASSERT_THAT(status["suppressed"], SizeIs(1));
  EXPECT_EQ(status["suppressed"][0]["article_key"], key);
  EXPECT_EQ(status["suppressed"][0]["why"], "asked by counsel");
  EXPECT_FALSE(PlaceOf(status, "store")["remains"]);
  EXPECT_EQ(Run({"erase", "status", tasks_[1].article_key}).status.code, 1)
      << "not erased";
}

TEST_F(EraseTest, ErasesASiteAndLeavesTheOthers) {
  const auto before = Stored();
  const std::string site = before.at(tasks_[0].article_key).site();
  ASSERT_FALSE(site.empty());
  const auto of_site = std::count_if(
      before.begin(), before.end(),
      [&](const auto& each) { return each.second.site() == site; });
  ASSERT_LT(of_site, std::ssize(before));
  Expect(1, {"erase", "--site", site});
  ReplayTheMonth("month");
  Crawl("again");
  const auto after = Stored();
  EXPECT_EQ(std::ssize(after), std::ssize(before) - of_site);
  for (const auto& [key, article] : after) EXPECT_NE(article.site(), site);
}

TEST_F(EraseTest, NothingIsErasedByMistake) {
  EXPECT_EQ(Run({"erase"}).status.code, 64);
  EXPECT_EQ(Run({"erase", "thing"}).status.code, 1);
  EXPECT_EQ(Run({"erase", "--site", "nowhere"}).status.code, 1);
  Expect(0, {"erase", "status"});
  EXPECT_THAT(Stored(), SizeIs(tasks_.size()));
}

}  // namespace
}  // namespace newsmill::e2e
