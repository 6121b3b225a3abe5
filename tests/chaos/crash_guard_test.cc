#include <signal.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

// A page that ends every parser that works on it becomes a dead letter, and no
// page that was in hand beside it does; nor does any when somebody else ends
// the parser.

namespace newsmill {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kPages = 120;

class CrashGuard : public ::testing::Test {
 protected:
  CrashGuard() {
    config_.data_dir = folder_ / "data";
    topics_ = std::make_unique<Topics>(config_, std::vector<Duration>{});
    std::filesystem::create_directories(config_.data_dir);
  }

  void Append(const std::vector<std::string>& bodies) {
    auto bus = OpenBus(config_);
    ASSERT_TRUE(bus) << bus.error().message;
    for (const TopicSpec& spec : topics_->specs) {
      ASSERT_TRUE((*bus)->admin().CreateTopic(spec));
    }
    auto producer = (*bus)->NewProducer({"test"});
    ASSERT_TRUE(producer);
    for (size_t i = 0; i < bodies.size(); ++i) {
      const std::string id = "task-" + std::to_string(i);
      v1::FetchedPage page;
      page.mutable_task()->set_task_id(id);
      page.mutable_task()->set_target("https://news.example/" + id);
      page.set_article_key("https://news.example/" + id);
      page.set_final_url("https://news.example/" + id);
      page.set_status(200);
      page.set_body(bodies[i]);
      *page.mutable_fetched_at() = ToProto(Clock::System().Now());
      auto& type = *page.add_headers();
      type.set_name("content-type");
      type.set_value("text/html; charset=utf-8");
      (*producer)->Produce(
          {topics_->pages, 0, page.article_key(), page.SerializeAsString(),
           RecordHeaders("newsmill.v1.FetchedPage", id, "")},
          [](const Result<RecordMetadata>& done) { EXPECT_TRUE(done); });
    }
    ASSERT_TRUE((*producer)->Flush(seconds(30)));
  }

  std::unique_ptr<process::ChildProcess> StartParser() {
    auto child = process::ChildProcess::Start(
        {.argv = {NEWSMILL_FAULTY_BINARY, "parser", "--until-end", "--data",
                  config_.data_dir, "--set", "log.session_timeout=2s", "--set",
                  "fetcher.retry_delays=[]"},
         .environment = {{"NEWSMILL_PLANTED_FAULT", "crash-on-page"}}});
    EXPECT_TRUE(child) << child.error().message;
    return std::move(*child);
  }

  std::vector<v1::DeadLetter> Dead() {
    std::vector<v1::DeadLetter> letters;
    for (const Message& message : RecordsOf(topics_->dead)) {
      v1::DeadLetter letter;
      EXPECT_TRUE(letter.ParseFromString(message.value));
      letters.push_back(std::move(letter));
    }
    return letters;
  }

  // Keys of what stands on the topic.
  std::set<std::string> KeysOf(const std::string& topic) {
    std::set<std::string> keys;
    for (const Message& message : RecordsOf(topic)) {
      keys.insert(message.key.value_or(""));
    }
    return keys;
  }

  const Topics& topics() const { return *topics_; }

 private:
  std::vector<Message> RecordsOf(const std::string& topic) {
    std::vector<Message> all;
    auto bus = OpenBus(config_);
    auto consumer = (*bus)->NewConsumer({});
    Offsets positions;
    for (int32_t p = 0; p < topics_->PartitionsOf(topic); ++p) {
      positions[{topic, p}] = kOffsetBeginning;
    }
    EXPECT_TRUE((*consumer)->Assign(positions));
    while (true) {
      auto some = (*consumer)->Poll(1000, std::chrono::milliseconds(100));
      EXPECT_TRUE(some) << some.error().message;
      if (!some || some->empty()) return all;
      for (Message& message : *some) all.push_back(std::move(message));
    }
  }

  process::TempFolder folder_;
  BusConfig config_;
  std::unique_ptr<Topics> topics_;
};

std::vector<std::string> Bodies() {
  std::vector<std::string> bodies;
  for (int i = 0; i < kPages; ++i) {
    const std::string n = std::to_string(i);
    bodies.push_back(
        "<html><head><meta property='og:type' content='article'><title>Story " +
        n + "</title></head><body><article><h1>Story " + n + "</h1><p>" +
        std::string(600, 'a') + " story number " + n +
        " goes on for a while, so that it is one.</p></article></body></html>");
  }
  return bodies;
}

TEST_F(CrashGuard, APageThatEndsItsParserBecomesADeadLetterAndNoOther) {
  std::vector<std::string> bodies = Bodies();
  bodies[50] = "<html><p>crash the parser</p></html>";
  Append(bodies);
  const auto first = StartParser()->Wait(seconds(60));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->signal, SIGABRT) << "the planted page must end its worker";

  const auto second = StartParser();
  const auto end = second->Wait(seconds(60));
  ASSERT_TRUE(end) << end.error().message << second->LastLines(20);
  EXPECT_EQ(end->code, 0) << second->LastLines(20);
  const std::vector<v1::DeadLetter> dead = Dead();
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].task_id(), "task-50");
  EXPECT_EQ(dead[0].reason(), v1::REASON_CRASHED);
  EXPECT_THAT(dead[0].detail(), HasSubstr("SIGABRT, SIGABRT, SIGABRT"));
  std::set<std::string> settled = KeysOf(topics().articles);
  settled.merge(KeysOf(topics().outcomes));
  // Outcomes are keyed by task, articles by URL: one of each page.
  EXPECT_EQ(settled.size(), static_cast<size_t>(kPages));
}

TEST_F(CrashGuard, SomebodyElseWhoEndsTheParserMakesNoDeadLetter) {
  Append(Bodies());
  for (int i = 0; i < 4; ++i) {
    const auto parser = StartParser();
    ASSERT_TRUE(parser->WaitForLine("Partitions assigned", seconds(60)));
    ASSERT_TRUE(parser->Signal(SIGKILL));
    ASSERT_TRUE(parser->Wait(seconds(30)));
  }
  const auto last = StartParser();
  const auto end = last->Wait(seconds(60));
  ASSERT_TRUE(end) << end.error().message << last->LastLines(20);
  EXPECT_EQ(end->code, 0) << last->LastLines(20);
  EXPECT_THAT(Dead(), IsEmpty());
}

}  // namespace
}  // namespace newsmill
