// Pages that were fetched before, through the real binary on the embedded log,
// against an origin that gives its pages an ETag.

#include <iostream>
#include <map>

#include "newsmill/v1/fetch_task.pb.h"
#include "tests/e2e/seen_fixture.h"

namespace newsmill::e2e {
namespace {

using std::chrono::seconds;

class SeenPagesTest : public SeenPagesFixture {
 protected:
  void SetUp() override {
    PipelineOptions options;
    options.log_settings =
        "[log]\nbackend = \"embedded\"\nsession_timeout = \"3s\"\n";
    ASSERT_NO_FATAL_FAILURE(Begin(std::move(options), {}, 8, 4));
  }

  void Produce(std::vector<Record> records) const {
    auto bus = OpenBus(log_);
    ASSERT_TRUE(bus) << bus.error().message;
    auto producer = (*bus)->NewProducer({.client_id = "foreign"});
    ASSERT_TRUE(producer) << producer.error().message;
    for (Record& record : records) {
      (*producer)->Produce(std::move(record), [](auto result) {
        EXPECT_TRUE(result) << result.error().message;
      });
    }
    EXPECT_TRUE((*producer)->Flush(seconds(30)));
  }
  // How often each round of a chain was put on `tasks`.
  std::map<std::pair<std::string, int64_t>, int> RoundsOnTasks() const {
    std::map<std::pair<std::string, int64_t>, int> rounds;
    for (const Message& message : Read(&Topics::tasks)) {
      v1::FetchTask task;
      EXPECT_TRUE(task.ParseFromString(message.value));
      const v1::Revisit& revisit = task.revisit();
      if (!revisit.chain().empty()) {
        ++rounds[{revisit.chain(), revisit.round()}];
      }
    }
    return rounds;
  }
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
  const Topics topics(log_, {});
  std::vector<Record> records;
  for (const ExpectedTask& task : tasks_) {
    records.push_back({topics.tasks, {}, {}, task.target, {}});
  }
  Produce(std::move(records));
  Succeed({"run", "--until-idle", "1s"});
  EXPECT_EQ(Count("", v1::SKIPPED, v1::REASON_DUPLICATE), tasks());
  EXPECT_EQ(Answers(200) + Answers(304), tasks()) << "nobody was asked";
  ExpectCleanAudit(*pipeline_);
}

// A fetcher that puts its tasks on the backlog and is killed before it commits
// that leaves them in both places.
TEST_F(SeenPagesTest, ATaskThatAKilledFetcherLeftTwiceIsFetchedOnce) {
  Enqueue("first");
  const Topics topics(log_, {});
  std::vector<Record> copies;
  for (const Message& message : Read(&Topics::tasks)) {
    copies.push_back({topics.backlog, message.partition, message.key,
                      message.value, message.headers});
  }
  EXPECT_EQ(std::ssize(copies), tasks());
  Produce(std::move(copies));
  Succeed({"run", "--until-idle", "1s"});
  EXPECT_EQ(Count("first", v1::STORED, v1::REASON_NEW), tasks());
  EXPECT_EQ(Answers(200), tasks());
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
