#include "sink/task_trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/partitioner.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "tests/support/fake_bus.h"
#include "tests/unit/sink/fake_reader.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kUrl[] = "https://news.example/a";

class TaskTrailTest : public ::testing::Test {
 protected:
  TaskTrailTest() { bus_.CreateTopics(topics_); }

  static v1::FetchTask Task(const std::string& id, const std::string& url) {
    v1::FetchTask task;
    task.set_task_id(id);
    task.set_target(url);
    task.set_requested_url(url);
    task.set_url(url);
    return task;
  }
  int64_t Put(const v1::FetchTask& task, const std::string& topic) {
    clock_.Advance(1s);
    const Record record = EncodeTask(task, topic);
    Message message;
    message.value = record.value;
    message.headers = record.headers;
    return bus_.Append({topic, 0}, message);
  }
  void Put(const std::string& topic, const std::string& key,
           const google::protobuf::Message& value, const std::string& task) {
    clock_.Advance(1s);
    Message message;
    message.value = value.SerializeAsString();
    message.headers = {{kTaskIdHeader, task}};
    bus_.Append({topic, PartitionForKey(key, topics_.PartitionsOf(topic))},
                message);
  }
  void Accept(const v1::FetchTask& task, int64_t offset) {
    LedgerRow& row = reader_.ledger[task.task_id()];
    row.task_id = task.task_id();
    row.target = task.target();
    row.requested_url = task.requested_url();
    row.accepted_at = clock_.Now();
    row.where = {topics_.tasks, 0};
    row.offset = offset;
  }

  TrailReport Follow(const std::string& text, const std::string& key = "") {
    TrailQuestion question;
    question.text = text;
    question.article_key = key;
    question.fetcher_group = "newsmill.fetcher";
    question.retry_group = "newsmill.retry";
    question.parser_group = "newsmill.parser";
    auto report = FollowTasks(bus_, topics_, sites_, reader_, question);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : TrailReport();
  }
  static std::vector<std::string> Texts(const TaskTrail& trail) {
    std::vector<std::string> texts;
    for (const TrailRecord& record : trail.records)
      texts.push_back(record.where.topic + ": " + record.what);
    return texts;
  }

  ManualClock clock_;
  FakeBus bus_{clock_};
  const Topics topics_{BusConfig(), {10s}};
  SiteCatalogue sites_;
  FakeReader reader_;
};

TEST_F(TaskTrailTest, TellsEachTopicThatATaskStoodOnAndItsAttempts) {
  v1::FetchTask task = Task("t-1", kUrl);
  Accept(task, Put(task, topics_.tasks));
  Put(task, topics_.backlog);
  v1::Attempt* attempt = task.add_attempts();
  attempt->set_reason(v1::REASON_TIMED_OUT);
  attempt->set_detail("after 30s");
  task.set_attempt(1);
  *task.mutable_not_before() = ToProto(clock_.Now());
  Put(task, topics_.retries.at(0));
  Put(task, topics_.tasks);
  v1::FetchedPage page;
  page.set_status(200);
  page.set_body("bytes");
  page.set_final_url(kUrl);
  *page.mutable_task() = task;
  Put(topics_.pages, kUrl, page, "t-1");
  v1::Article article;
  article.set_article_key(kUrl);
  article.set_task_id("t-1");
  article.set_headline("Headline");
  article.set_parse_generation(7);
  Put(topics_.articles, kUrl, article, "t-1");
  Put(topics_.articles_replay, kUrl, article, "t-1");
  Put(topics_.articles, kUrl, article, "another");

  const TrailReport report = Follow("t-1");
  ASSERT_EQ(report.tasks.size(), 1u);
  const TaskTrail& trail = report.tasks[0];
  EXPECT_TRUE(trail.in_ledger);
  EXPECT_FALSE(trail.trimmed);
  EXPECT_TRUE(report.whole_log);
  EXPECT_THAT(
      Texts(trail),
      ElementsAre(
          "newsmill.tasks: accepted",
          "newsmill.tasks.backlog: waits for its host's turn",
          HasSubstr("newsmill.tasks.retry.10s: attempt 1 failed, TIMED_OUT: "
                    "after 30s, again at 2026-01-01T00:00:02"),
          "newsmill.tasks: put back for attempt 2",
          "newsmill.pages: fetched: status 200, 5 bytes of " +
              std::string(kUrl),
          "newsmill.articles: parsed: generation 7, Headline",
          "newsmill.articles.replay: parsed again by a replay: generation 7, "
          "Headline"));
  ASSERT_EQ(trail.attempts.size(), 1u);
  EXPECT_EQ(trail.attempts[0].reason(), v1::REASON_TIMED_OUT);
}

TEST_F(TaskTrailTest, TellsWhatItsReaderHasNotTaken) {
  const v1::FetchTask task = Task("t-1", kUrl);
  Accept(task, Put(task, topics_.tasks));
  Put(task, topics_.tasks);
  bus_.SetCommitted({topics_.tasks, 0}, 1);
  const TrailReport report = Follow("t-1");
  ASSERT_EQ(report.tasks.size(), 1u);
  ASSERT_EQ(report.tasks[0].records.size(), 2u);
  EXPECT_TRUE(report.tasks[0].records[0].is_read);
  EXPECT_FALSE(report.tasks[0].records[1].is_read);
}

TEST_F(TaskTrailTest, IsFoundByItsUrlAndByItsArticle) {
  const v1::FetchTask task = Task("t-1", kUrl);
  Accept(task, Put(task, topics_.tasks));
  reader_.ledger["t-1"].article_key = "example:1";
  EXPECT_EQ(Follow(kUrl).tasks.size(), 1u);
  EXPECT_EQ(Follow("example:1", "example:1").tasks.size(), 1u);
  EXPECT_THAT(Follow("https://news.example/b").tasks, IsEmpty());
}

TEST_F(TaskTrailTest, IsFoundOnTheLogWhereTheSinkHasNotReadIt) {
  Put(Task("t-1", kUrl), topics_.tasks);
  for (const char* text : {"t-1", kUrl}) {
    const TrailReport report = Follow(text);
    ASSERT_EQ(report.tasks.size(), 1u) << text;
    EXPECT_FALSE(report.tasks[0].in_ledger);
    EXPECT_EQ(report.tasks[0].row.task_id, "t-1");
    EXPECT_THAT(Texts(report.tasks[0]),
                ElementsAre("newsmill.tasks: accepted"));
  }
}

TEST_F(TaskTrailTest, SaysThatItsBeginningWasTrimmed) {
  const v1::FetchTask task = Task("t-1", kUrl);
  Accept(task, Put(task, topics_.tasks));
  v1::DeadLetter dead;
  dead.set_reason(v1::REASON_CONNECT_FAILED);
  dead.add_attempts()->set_reason(v1::REASON_CONNECT_FAILED);
  Put(topics_.dead, "news.example", dead, "t-1");
  bus_.TrimBefore({topics_.tasks, 0}, 1);
  const TrailReport report = Follow("t-1");
  ASSERT_EQ(report.tasks.size(), 1u);
  EXPECT_TRUE(report.tasks[0].trimmed);
  EXPECT_FALSE(report.whole_log);
  EXPECT_THAT(Texts(report.tasks[0]),
              ElementsAre("newsmill.dead: dead, CONNECT_FAILED"));
  EXPECT_EQ(report.tasks[0].attempts.size(), 1u);
}

TEST_F(TaskTrailTest, OfATaskThatNobodyPutIsEmpty) {
  Put(Task("t-1", kUrl), topics_.tasks);
  const TrailReport report = Follow("t-2");
  EXPECT_THAT(report.tasks, IsEmpty());
  EXPECT_TRUE(report.whole_log);
}

}  // namespace
}  // namespace newsmill
