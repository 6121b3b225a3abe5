// Pages that were fetched before, on a real broker: what one fetcher saw
// another one knows.

#include <iostream>

#include "tests/e2e/seen_fixture.h"
#include "tests/e2e/services.h"

namespace newsmill::e2e {
namespace {

constexpr Duration kPatience = std::chrono::minutes(4);

class SeenPagesOnKafkaTest : public SeenPagesFixture {
 protected:
  void SetUp() override {
    auto services = Services::Start();
    ASSERT_TRUE(services) << services.error().message;
    services_ = std::move(*services);
    PipelineOptions options;
    options.log_settings = services_->LogSettings("seen");
    options.store = services_->StoreOf("seen");
    BusConfig log;
    log.backend = "kafka";
    log.prefix = "seen.";
    log.kafka["bootstrap.servers"] = services_->broker().bootstrap();
    ASSERT_NO_FATAL_FAILURE(Begin(std::move(options), std::move(log), 40, 20));
    Succeed({"topics", "create"});
    for (const char* kind : {"fetcher", "fetcher", "parser", "sink"}) {
      const auto added = pipeline_->AddWorker(kind);
      ASSERT_TRUE(added) << added.error().message;
    }
  }

  void AwaitSettled(int64_t all) {
    const auto settled = pipeline_->AwaitSettled(all, kPatience);
    ASSERT_TRUE(settled) << settled.error().message;
  }
  // What later owners can know is on the log.
  void AwaitRemembered(int64_t articles) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (Remembered() < articles) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up)
          << Remembered() << " of " << articles << " pages are written down";
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  // No partition stays with the fetcher that has it.
  void ReplaceEveryFetcher() {
    for (WorkerProcess* fetcher : pipeline_->WorkersOf("fetcher")) {
      const auto replaced = pipeline_->KillAndReplace(*fetcher);
      ASSERT_TRUE(replaced) << replaced.error().message;
    }
  }

  std::unique_ptr<Services> services_;
};

TEST_F(SeenPagesOnKafkaTest, APageIsKnownToWhoeverOwnsItsHostNext) {
  Enqueue("first");
  ASSERT_NO_FATAL_FAILURE(AwaitSettled(tasks()));
  EXPECT_EQ(Count("first", v1::STORED, v1::REASON_NEW), tasks());
  ASSERT_NO_FATAL_FAILURE(AwaitRemembered(tasks()));
  const auto before = pipeline_->Export();
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_NO_FATAL_FAILURE(ReplaceEveryFetcher());

  // Named one by one, so they are asked for; while the group changes once more.
  Enqueue("second");
  const auto third = pipeline_->AddWorker("fetcher");
  ASSERT_TRUE(third) << third.error().message;
  ASSERT_NO_FATAL_FAILURE(AwaitSettled(2 * tasks()));
  EXPECT_EQ(Count("second", v1::UNCHANGED, v1::REASON_NOT_MODIFIED), tasks());
  EXPECT_EQ(Answers(200), tasks()) << "each page was sent once";
  const int64_t asked = Answers(304);
  EXPECT_GE(asked, tasks());

  // As a foreign client puts them, within the window.
  ASSERT_NO_FATAL_FAILURE(ReplaceEveryFetcher());
  const auto put = services_->Put("seen.tasks", Lines(tasks_));
  ASSERT_TRUE(put) << put.error().message;
  ASSERT_NO_FATAL_FAILURE(AwaitSettled(3 * tasks()));
  EXPECT_EQ(Count("", v1::SKIPPED, v1::REASON_DUPLICATE), tasks());
  EXPECT_EQ(Answers(200), tasks());

  const auto after = pipeline_->Export();
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->size(), before->size());
  const auto drained = pipeline_->DrainAll();
  EXPECT_TRUE(drained) << drained.error().message;
  ExpectCleanAudit(*pipeline_);
  std::cout << tasks() << " pages: " << Answers(200) << " answers 200, "
            << Answers(304) << " answers 304 (" << asked
            << " before the second kill), " << tasks() << " duplicates\n";
}

}  // namespace
}  // namespace newsmill::e2e
