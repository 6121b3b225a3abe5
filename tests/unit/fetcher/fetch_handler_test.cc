#include "fetcher/fetch_handler.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/fetcher/fetch_handler_fixture.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Close;
using testing::Hang;
using testing::Html;
using testing::RedirectTo;
using testing::Script;
using testing::ScriptedServer;
using testing::Send;
using Kind = Settlement::Kind;

using testing::FetchHandlerTest;

TEST_F(FetchHandlerTest, TasksBecomePages) {
  Start();
  for (int i = 0; i < 20; ++i) Give(server_.Url("/" + std::to_string(i)));
  for (const Settlement& settled : sink_->Await(20)) {
    EXPECT_EQ(settled.kind, Kind::kAck);
    v1::FetchedPage page;
    ASSERT_TRUE(page.ParseFromString(settled.outputs.at(0).value));
    EXPECT_EQ(page.body(), "<p>page</p>");
    EXPECT_EQ(page.remote_address(), server_.address());
  }
  EXPECT_EQ(handler_->NotReadyBecause(), "");
}

TEST_F(FetchHandlerTest, OneHostIsAskedOneAtATimeAtItsDelay) {
  config_.host_delay = 20ms;
  Start();
  for (int i = 0; i < 5; ++i) Give(server_.Url("/" + std::to_string(i)));
  sink_->Await(5);
  const auto requests = server_.requests();
  for (size_t i = 1; i < requests.size(); ++i) {
    EXPECT_GE(requests[i].received_at - requests[i - 1].received_at, 20ms);
  }
}

// Whether a client went while somebody was still waking it.
struct WakeWatch {
  std::mutex mutex;
  std::condition_variable changed;
  bool waking = false;       // guarded by mutex
  bool gone_waking = false;  // guarded by mutex
};

class ClientThatWakesSlowly : public testing::FakeHttp {
 public:
  explicit ClientThatWakesSlowly(std::shared_ptr<WakeWatch> watch)
      : watch_(std::move(watch)) {}
  ~ClientThatWakesSlowly() override {
    const std::lock_guard lock(watch_->mutex);
    watch_->gone_waking = watch_->waking;
    watch_->changed.notify_all();
  }
  void Wake() override {
    const std::shared_ptr<WakeWatch> watch = watch_;
    std::unique_lock lock(watch->mutex);
    watch->waking = true;
    watch->changed.wait_for(lock, 100ms, [&] { return watch->gone_waking; });
    watch->waking = false;
  }

 private:
  const std::shared_ptr<WakeWatch> watch_;
};

TEST_F(FetchHandlerTest, ItsClientOutlivesTheLastWake) {
  topics_ = std::make_unique<Topics>(bus_, config_.retry_delays);
  const auto watch = std::make_shared<WakeWatch>();
  handler_ = std::make_unique<FetchHandler>(
      config_, sites_, *topics_, Clock::System(),
      std::make_unique<ClientThatWakesSlowly>(watch));
  handler_->Attach(port_);
  handler_.reset();
  EXPECT_FALSE(watch->gone_waking);
}

struct ScriptCase {
  const char* name;
  Script script;
  Kind kind;
  v1::Reason reason;
  bool retryable;
};

class FetchHandlerScripts : public FetchHandlerTest,
                            public ::testing::WithParamInterface<ScriptCase> {};

TEST_P(FetchHandlerScripts, EndAsTheyShould) {
  script_ = [](const ScriptedServer::Request&) { return GetParam().script; };
  if (GetParam().reason == v1::REASON_TIMED_OUT) {
    config_.first_byte_timeout = 200ms;
  }
  config_.max_body_bytes = 1000;
  Start();
  Give(server_.Url("/"));
  const std::vector<Settlement> settled = sink_->Await(1);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].kind, GetParam().kind);
  const v1::Reason reason = settled[0].kind == Kind::kFinish
                                ? settled[0].outcome.reason()
                                : settled[0].failure.reason;
  EXPECT_EQ(reason, GetParam().reason) << v1::Reason_Name(reason);
  EXPECT_EQ(settled[0].failure.retryable, GetParam().retryable);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, FetchHandlerScripts,
    ::testing::Values(
        ScriptCase{"NotFound", Answer("404 Not Found", "no"), Kind::kFinish,
                   v1::REASON_HTTP_NOT_FOUND, false},
        ScriptCase{"ServerError", Answer("500 Oops", ""), Kind::kFail,
                   v1::REASON_HTTP_SERVER_ERROR, true},
        ScriptCase{"TooLarge",
                   Answer("200 OK", std::string(1001, 'x'),
                          {"Content-Type: text/html"}),
                   Kind::kFail, v1::REASON_TOO_LARGE, false},
        ScriptCase{"LargePicture",
                   Answer("200 OK", std::string(1001, 'x'),
                          {"Content-Type: image/png"}),
                   Kind::kFinish, v1::REASON_NOT_HTML, false},
        ScriptCase{
            "NeverAnswers", {Hang()}, Kind::kFail, v1::REASON_TIMED_OUT, true},
        ScriptCase{
            "ClosesEarly", {Close()}, Kind::kFail, v1::REASON_TRUNCATED, true},
        ScriptCase{
            "LiesAboutItsLength",
            {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), Close()},
            Kind::kFail,
            v1::REASON_TRUNCATED,
            true},
        ScriptCase{"RedirectsToItself", RedirectTo("/"), Kind::kFail,
                   v1::REASON_TOO_MANY_REDIRECTS, false},
        ScriptCase{"RedirectsToAFile", RedirectTo("file:///etc/passwd"),
                   Kind::kFinish, v1::REASON_OUT_OF_SCOPE, false}),
    [](const auto& param_info) { return param_info.param.name; });

TEST_F(FetchHandlerTest, RevokedReturnsWhenItsTransfersAreGone) {
  script_ = [](const ScriptedServer::Request&) { return Script{Hang()}; };
  Start();
  Give(server_.Url("/1"));
  Give(server_.Url("/2"));
  AwaitRequests(1);
  handler_->Revoked({tasks()}, false);
  const std::vector<Settlement> settled = sink_->Take();
  ASSERT_EQ(settled.size(), 2u) << "at once";
  for (const Settlement& s : settled) EXPECT_EQ(s.kind, Kind::kReturned);
  EXPECT_TRUE(handler_->HasRoom(tasks()));
}

TEST_F(FetchHandlerTest, AbortsWhenFreshnessEndsWithoutARevoke) {
  script_ = [](const ScriptedServer::Request& request) {
    return request.connection == 1 ? Script{Hang()} : Html("second");
  };
  Start();
  Give(server_.Url("/"));
  AwaitRequests(1);
  port_.MakeStale(0);
  AwaitConnections(0);  // aborted
  EXPECT_EQ(server_.requests().size(), 1u);
  port_.MakeFresh(0);
  EXPECT_EQ(sink_->Await(1).at(0).kind, Kind::kAck);
}

TEST_F(FetchHandlerTest, IsFullWhenAsMuchMemoryIsUsedAsConfigured) {
  script_ = [](const ScriptedServer::Request&) { return Script{Hang()}; };
  config_.max_queued_bytes = 1000;  // one task takes about 900
  Start();
  EXPECT_TRUE(handler_->HasRoom(tasks()));
  Give(server_.Url("/1"));
  Give(server_.Url("/2"));
  EXPECT_FALSE(handler_->HasRoom(tasks()));
}

TEST_F(FetchHandlerTest, ADrainLetsWhatRunsFinish) {
  script_ = [](const ScriptedServer::Request&) {
    Script script = {testing::Pause(100ms)};
    script.push_back(Html("late").front());
    return script;
  };
  Start();
  Give(server_.Url("/1"));
  Give(server_.Url("/2"));
  AwaitRequests(1);
  handler_->Drain();
  const std::vector<Settlement> settled = sink_->Await(2);
  EXPECT_EQ(settled[0].kind, Kind::kReturned);
  EXPECT_EQ(settled[1].kind, Kind::kAck);
}

TEST_F(FetchHandlerTest, HandsBackWhatItHasAtItsEnd) {
  script_ = [](const ScriptedServer::Request&) { return Script{Hang()}; };
  Start();
  Give(server_.Url("/1"));
  Give(server_.Url("/2"));
  AwaitRequests(1);
  handler_.reset();
  EXPECT_EQ(sink_->size(), 2u);
}

TEST(FetchHandler, RefusesAConfigurationThatCannotWork) {
  FetcherConfig config;
  config.max_body_bytes = 1 << 20;
  const SiteCatalogue sites;
  const Topics topics(BusConfig(), config.retry_delays);
  const auto handler =
      FetchHandler::Create(config, sites, topics, Clock::System());
  ASSERT_FALSE(handler);
  EXPECT_EQ(handler.error().code, Code::kBadConfiguration);
}

}  // namespace
}  // namespace newsmill
