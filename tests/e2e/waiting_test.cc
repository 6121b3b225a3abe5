#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "tests/e2e/pipeline.h"
#include "tests/e2e/services.h"

// A worker whose broker or database is away waits, says so on /readyz, is
// healthy meanwhile, goes on when it is there, and gives up with 75.

namespace newsmill::e2e {
namespace {

using ::testing::HasSubstr;

constexpr Duration kPatience = std::chrono::seconds(90);

Services& Shared() {
  static const auto services = Services::Start();
  EXPECT_TRUE(services) << services.error().message;
  if (!services) std::abort();
  return **services;
}

struct Answer {
  int status = 0;
  std::string body;
};

Answer Ask(const WorkerProcess& worker, const char* path) {
  httplib::Client client("127.0.0.1", worker.http_port);
  client.set_connection_timeout(1);
  client.set_read_timeout(2);
  const auto answer = client.Get(path);
  if (!answer) return {};
  return {answer->status, answer->body};
}

// The first answer on /readyz with this status whose body has these words.
::testing::AssertionResult AwaitReadiness(const WorkerProcess& worker,
                                          int status,
                                          const std::string& words) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  Answer last;
  while (std::chrono::steady_clock::now() < give_up) {
    if (!worker.child->Running()) break;
    last = Ask(worker, "/readyz");
    if (last.status == status && last.body.find(words) != std::string::npos) {
      return ::testing::AssertionSuccess();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return ::testing::AssertionFailure()
         << "/readyz says " << last.status << " " << last.body << "\n"
         << worker.child->LastLines(20);
}

class Waiting : public ::testing::Test {
 protected:
  void SetUp() override {
    static int names = 0;
    const std::string name = "waiting" + std::to_string(++names);
    PipelineOptions options;
    options.binary = NEWSMILL_BINARY;
    options.log_settings = Shared().LogSettings(name);
    options.store = Shared().StoreOf(name);
    auto pipeline = Pipeline::Start(std::move(options));
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    pipeline_ = std::move(*pipeline);
    const auto topics = pipeline_->Command({"topics", "create"});
    ASSERT_TRUE(topics) << topics.error().message;
    ASSERT_EQ(topics->status.code, 0) << topics->errors;
  }

  // A worker that says on /readyz what it waits for, and is healthy.
  void StartAndExpectItWaits(const std::string& kind,
                             const std::string& cause) {
    const auto worker = pipeline_->AddWorker(kind);
    ASSERT_TRUE(worker) << worker.error().message;
    EXPECT_TRUE(AwaitReadiness(**worker, 503, cause)) << kind;
    EXPECT_EQ(Ask(**worker, "/healthz").status, 200) << kind;
  }

  void ExpectAllGoOn() {
    for (const std::string& kind : kinds_) {
      for (const WorkerProcess* worker : pipeline_->WorkersOf(kind)) {
        EXPECT_TRUE(AwaitReadiness(*worker, 200, "")) << kind;
        EXPECT_EQ(Ask(*worker, "/healthz").status, 200) << kind;
      }
    }
    const auto drained = pipeline_->DrainAll();
    EXPECT_TRUE(drained) << drained.error().message;
  }

  const std::vector<std::string> kinds_ = {"fetcher", "parser", "sink"};
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(Waiting, ForTheirBrokerWorkersAreNotReadyAndThenGoOn) {
  newsmill::testing::KafkaBroker& broker = Shared().broker();
  broker.Stop();
  for (const std::string& kind : kinds_) {
    ASSERT_NO_FATAL_FAILURE(StartAndExpectItWaits(kind, broker.bootstrap()));
  }
  const auto restarted = broker.Restart();
  ASSERT_TRUE(restarted) << restarted.error().message;
  ExpectAllGoOn();
}

TEST_F(Waiting, ForABrokerThatDoesNotComeWorkersEndWith75) {
  for (const std::string& kind : kinds_) {
    const auto ended =
        pipeline_->Command({kind, "--startup-timeout", "1s", "--set",
                            "kafka.\"bootstrap.servers\"=\"127.0.0.1:1\""});
    ASSERT_TRUE(ended) << ended.error().message;
    EXPECT_EQ(ended->status.code, 75) << ended->errors;
    EXPECT_THAT(ended->errors, HasSubstr("127.0.0.1:1"));
  }
}

TEST_F(Waiting, ForItsDatabaseASinkIsNotReadyAndThenGoesOn) {
  newsmill::testing::PostgresCluster& postgres = Shared().postgres();
  const auto stopped = postgres.Stop();
  ASSERT_TRUE(stopped) << stopped.error().message;
  ASSERT_NO_FATAL_FAILURE(StartAndExpectItWaits("sink", "store"));
  const auto resumed = postgres.Resume();
  ASSERT_TRUE(resumed) << resumed.error().message;
  ExpectAllGoOn();
}

TEST_F(Waiting, ForADatabaseThatDoesNotComeASinkEndsWith75) {
  newsmill::testing::PostgresCluster& postgres = Shared().postgres();
  const auto stopped = postgres.Stop();
  ASSERT_TRUE(stopped) << stopped.error().message;
  const auto ended = pipeline_->Command({"sink", "--startup-timeout", "1s"});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->status.code, 75) << ended->errors;
  const auto resumed = postgres.Resume();
  ASSERT_TRUE(resumed) << resumed.error().message;
}

}  // namespace
}  // namespace newsmill::e2e
