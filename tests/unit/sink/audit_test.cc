#include "sink/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/commit_note.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "tests/support/fake_bus.h"
#include "tests/unit/sink/fake_reader.h"

namespace newsmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() { bus_.CreateTopics(topics_); }

  // A task on the log; gives its offset.
  int64_t Enqueue(const std::string& id) {
    v1::FetchTask task;
    task.set_task_id(id);
    task.set_target("https://news.example/" + id);
    const Record record = EncodeTask(task, topics_.tasks);
    Message message;
    message.value = record.value;
    message.headers = record.headers;
    return bus_.Append(tasks_, message);
  }
  void Produce(const TopicPartition& where, const std::string& id) {
    Message message;
    message.headers = {{kTaskIdHeader, id}};
    bus_.Append(where, message);
  }
  // The store has read `tasks` up to its end and knows these.
  void Accept(const std::string& id, int64_t offset) {
    LedgerRow& row = reader_.ledger[id];
    row.task_id = id;
    row.target = "https://news.example/" + id;
    row.accepted_at = clock_.Now();
    row.where = tasks_;
    row.offset = offset;
    reader_.next[tasks_] = std::max(reader_.next[tasks_], offset + 1);
  }
  void Settle(const std::string& id, v1::OutcomeKind kind, v1::Reason reason) {
    LedgerRow& row = reader_.ledger[id];
    row.task_id = id;
    row.kind = kind;
    row.reason = reason;
    row.settled_at = clock_.Now();
  }
  void Fetched(int64_t next) { bus_.SetCommitted(tasks_, next); }

  AuditReport Run(AuditOptions options = {}) {
    options.fetcher_group = "newsmill.fetcher";
    options.retry_group = "newsmill.retry";
    options.parser_group = "newsmill.parser";
    auto report = Audit(bus_, topics_, sites_, reader_, options);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *report : AuditReport();
  }

  ManualClock clock_;
  FakeBus bus_{clock_};
  const Topics topics_{BusConfig(), {std::chrono::seconds(10)}};
  const TopicPartition tasks_{topics_.tasks, 0};
  const TopicPartition backlog_{topics_.backlog, 0};
  const TopicPartition retry_{topics_.retries.at(0), 0};
  const TopicPartition pages_{topics_.pages, 0};
  const TopicPartition outcomes_{topics_.outcomes, 0};
  SiteCatalogue sites_;
  FakeReader reader_;
};

TEST_F(AuditTest, QuietPipelineAddsUp) {
  Accept("a", Enqueue("a"));
  Accept("b", Enqueue("b"));
  Accept("c", Enqueue("c"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  Settle("b", v1::GONE, v1::REASON_REMOVED);
  Settle("c", v1::STORED, v1::REASON_NEW);
  reader_.ledger["a"].further_outcomes = 2;
  Fetched(3);
  const AuditReport report = Run();
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.accepted, 3);
  EXPECT_EQ(report.open, 0);
  ASSERT_EQ(report.reasons.size(), 2u);
  EXPECT_EQ(report.reasons[0].count.kind, v1::STORED);
  EXPECT_EQ(report.reasons[0].count.tasks, 2);
  EXPECT_EQ(report.reasons[1].count.tasks, 1);
  EXPECT_EQ(report.further_outcomes, 2);
  EXPECT_EQ(report.tasks_on_log, 3);
  EXPECT_EQ(report.tasks_in_ledger, 3);
  EXPECT_TRUE(report.whole_log);
  EXPECT_FALSE(report.store_behind);
}

TEST_F(AuditTest, TaskThatWaitsForItsHostIsOnItsWay) {
  Accept("a", Enqueue("a"));
  Produce(backlog_, "settled");
  Produce(backlog_, "a");
  const CommitNote note{{}, SidePosition{1}};
  bus_.SetCommitted(tasks_, 1, note.Encode(1));
  const AuditReport report = Run();
  EXPECT_TRUE(report.Passed());
  EXPECT_THAT(report.in_flight, ElementsAre(Pair(topics_.backlog, 1)));
}

TEST_F(AuditTest, TaskBelowTheBacklogsPositionIsLost) {
  Accept("a", Enqueue("a"));
  Produce(backlog_, "a");
  const CommitNote note{{}, SidePosition{1}};
  bus_.SetCommitted(tasks_, 1, note.Encode(1));
  EXPECT_EQ(Run().lost_count, 1);
}

TEST_F(AuditTest, TaskThatStandsNowhereIsLost) {
  Accept("a", Enqueue("a"));
  Fetched(1);  // committed past it, and no page, no retry, no outcome
  const AuditReport report = Run();
  EXPECT_FALSE(report.Passed());
  ASSERT_EQ(report.lost_count, 1);
  EXPECT_EQ(report.lost[0].row.task_id, "a");
  EXPECT_EQ(report.lost[0].task.target(), "https://news.example/a");
  EXPECT_EQ(report.open, 1);
}

TEST_F(AuditTest, TaskThatWaitsForAnothersOutcomeIsOnItsWay) {
  Accept("page", Enqueue("page"));
  Accept("confirmed", Enqueue("confirmed"));
  Fetched(2);
  Produce(pages_, "page");
  reader_.ledger["confirmed"].awaits_task_id = "page";
  const AuditReport report = Run();
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.open, 2);
  EXPECT_THAT(report.in_flight,
              UnorderedElementsAre(Pair(topics_.pages, 1), Pair("ledger", 1)));
}

TEST_F(AuditTest, TaskThatWaitsForOneThatNobodyKnowsIsLost) {
  Accept("confirmed", Enqueue("confirmed"));
  Fetched(1);
  reader_.ledger["confirmed"].awaits_task_id = "never heard of";
  const AuditReport report = Run();
  ASSERT_EQ(report.lost_count, 1);
  EXPECT_EQ(report.lost[0].row.task_id, "confirmed");
}

TEST_F(AuditTest, TaskThatIsOnItsWayIsNotLost) {
  for (const char* id : {"waiting", "retry", "page", "outcome"})
    Accept(id, Enqueue(id));
  Fetched(0);
  Enqueue("unread");  // the sink has not seen it yet
  bus_.SetCommitted(tasks_, 4);
  Produce(retry_, "retry");
  Produce(pages_, "page");
  Produce(outcomes_, "outcome");
  bus_.SetCommitted(tasks_, 0);  // "waiting" stands on tasks
  const AuditReport report = Run();
  EXPECT_EQ(report.lost_count, 0);
  EXPECT_EQ(report.open, 4);
  EXPECT_THAT(report.in_flight,
              ElementsAre(Pair(topics_.outcomes, 1), Pair(topics_.pages, 1),
                          Pair(topics_.tasks, 4), Pair(retry_.topic, 1)));
}

TEST_F(AuditTest, EachTopicAloneKeepsATaskFromBeingLost) {
  for (const TopicPartition& where :
       {retry_, pages_, outcomes_, TopicPartition{topics_.articles, 3}}) {
    const std::string id = "on " + where.topic;
    Accept(id, Enqueue(id));
    Fetched(reader_.ledger[id].offset + 1);
    EXPECT_EQ(Run().lost_count, 1);
    Produce(where, id);
    EXPECT_EQ(Run().lost_count, 0) << where.topic;
  }
}

TEST_F(AuditTest, RecordBelowTheReadersOffsetDoesNotCount) {
  Accept("a", Enqueue("a"));
  Fetched(1);
  Produce(pages_, "a");
  bus_.SetCommitted(pages_, 1);  // parsed, and then nothing came of it
  EXPECT_EQ(Run().lost_count, 1);
}

TEST_F(AuditTest, TaskAcceptedAfterTheSamplesIsNotLost) {
  reader_.while_read = [&] {
    if (reader_.ledger.count("late") == 0) Accept("late", Enqueue("late"));
  };
  const AuditReport report = Run();
  EXPECT_EQ(report.lost_count, 0);
  EXPECT_EQ(report.accepted, 1);
}

TEST_F(AuditTest, OutcomeOfNoTaskIsAnOrphan) {
  Accept("a", Enqueue("a"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  Fetched(1);
  Settle("ghost", v1::GONE, v1::REASON_REMOVED);
  const AuditReport report = Run();
  EXPECT_FALSE(report.Passed());
  ASSERT_EQ(report.orphan_count, 1);
  EXPECT_EQ(report.orphans[0].task_id, "ghost");
  EXPECT_EQ(report.accepted, 1);
}

TEST_F(AuditTest, OrphansAreNotJudgedWhileTheStoreIsBehindOnTasks) {
  Enqueue("a");  // the store has not read it; its outcome overtook it
  Settle("a", v1::GONE, v1::REASON_REMOVED);
  Fetched(1);
  const AuditReport report = Run();
  EXPECT_EQ(report.orphan_count, 0);
  EXPECT_EQ(report.not_in_ledger_count, 0);
  EXPECT_TRUE(report.store_behind);
  EXPECT_TRUE(report.Passed());
}

TEST_F(AuditTest, OutcomeThatOvertakesItsTaskDuringTheAuditIsNoOrphan) {
  reader_.while_read = [&] {
    Enqueue("late");
    Settle("late", v1::GONE, v1::REASON_REMOVED);
  };
  EXPECT_EQ(Run().orphan_count, 0);
}

TEST_F(AuditTest, ControlRecordsBehindTheLastTaskHoldNothingUp) {
  Accept("a", Enqueue("a"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  bus_.AppendHole(tasks_);
  Fetched(2);
  const AuditReport report = Run();
  EXPECT_FALSE(report.store_behind);
  EXPECT_EQ(report.tasks_on_log, 1);
  EXPECT_TRUE(report.Passed());
}

TEST_F(AuditTest, TaskThatTheLedgerDoesNotKnowIsToldOf) {
  Accept("a", Enqueue("a"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  const int64_t offset = Enqueue("b");
  reader_.next[tasks_] = offset + 1;  // read, and not in the ledger
  Fetched(2);
  const AuditReport report = Run();
  EXPECT_FALSE(report.Passed());
  EXPECT_THAT(report.not_in_ledger, ElementsAre("b"));
  EXPECT_EQ(report.tasks_on_log, 2);
  EXPECT_EQ(report.tasks_in_ledger, 1);
}

TEST_F(AuditTest, TaskThatTheLogDoesNotHoldIsToldOf) {
  Accept("a", Enqueue("a"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  Accept("invented", 0);
  Settle("invented", v1::STORED, v1::REASON_NEW);
  Fetched(1);
  const AuditReport report = Run();
  EXPECT_FALSE(report.Passed());
  EXPECT_THAT(report.not_on_log, ElementsAre("invented"));
}

TEST_F(AuditTest, WhatWasTrimmedAfterItWasSettledIsNotJudged) {
  for (const char* id : {"a", "b", "c"}) {
    Accept(id, Enqueue(id));
    Settle(id, v1::STORED, v1::REASON_NEW);
  }
  Fetched(3);
  bus_.TrimBefore(tasks_, 2);
  const AuditReport report = Run();
  EXPECT_TRUE(report.Passed());
  EXPECT_FALSE(report.whole_log);
  EXPECT_EQ(report.tasks_on_log, 1);
  EXPECT_EQ(report.tasks_in_ledger, 1);
  EXPECT_EQ(report.accepted, 3);
}

TEST_F(AuditTest, RangeThatWasDeletedBeforeItsReaderReadItIsToldOf) {
  for (int i = 0; i < 5; ++i) Produce(pages_, "p");
  bus_.SetCommitted(pages_, 1);
  bus_.TrimBefore(pages_, 4);
  const AuditReport report = Run();
  EXPECT_FALSE(report.Passed());
  ASSERT_EQ(report.trimmed.size(), 1u);
  EXPECT_EQ(report.trimmed[0].partition, pages_);
  EXPECT_EQ(report.trimmed[0].reader, "newsmill.parser");
  EXPECT_EQ(report.trimmed[0].from, 1);
  EXPECT_EQ(report.trimmed[0].to, 4);
}

TEST_F(AuditTest, SettledTaskWithoutAnArticleIsToldOf) {
  reader_.without_article.emplace_back();
  EXPECT_FALSE(Run().Passed());
}

TEST_F(AuditTest, CrashedRecordsAndConflictsAreCountedAndPass) {
  Accept("a", Enqueue("a"));
  Settle("a", v1::DEAD, v1::REASON_CRASHED);
  reader_.ledger["a"].conflicts = 1;
  Fetched(1);
  const AuditReport report = Run();
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.crashed, 1);
  EXPECT_EQ(report.conflicts, 1);
}

TEST_F(AuditTest, RequeuedTaskStandsOnTheLogAgainUnderItsId) {
  Accept("a", Enqueue("a"));
  Fetched(1);
  AuditReport report = Run();
  report.lost.at(0).task.set_attempt(3);
  const auto requeued = Requeue(bus_, topics_, report.lost);
  ASSERT_TRUE(requeued) << requeued.error().message;
  EXPECT_EQ(*requeued, 1);
  const auto records = bus_.RecordsOf(topics_.tasks);
  ASSERT_EQ(records.size(), 2u);
  const v1::FetchTask task = DecodeTask(records[1], sites_).task;
  EXPECT_EQ(task.task_id(), "a");
  EXPECT_EQ(task.target(), "https://news.example/a");
  EXPECT_EQ(task.attempt(), 0);
  EXPECT_EQ(Run().lost_count, 0) << "it is on its way again";
}

TEST_F(AuditTest, LostTaskThatTheLogNoLongerHoldsIsMadeOfItsRow) {
  Accept("a", Enqueue("a"));
  Fetched(1);
  bus_.TrimBefore(tasks_, 1);
  const AuditReport report = Run();
  ASSERT_EQ(report.lost_count, 1);
  EXPECT_EQ(report.lost[0].task.task_id(), "a");
  EXPECT_EQ(report.lost[0].task.target(), "https://news.example/a");
}

TEST_F(AuditTest, HasExamplesBehindEachNumber) {
  for (const char* id : {"a", "b", "c", "d"}) {
    Accept(id, Enqueue(id));
    Settle(id, v1::STORED, v1::REASON_NEW);
  }
  Accept("e", Enqueue("e"));
  Fetched(4);
  AuditOptions options;
  options.examples_per_reason = 2;
  const AuditReport report = Run(options);
  ASSERT_EQ(report.reasons.size(), 2u);
  EXPECT_EQ(report.reasons[0].count.tasks, 4);
  ASSERT_EQ(report.reasons[0].examples.size(), 2u);
  EXPECT_EQ(report.reasons[0].examples[1].task_id, "d");
  EXPECT_EQ(report.reasons[1].count.kind, v1::OUTCOME_KIND_UNSPECIFIED);
  EXPECT_EQ(report.reasons[1].examples.at(0).task_id, "e");
}

TEST_F(AuditTest, OfABatchJudgesItsTasksAlone) {
  Accept("a", Enqueue("a"));  // lost, and of no batch
  Accept("b", Enqueue("b"));
  reader_.ledger["b"].batch = "monday";
  Settle("b", v1::STORED, v1::REASON_NEW);
  Fetched(2);
  EXPECT_EQ(Run().lost_count, 1);
  AuditOptions options;
  options.filter.batch = "monday";
  const AuditReport report = Run(options);
  EXPECT_TRUE(report.Passed());
  EXPECT_EQ(report.accepted, 1);
  EXPECT_EQ(report.tasks_in_ledger, 1);
}

TEST_F(AuditTest, SinceAnInstantMissesNoTaskThatTheLedgerLacks) {
  Accept("a", Enqueue("a"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  clock_.Advance(std::chrono::hours(1));
  AuditOptions options;
  options.filter.accepted_since = clock_.Now();
  const int64_t offset = Enqueue("b");
  reader_.next[tasks_] = offset + 1;  // read, and not in the ledger
  Fetched(2);
  const AuditReport report = Run(options);
  EXPECT_EQ(report.accepted, 0);
  EXPECT_EQ(report.tasks_on_log, 1);
  EXPECT_THAT(report.not_in_ledger, ElementsAre("b"));
}

TEST_F(AuditTest, OutcomeWithoutATaskIsJudgedByItsOwnTime) {
  Settle("orphan", v1::GONE, v1::REASON_REMOVED);
  AuditOptions options;
  options.filter.accepted_since = clock_.Now();
  EXPECT_EQ(Run(options).orphan_count, 1);
  options.filter.accepted_since = clock_.Now() + std::chrono::hours(1);
  EXPECT_EQ(Run(options).orphan_count, 0);
}

TEST_F(AuditTest, TaskUnderAnIdOfAnotherBatchIsNotMissing) {
  v1::FetchTask task;
  task.set_task_id("a");
  task.set_target("https://news.example/other");
  task.set_batch("monday");
  Accept("a", Enqueue("a"));
  Settle("a", v1::STORED, v1::REASON_NEW);
  const Record record = EncodeTask(task, topics_.tasks);
  Message message;
  message.value = record.value;
  bus_.Append({topics_.tasks, 1}, message);
  reader_.next[{topics_.tasks, 1}] = 1;
  Fetched(1);
  bus_.SetCommitted({topics_.tasks, 1}, 1);
  AuditOptions options;
  options.filter.batch = "monday";
  EXPECT_TRUE(Run(options).Passed());
}

}  // namespace
}  // namespace newsmill
