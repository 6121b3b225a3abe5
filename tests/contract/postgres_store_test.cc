// What PostgreSQL alone brings: owners that freeze inside a transaction,
// servers that go away, sinks that meet on the same rows.

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "sink/postgres/connection.h"
#include "tests/contract/store_fixture.h"
#include "tests/support/process/child_process.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class PostgresStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    config_.session_timeout = 2s;
  }

  // A session of somebody else.
  std::unique_ptr<postgres::Connection> Connect() {
    postgres::ConnectionOptions options;
    options.url = config_.url;
    options.schema = config_.schema;
    auto connection = postgres::Connection::Open(options);
    EXPECT_TRUE(connection);
    return std::move(*connection);
  }
};

// 'T' in the third field: stopped by a signal.
bool IsStopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(") ");
  return name_end != std::string::npos && line[name_end + 2] == 'T';
}

bool WaitUntilStopped(pid_t pid) {
  for (int i = 0; i < 6000; ++i) {
    if (IsStopped(pid)) return true;
    usleep(10'000);
  }
  return false;
}

StoreBatch SuccessorsBatch() {
  StoreBatch batch;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "k" + std::to_string(1000 + i);
    batch.articles.push_back(MakeArticle(key, 10, "successor"));
    batch.articles.back().set_task_id("successor-" + key);
  }
  return batch;
}

class FrozenOwner : public PostgresStoreTest {
 protected:
  // Freezes a sink at this point, lets a successor take over and write, and
  // thaws it.
  void Try(const std::string& point);
};

void FrozenOwner::Try(const std::string& point) {
  const auto store = Open();
  auto frozen = process::ChildProcess::Start(
      {.argv = {NEWSMILL_FROZEN_SINK, config_.url, config_.schema},
       .environment = {{"NEWSMILL_FAULT_SINK_STOP", point}}});
  ASSERT_TRUE(frozen) << frozen.error().message;
  ASSERT_TRUE(WaitUntilStopped((*frozen)->pid()))
      << (*frozen)->AllOutput() << " did not reach " << point;

  Owner successor(*store);
  const Claimed claimed = successor.Claim();
  EXPECT_EQ(claimed.next, std::nullopt) << "nothing of it was committed";
  Result<BatchResult> written = successor.Commit(SuccessorsBatch(), 200);
  for (int i = 0; i < 20 && !written && IsRetryable(written.error().code); ++i)
    written = successor.Commit(SuccessorsBatch(), 200);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_TRUE(IsStopped((*frozen)->pid())) << "the successor did not wait";

  ASSERT_TRUE((*frozen)->Continue());
  const auto told = (*frozen)->WaitForLine("ended", 30s);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(*told, "ended fenced");
  EXPECT_EQ(Sql("SELECT content_hash, count(*) FROM articles GROUP BY 1"),
            std::vector<std::string>{"successor|200"});
  EXPECT_EQ(Sql("SELECT count(*) FROM ledger WHERE task_id LIKE 'frozen%'"),
            std::vector<std::string>{"0"});
  EXPECT_TRUE(successor.Commit({})) << "the thawed one disturbs nobody";
}

TEST_P(FrozenOwner, BeforeTheFirstSyncDoesNotHoldUpItsSuccessor) {
  Try("before-first-sync");
}

TEST_P(FrozenOwner, BetweenSyncAndTheLastStatementDoesNotHoldUpItsSuccessor) {
  Try("after-sync");
}

TEST_P(FrozenOwner, WithAHalfSentFlushDoesNotHoldUpItsSuccessor) {
  Try("half-sent-flush");
}

using StrangersLock = PostgresStoreTest;

TEST_P(StrangersLock, IsWaitedForAndItsHolderIsLeftAlone) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  owner.Put(MakeArticle("k", 10, "h1"));
  const auto stranger = Connect();
  ASSERT_TRUE(stranger->Execute("BEGIN; LOCK TABLE articles"));
  StoreBatch batch;
  batch.articles = {MakeArticle("k", 20, "h2")};
  const Result<BatchResult> result = owner.Commit(batch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kConflict) << result.error().message;
  EXPECT_TRUE(IsRetryable(result.error().code));
  ASSERT_TRUE(stranger->Execute("COMMIT")) << "its session lives";
  EXPECT_TRUE(owner.Commit(batch));
}

using Meeting = PostgresStoreTest;

TEST_P(Meeting, SinksOnTheSameRowsWaitForEachOtherAndNotInACircle) {
  ASSERT_NE(Open(), nullptr);
  std::vector<std::thread> threads;
  std::vector<std::string> errors(4);
  for (int n = 0; n < 4; ++n)
    threads.emplace_back([this, n, &errors] {
      const auto store = Open();
      Owner owner(*store, {"articles", n});
      owner.Claim();
      for (int round = 0; round < 10; ++round) {
        StoreBatch batch;
        for (int i = 0; i < 30; ++i) {
          // Each in an order of its own.
          const int key = n % 2 == 0 ? i : 29 - i;
          batch.articles.push_back(MakeArticle("k" + std::to_string(key),
                                               round * 10 + n,
                                               "h" + std::to_string(n)));
          batch.outcomes.push_back(MakeOutcome("t" + std::to_string(29 - key),
                                               v1::GONE, v1::REASON_REMOVED));
        }
        const Result<BatchResult> result = owner.Commit(batch);
        if (!result) errors[static_cast<size_t>(n)] = result.error().message;
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) EXPECT_EQ(error, "");
  EXPECT_EQ(Sql("SELECT count(*), min(content_hash), max(content_hash)"
                " FROM articles"),
            std::vector<std::string>{"30|h3|h3"});
}

class LostServer : public ::testing::Test {};

TEST_F(LostServer, IsNamedAndWorkGoesOnWhenItIsBack) {
  auto cluster = testing::PostgresCluster::Start();
  ASSERT_TRUE(cluster) << cluster.error().message;
  SinkConfig config;
  config.backend = "postgres";
  config.url = (*cluster)->url();
  const auto store = OpenStore(config, "");
  ASSERT_TRUE(store) << store.error().message;
  Owner owner(**store);
  owner.Claim();
  owner.Put(MakeArticle("a", 10, "h"));

  (*cluster)->Kill9();
  StoreBatch batch;
  batch.articles = {MakeArticle("b", 10, "h")};
  for (int i = 0; i < 2; ++i) {
    const Result<BatchResult> away = owner.Commit(batch);
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().code, Code::kUnavailable) << away.error().message;
    EXPECT_THAT(away.error().message, HasSubstr("PostgreSQL at /"));
  }
  EXPECT_FALSE((*store)->Ping());

  const Result<void> resumed = (*cluster)->Resume();
  ASSERT_TRUE(resumed) << resumed.error().message;
  Result<BatchResult> result = owner.Commit(batch);
  EXPECT_TRUE(result) << result.error().message;
  EXPECT_TRUE((*store)->Ping());
}

TEST_F(LostServer, ThatWasNeverThereIsNamed) {
  SinkConfig config;
  config.backend = "postgres";
  config.url = "host=127.0.0.1 port=1 password=secret";
  const auto store = OpenStore(config, "");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kUnavailable);
  EXPECT_THAT(store.error().message, HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(store.error().message, ::testing::Not(HasSubstr("secret")));
}

const auto kPostgres = ::testing::Values("postgres");
INSTANTIATE_TEST_SUITE_P(On, FrozenOwner, kPostgres);
INSTANTIATE_TEST_SUITE_P(On, StrangersLock, kPostgres);
INSTANTIATE_TEST_SUITE_P(On, Meeting, kPostgres);

}  // namespace
}  // namespace newsmill
