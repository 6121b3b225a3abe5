// Each cause for which a task is tried again, over real connections: what its
// task then says of it, where it waits, and how it ends when no delay is left.
// And what is our own fault, for which nothing is held against a task.

#include <sys/resource.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "core/flow/settler.h"
#include "tests/support/dns_server.h"
#include "tests/support/origin/certificate.h"
#include "tests/support/process/free_port.h"
#include "tests/support/process/temp_folder.h"
#include "tests/unit/fetcher/fetch_handler_fixture.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Close;
using testing::DnsAnswer;
using testing::DnsServer;
using testing::Hang;
using ::testing::HasSubstr;
using testing::Html;
using testing::Pause;
using testing::RecordingSink;
using testing::Script;
using testing::ScriptedServer;
using testing::Send;
using Kind = Settlement::Kind;

class RetryCauses : public testing::FetchHandlerTest {
 protected:
  RetryCauses() {
    config_.keep_truncated = false;
    config_.contact = "test@example.org";
    config_.dns_servers = {dns_.address()};
    config_.connect_timeout = 2s;
    config_.first_byte_timeout = 300ms;
    config_.total_timeout = 600ms;
  }

  // The task fails for `reason`, and the task that waits for its next attempt
  // says so; with no delay left the same failure is a dead letter.
  Failure ExpectRetried(const std::string& url, v1::Reason reason,
                        int status = 0) {
    Start();
    const Timestamp before = Clock::System().Now();
    Give(url);
    std::vector<Settlement> settled = sink_->Await(1);
    if (settled.size() != 1) return {};
    Settlement& settlement = settled[0];
    EXPECT_EQ(settlement.kind, Kind::kFail);
    EXPECT_EQ(v1::Reason_Name(settlement.failure.reason),
              v1::Reason_Name(reason))
        << settlement.failure.detail;
    EXPECT_TRUE(settlement.failure.retryable);
    EXPECT_EQ(settlement.failure.http_status, status);
    const Failure failure = settlement.failure;

    const Settler settler(v1::STAGE_FETCHER, *topics_, config_.retry_delays);
    const Timestamp now = Clock::System().Now();
    Settlement last = settlement;
    auto retried = settler.Decide(settlement, now);
    ExpectAttempt(retried, reason, status, before, now);
    last.task.set_attempt(static_cast<int32_t>(config_.retry_delays.size()));
    auto dead = settler.Decide(last, now);
    ExpectDead(dead, reason);
    return failure;
  }

  void ExpectAttempt(const Settler::Decision& decision, v1::Reason reason,
                     int status, Timestamp from, Timestamp to) {
    ASSERT_EQ(decision.outputs.size(), 1u);
    const Record& record = decision.outputs[0];
    v1::FetchTask task;
    ASSERT_TRUE(task.ParseFromString(record.value));
    EXPECT_EQ(task.attempt(), 1);
    ASSERT_EQ(task.attempts_size(), 1);
    const v1::Attempt& attempt = task.attempts(0);
    EXPECT_EQ(attempt.reason(), reason);
    EXPECT_EQ(attempt.http_status(), status);
    EXPECT_NE(attempt.detail(), "");
    EXPECT_GE(FromProto(attempt.at()), from);
    EXPECT_LE(FromProto(attempt.at()), to);
    EXPECT_GE(FromProto(task.not_before()), to + config_.retry_delays[0]);
  }

  void ExpectDead(const Settler::Decision& decision, v1::Reason reason) {
    ASSERT_EQ(decision.outputs.size(), 2u);
    EXPECT_EQ(decision.outputs[0].topic, topics_->dead);
    v1::DeadLetter letter;
    ASSERT_TRUE(letter.ParseFromString(decision.outputs[0].value));
    EXPECT_EQ(letter.reason(), reason);
    v1::Outcome outcome;
    ASSERT_TRUE(outcome.ParseFromString(decision.outputs[1].value));
    EXPECT_EQ(outcome.kind(), v1::DEAD);
    EXPECT_EQ(outcome.reason(), reason);
  }

  void Serve(Script script) {
    script_ = [script](const ScriptedServer::Request&) { return script; };
  }

  DnsServer dns_{std::map<std::string, DnsAnswer>{
      {"broken.example", DnsAnswer{.addresses = {}, .rcode = 2}}}};
};

TEST_F(RetryCauses, TooManyRequests) {
  Serve(Answer("429 Too Many Requests", "", {"Retry-After: 30"}));
  const Failure failure =
      ExpectRetried(server_.Url("/"), v1::REASON_HTTP_TOO_MANY_REQUESTS, 429);
  EXPECT_TRUE(failure.not_before) << "when the host may be asked again";
}

TEST_F(RetryCauses, ServiceUnavailable) {
  Serve(Answer("503 Service Unavailable", "", {"Retry-After: 30"}));
  EXPECT_TRUE(ExpectRetried(server_.Url("/"), v1::REASON_HTTP_SERVER_ERROR, 503)
                  .not_before);
}

TEST_F(RetryCauses, AnotherServerError) {
  Serve(Answer("502 Bad Gateway", "no"));
  EXPECT_FALSE(
      ExpectRetried(server_.Url("/"), v1::REASON_HTTP_SERVER_ERROR, 502)
          .not_before);
}

TEST_F(RetryCauses, NoFirstByteInTime) {
  Serve({Hang()});
  ExpectRetried(server_.Url("/"), v1::REASON_TIMED_OUT);
}

TEST_F(RetryCauses, NoLastByteInTime) {
  Script script = {Send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")};
  for (int i = 0; i < 90; ++i) {
    script.push_back(Pause(100ms));
    script.push_back(Send("x"));
  }
  Serve(script);
  ExpectRetried(server_.Url("/"), v1::REASON_TIMED_OUT, 200);
}

TEST_F(RetryCauses, ANameThatIsNotThere) {
  ExpectRetried("http://nowhere.example/", v1::REASON_DNS_FAILED);
}

TEST_F(RetryCauses, ANameServerThatFails) {
  ExpectRetried("http://broken.example/", v1::REASON_DNS_FAILED);
}

TEST_F(RetryCauses, AConnectionThatIsRefused) {
  ExpectRetried("http://127.0.0.1:" + std::to_string(process::FreePort()) + "/",
                v1::REASON_CONNECT_FAILED);
}

TEST_F(RetryCauses, AHandshakeThatFails) {
  const process::TempFolder folder;
  auto context = origin::MakeServerContext({"other.example"}, folder / "ca.pem",
                                           /*expired=*/false);
  ASSERT_TRUE(context) << context.error().message;
  const ScriptedServer untrusted(
      [](const ScriptedServer::Request&) { return Html("secret"); },
      std::shared_ptr<SSL_CTX>(std::move(*context)));
  ExpectRetried("https://" + untrusted.address() + "/", v1::REASON_TLS_FAILED);
}

TEST_F(RetryCauses, AnAnswerThatBreaksOff) {
  Serve({Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), Close()});
  ExpectRetried(server_.Url("/"), v1::REASON_TRUNCATED, 200);
}

TEST_F(RetryCauses, AConnectionThatEndsBeforeTheAnswer) {
  Serve({Close()});
  ExpectRetried(server_.Url("/"), v1::REASON_TRUNCATED);
}

// Our own faults.

class NoNetwork : public RetryCauses {
 protected:
  // Whatever is asked fails alike: intake stops, and nothing is counted.
  void ExpectHeldAgainstNobody() {
    Start();
    for (int i = 0; i < 5; ++i) {
      Give("http://h" + std::to_string(i) + ".example/");
    }
    Await([&] { return !handler_->NotReadyBecause().empty(); });
    EXPECT_THAT(handler_->NotReadyBecause(),
                HasSubstr("no connection can be opened"));
    EXPECT_EQ(sink_->size(), 0u) << "they wait";
    handler_.reset();
    for (const Settlement& settled : sink_->Await(5)) {
      EXPECT_EQ(settled.kind, Kind::kReturned);
      EXPECT_EQ(settled.task.attempt(), 0);
      EXPECT_EQ(settled.task.attempts_size(), 0);
    }
  }
};

TEST_F(NoNetwork, IsHeldAgainstNobody) {
  config_.dns_servers = {"255.255.255.255"};  // the kernel knows no way there
  ExpectHeldAgainstNobody();
}

TEST_F(NoNetwork, IsWhatANameServerIsThatFailsEveryName) {
  const DnsServer broken([](const std::string&) {
    return DnsAnswer{.addresses = {}, .rcode = 2};
  });
  config_.dns_servers = {broken.address()};
  ExpectHeldAgainstNobody();
}

TEST_F(NoNetwork, IsWhatANameServerIsThatNeverAnswers) {
  const DnsServer silent([](const std::string&) {
    return DnsAnswer{.addresses = {}, .silent = true};
  });
  config_.dns_servers = {silent.address()};
  config_.connect_timeout = 10s;
  ExpectHeldAgainstNobody();
}

// No file may grow beyond so much, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    before_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*before_handler_)(int) = nullptr;
};

TEST_F(RetryCauses, AFullDiskStopsTheWorkUntilThereIsRoom) {
  const process::TempFolder folder;
  config_.warc = folder / "warc";
  Serve(Html("<p>page"));
  {
    const FullDisk full(10);
    Start();
    for (int i = 0; i < 3; ++i) Give(server_.Url("/" + std::to_string(i)));
    Await([&] { return !handler_->NotReadyBecause().empty(); });
    EXPECT_THAT(handler_->NotReadyBecause(), HasSubstr("writing "));
    EXPECT_EQ(sink_->size(), 0u);
  }
  for (const Settlement& settled : sink_->Await(3)) {
    EXPECT_EQ(settled.kind, Kind::kAck);
    EXPECT_EQ(settled.task.attempt(), 0);
  }
  EXPECT_EQ(handler_->NotReadyBecause(), "");
}

}  // namespace
}  // namespace newsmill
