// The store and the log part: another log, a log that lost its end, a store
// that was restored. No row is lost, and none is there twice.

#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/article.pb.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;
using process::Completed;
using std::chrono::seconds;
using ::testing::HasSubstr;

class OffsetsTest : public ::testing::Test {
 protected:
  OffsetsTest() {
    config_.data_dir = folder_ / "data";
    fs::create_directories(config_.data_dir);
    Do({"topics", "create"});
  }

  Completed Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NEWSMILL_BINARY);
    arguments.insert(arguments.end(), {"--data", config_.data_dir});
    auto done = process::RunToEnd({.argv = std::move(arguments)}, seconds(60));
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : Completed();
  }
  std::string Do(std::vector<std::string> arguments) {
    const Completed done = Run(std::move(arguments));
    EXPECT_EQ(done.status.code, 0) << done.errors << done.output;
    return done.output;
  }

  // Articles `from` up to `to`, on the log.
  void Append(int from, int to) {
    auto bus = OpenBus(config_);
    ASSERT_TRUE(bus) << bus.error().message;
    auto producer = (*bus)->NewProducer({"test"});
    ASSERT_TRUE(producer);
    for (int n = from; n < to; ++n) {
      v1::Article article;
      article.set_article_key("key-" + std::to_string(n));
      article.set_task_id("task-" + std::to_string(n));
      article.set_site("site");
      article.set_url("https://news.example/" + std::to_string(n));
      article.set_headline("Story " + std::to_string(n));
      article.set_article_body("What happened.");
      article.set_content_hash(std::string(32, 'a'));
      article.set_parse_generation(1);
      *article.mutable_fetched_at() = ToProto(kFetched);
      (*producer)->Produce(
          {Topics(config_, {}).articles, std::nullopt, article.article_key(),
           article.SerializeAsString(),
           RecordHeaders("newsmill.v1.Article", article.task_id(), "")},
          [](const Result<RecordMetadata>& done) { EXPECT_TRUE(done); });
    }
    ASSERT_TRUE((*producer)->Flush(seconds(30)));
  }
  void Store() { Do({"sink", "--until-end"}); }

  std::set<std::string> Keys() {
    std::set<std::string> keys;
    size_t rows = 0;
    std::istringstream lines(
        Do({"articles", "list", "--json", "--limit", "100000"}));
    for (std::string line; std::getline(lines, line); ++rows) {
      keys.insert(nlohmann::json::parse(line)["article_key"]);
    }
    EXPECT_EQ(keys.size(), rows) << "a row is there twice";
    return keys;
  }
  static std::set<std::string> KeysUpTo(int count) {
    std::set<std::string> keys;
    for (int n = 0; n < count; ++n) keys.insert("key-" + std::to_string(n));
    return keys;
  }

  // The files of log or store, while no process has them open.
  void Copy(const std::string& name, const std::string& from,
            const std::string& to) {
    fs::create_directories(to);
    for (const auto& file : fs::directory_iterator(to)) {
      if (file.path().filename().string().starts_with(name)) {
        fs::remove(file.path());
      }
    }
    for (const auto& file : fs::directory_iterator(from)) {
      if (file.path().filename().string().starts_with(name)) {
        fs::copy(file.path(), fs::path(to) / file.path().filename());
      }
    }
  }
  void DropLog() {
    for (const auto& file : fs::directory_iterator(config_.data_dir)) {
      if (file.path().filename().string().starts_with("log")) {
        fs::remove(file.path());
      }
    }
  }

  const Timestamp kFetched = Clock::System().Now() - std::chrono::hours(1);
  process::TempFolder folder_{"newsmill-offsets"};
  BusConfig config_;
};

TEST_F(OffsetsTest, AnotherLogIsGoneOnWithFromAPointInTime) {
  Append(0, 100);
  Store();
  EXPECT_EQ(Run({"offsets", "show"}).status.code, 0);
  DropLog();
  Do({"topics", "create"});
  Append(60, 150);  // some of it mirrored from the old one

  const Completed apart = Run({"offsets", "show"});
  EXPECT_EQ(apart.status.code, 1);
  EXPECT_THAT(apart.output, HasSubstr("has read cluster"));
  EXPECT_THAT(Run({"offsets", "adopt", "--from-time", "1d"}).errors,
              HasSubstr("Nothing was changed"));
  EXPECT_EQ(Run({"offsets", "show"}).status.code, 1) << "a dry run";
  EXPECT_EQ(Run({"offsets", "adopt", "--apply"}).status.code, 64)
      << "from when on?";

  Do({"offsets", "adopt", "--from-time", "1d", "--apply"});
  EXPECT_EQ(Run({"offsets", "show"}).status.code, 0);
  Store();
  EXPECT_EQ(Keys(), KeysUpTo(150));
}

TEST_F(OffsetsTest, AStoreThatWasRestoredReadsAgainWhatCameSince) {
  Append(0, 100);
  Store();
  Copy("store", config_.data_dir, folder_ / "backup");
  Append(100, 150);
  Store();
  Copy("store", folder_ / "backup", config_.data_dir);
  EXPECT_EQ(Keys(), KeysUpTo(100));
  EXPECT_EQ(Run({"offsets", "show"}).status.code, 0);
  Store();
  EXPECT_EQ(Keys(), KeysUpTo(150));
}

TEST_F(OffsetsTest, ARestoredStoreThatMissesDeletedRecordsIsToldWhereToGoOn) {
  Append(0, 100);
  Store();
  Copy("store", config_.data_dir, folder_ / "backup");
  Append(100, 150);
  Store();
  {
    auto bus = OpenBus(config_);
    ASSERT_TRUE(bus);
    const Topics topics(config_, {});
    std::vector<TopicPartition> all;
    for (int32_t p = 0; p < topics.PartitionsOf(topics.articles); ++p) {
      all.push_back({topics.articles, p});
    }
    const auto marks = (*bus)->admin().FetchWatermarks(all);
    ASSERT_TRUE(marks);
    Offsets ends;
    for (const auto& [name, mark] : *marks) ends[name] = mark.end;
    ASSERT_TRUE((*bus)->admin().DeleteRecords(ends));
  }
  Append(150, 160);
  Copy("store", folder_ / "backup", config_.data_dir);
  const Completed gap = Run({"offsets", "show"});
  EXPECT_EQ(gap.status.code, 1);
  EXPECT_THAT(gap.output, HasSubstr("deleted before they were read"));
  Do({"offsets", "adopt", "--from-time", "1d", "--apply"});
  Store();
  auto keys = KeysUpTo(160);
  for (int n = 100; n < 150; ++n) keys.erase("key-" + std::to_string(n));
  EXPECT_EQ(Keys(), keys) << "what is left of the log, and nothing twice";
}

TEST_F(OffsetsTest, ATopicThatWasMadeAgainIsReadFromItsBeginning) {
  Append(0, 100);
  Copy("log", config_.data_dir, folder_ / "backup");
  Append(100, 150);
  Store();
  // The same log, whose topics end below what the store has read.
  Copy("log", folder_ / "backup", config_.data_dir);
  const Completed beyond = Run({"offsets", "show"});
  EXPECT_EQ(beyond.status.code, 1);
  EXPECT_THAT(beyond.output, HasSubstr("made again, or lost records"));
  Append(150, 160);
  EXPECT_EQ(Run({"offsets", "reset", "--topic", "nonsense"}).status.code, 64);
  Do({"offsets", "reset", "--topic", "articles", "--apply"});
  EXPECT_EQ(Run({"offsets", "show"}).status.code, 0);
  Store();
  EXPECT_EQ(Keys(), KeysUpTo(160));
}

}  // namespace
}  // namespace newsmill
