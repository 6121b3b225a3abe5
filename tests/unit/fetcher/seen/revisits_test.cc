#include "fetcher/seen/revisits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/proto_duration.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow{1'800'000'000s};
constexpr char kKey[] = "gazette:42";

class RevisitsTest : public ::testing::Test {
 protected:
  struct Saved {
    int32_t partition = 0;
    v1::PlannedRevisit plan;
    std::optional<v1::FetchTask> put;
    Revisits::Durable durable;
  };

  std::unique_ptr<Revisits> NewRevisits() {
    return std::make_unique<Revisits>(
        720h,
        [this](int32_t partition, v1::PlannedRevisit plan,
               std::optional<v1::FetchTask> put, Revisits::Durable durable) {
          saved_.push_back(
              {partition, std::move(plan), std::move(put), std::move(durable)});
        });
  }

  static v1::FetchTask TaskNamed(const std::string& id,
                                 Duration interval = 60min) {
    v1::FetchTask task;
    task.set_task_id(id);
    task.set_target(kKey);
    task.set_requested_url("http://www.gazette.example/news/42");
    task.set_url("http://www.gazette.example/elsewhere");
    task.set_site("gazette");
    task.set_batch("b");
    task.set_force(true);
    task.set_attempt(2);
    task.add_labels()->set_name("k");
    task.add_redirects()->set_url("http://www.gazette.example/news/42");
    *task.mutable_revisit()->mutable_interval() = ToProto(interval);
    return task;
  }

  // Whether the task may be settled at once.
  bool Plan(const v1::FetchTask& task, PageChange change = PageChange::kUnknown,
            Timestamp now = kNow) {
    bool durable = false;
    book_->Plan(0, kKey, task, change, now, [&](bool is) { durable = is; });
    return durable;
  }
  // Plans, lets it fall due and gives the task that is put.
  v1::FetchTask Next(const v1::FetchTask& task, PageChange change) {
    Plan(task, change);
    saved_.clear();
    book_->PutWhatIsDue(kNow + 24h * 400);
    if (saved_.size() != 1 || !saved_[0].put) return {};
    return *saved_[0].put;
  }

  std::vector<Saved> saved_;
  std::unique_ptr<Revisits> book_ = NewRevisits();
};

// Its task is on its way while somebody cancels, and ends afterwards.
TEST_F(RevisitsTest, ACancelledChainPlansNothingMoreButAnotherOneDoes) {
  const v1::FetchTask next = Next(TaskNamed("a"), PageChange::kUnknown);
  ASSERT_EQ(next.revisit().round(), 1);
  book_->Load(0, {Cancelled(saved_.at(0).plan)});
  saved_.clear();
  EXPECT_TRUE(Plan(next)) << "settled at once";
  EXPECT_TRUE(saved_.empty());
  EXPECT_FALSE(book_->IsPlanned(0, kKey));
  EXPECT_FALSE(Plan(TaskNamed("b"))) << "waits for its plan to be durable";
  EXPECT_TRUE(book_->IsPlanned(0, kKey));
}

TEST_F(RevisitsTest, APartitionThatIsLetGoTakesItsPlansWithIt) {
  Plan(TaskNamed("a"));
  book_->Drop(0);
  EXPECT_EQ(book_->size(), 0u);
  saved_.clear();
  book_->PutWhatIsDue(kNow + 24h * 400);
  EXPECT_TRUE(saved_.empty());
}

TEST_F(RevisitsTest, ATaskIsSettledOnlyWhenItsNextRoundIsWrittenDown) {
  std::optional<bool> durable;
  book_->Plan(3, kKey, TaskNamed("first"), PageChange::kUnknown, kNow,
              [&](bool is) { durable = is; });
  EXPECT_FALSE(durable);
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].partition, 3);
  EXPECT_EQ(saved_[0].plan.chain(), "first");
  EXPECT_EQ(saved_[0].plan.round(), 1);
  EXPECT_FALSE(saved_[0].put);
  saved_[0].durable(true);
  EXPECT_EQ(durable, true);
}

TEST_F(RevisitsTest, ATaskThatAsksForNothingIsSettledAtOnce) {
  v1::FetchTask task = TaskNamed("first");
  task.clear_revisit();
  EXPECT_TRUE(Plan(task));
  *task.mutable_revisit()->mutable_interval() = ToProto(Duration(0));
  EXPECT_TRUE(Plan(task));
  EXPECT_TRUE(saved_.empty());
}

TEST_F(RevisitsTest, IsDueAfterTheIntervalMoreOrLess) {
  for (int i = 0; i < 100; ++i) {
    book_ = NewRevisits();
    Plan(TaskNamed("first"));
    ASSERT_TRUE(book_->next());
    EXPECT_GE(*book_->next(), kNow + 54min);
    EXPECT_LE(*book_->next(), kNow + 66min);
  }
}

TEST_F(RevisitsTest, TheTaskIsPutInOneWriteWithTheRecordThatSaysSo) {
  Plan(TaskNamed("first"));
  saved_.clear();
  book_->PutWhatIsDue(kNow + 50min);
  EXPECT_TRUE(saved_.empty());
  book_->PutWhatIsDue(kNow + 66min);
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_FALSE(saved_[0].plan.has_due_at());
  EXPECT_EQ(saved_[0].plan.round(), 1);
  ASSERT_TRUE(saved_[0].put);
  const v1::FetchTask& next = *saved_[0].put;
  EXPECT_NE(next.task_id(), "first");
  EXPECT_EQ(next.url(), "http://www.gazette.example/news/42");
  EXPECT_EQ(next.target(), kKey);
  EXPECT_EQ(next.site(), "gazette");
  EXPECT_EQ(next.batch(), "b");
  EXPECT_EQ(next.labels_size(), 1);
  EXPECT_FALSE(next.force());
  EXPECT_EQ(next.attempt(), 0);
  EXPECT_EQ(next.redirects_size(), 0);
  EXPECT_EQ(next.revisit().chain(), "first");
  EXPECT_EQ(next.revisit().round(), 1);
  ASSERT_TRUE(next.has_duplicate_window()) << "it was asked for";
  book_->PutWhatIsDue(kNow + 24h);
  EXPECT_EQ(saved_.size(), 1u) << "once";
}

TEST_F(RevisitsTest, TheIntervalFollowsHowOftenThePageChanges) {
  v1::FetchTask task = TaskNamed("first");
  task = Next(task, PageChange::kSame);
  EXPECT_EQ(FromProto(task.revisit().interval()), 90min);
  task = Next(task, PageChange::kSame);
  EXPECT_EQ(FromProto(task.revisit().interval()), 135min);
  task = Next(task, PageChange::kChanged);
  EXPECT_EQ(FromProto(task.revisit().interval()), 108min);
  task = Next(task, PageChange::kUnknown);
  EXPECT_EQ(FromProto(task.revisit().interval()), 108min);
  for (int i = 0; i < 5; ++i) task = Next(task, PageChange::kChanged);
  EXPECT_EQ(FromProto(task.revisit().interval()), 60min)
      << "never more often than was asked for";
}

TEST_F(RevisitsTest, TheTaskMayNameBounds) {
  v1::FetchTask task = TaskNamed("first");
  *task.mutable_revisit()->mutable_shortest() = ToProto(50min);
  *task.mutable_revisit()->mutable_longest() = ToProto(70min);
  EXPECT_EQ(NextInterval(task.revisit(), PageChange::kSame, 720h), 70min);
  EXPECT_EQ(NextInterval(task.revisit(), PageChange::kChanged, 720h), 50min);
  task.mutable_revisit()->clear_longest();
  EXPECT_EQ(NextInterval(task.revisit(), PageChange::kSame, 80min), 80min);
  // A foreign client may send anything.
  *task.mutable_revisit()->mutable_shortest() = ToProto(-5min);
  *task.mutable_revisit()->mutable_interval() = ToProto(1ms);
  EXPECT_EQ(NextInterval(task.revisit(), PageChange::kChanged, 720h), 1s);
}

TEST_F(RevisitsTest, EndsWhereTheUserSaid) {
  v1::FetchTask task = TaskNamed("first");
  *task.mutable_revisit()->mutable_until() = ToProto(kNow + 30min);
  EXPECT_TRUE(Plan(task));
  EXPECT_TRUE(saved_.empty());
}

// Killed between the plan and the offset's commit, the task is read again.
TEST_F(RevisitsTest, ATaskThatIsReadAgainPlansNothingTwice) {
  const v1::FetchTask first = TaskNamed("first");
  Plan(first);
  v1::PlannedRevisit plan = saved_[0].plan;
  saved_.clear();

  book_ = NewRevisits();
  book_->Load(0, {plan});
  EXPECT_TRUE(Plan(first)) << "planned by the former owner";
  EXPECT_TRUE(saved_.empty());
  book_->PutWhatIsDue(kNow + 2h);
  ASSERT_EQ(saved_.size(), 1u);
  const v1::FetchTask second = *saved_[0].put;
  plan = saved_[0].plan;

  saved_.clear();
  book_ = NewRevisits();
  book_->Load(0, {plan});
  EXPECT_TRUE(Plan(first)) << "put by the former owner";
  EXPECT_TRUE(saved_.empty());
  Plan(second);
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].plan.round(), 2);
}

TEST_F(RevisitsTest, TheSameRoundOfAChainIsTheSameTask) {
  const v1::FetchTask one = Next(TaskNamed("first"), PageChange::kSame);
  book_ = NewRevisits();
  const v1::FetchTask same = Next(TaskNamed("first"), PageChange::kChanged);
  EXPECT_EQ(one.task_id(), same.task_id());
  book_ = NewRevisits();
  EXPECT_NE(Next(TaskNamed("other"), PageChange::kSame).task_id(),
            one.task_id());
}

TEST_F(RevisitsTest, ANewWishTakesTheOldOnesPlace) {
  v1::FetchTask old = Next(TaskNamed("old"), PageChange::kSame);
  saved_.clear();
  Plan(TaskNamed("new", 120min));
  ASSERT_EQ(saved_.size(), 1u);
  EXPECT_EQ(saved_[0].plan.chain(), "new");
  saved_.clear();
  EXPECT_TRUE(Plan(old)) << "its chain is over";
  EXPECT_TRUE(saved_.empty());
  EXPECT_EQ(book_->size(), 1u);
}

TEST_F(RevisitsTest, WhatIsLetGoOfIsNotPut) {
  Plan(TaskNamed("first"));
  EXPECT_TRUE(book_->IsPlanned(0, kKey));
  book_->Drop(0);
  EXPECT_FALSE(book_->IsPlanned(0, kKey));
  saved_.clear();
  book_->PutWhatIsDue(kNow + 24h);
  EXPECT_TRUE(saved_.empty());
}

TEST_F(RevisitsTest, ManyThatAreDueAtOnceArePutSomeAtATime) {
  for (int i = 0; i < 1000; ++i) {
    book_->Plan(0, "k" + std::to_string(i), TaskNamed("t" + std::to_string(i)),
                PageChange::kUnknown, kNow, [](bool) {});
  }
  saved_.clear();
  book_->PutWhatIsDue(kNow + 24h);
  EXPECT_LT(saved_.size(), 1000u);
  for (int i = 0; i < 10; ++i) book_->PutWhatIsDue(kNow + 24h);
  EXPECT_EQ(saved_.size(), 1000u);
}

}  // namespace
}  // namespace newsmill
