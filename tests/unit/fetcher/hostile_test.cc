// What the fetcher makes of a server that breaks every rule.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/inflate.h"
#include "fetcher/fetch_once.h"
#include "fetcher/http/curl_client.h"
#include "tests/support/hostile/behaviours.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::HostileAnswer;
using testing::HostileNames;
using testing::ScriptedServer;

struct Expected {
  // A page where unspecified.
  v1::OutcomeKind outcome = v1::OUTCOME_KIND_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  bool truncated = false;
};

const Expected kPage{};
const Expected kPart{v1::OUTCOME_KIND_UNSPECIFIED, v1::REASON_UNSPECIFIED,
                     true};

Expected Dead(v1::Reason reason) { return {v1::DEAD, reason, false}; }

const std::map<std::string, Expected>& Outcomes() {
  static const std::map<std::string, Expected> outcomes = {
      {"drip", kPart},
      {"never", Dead(v1::REASON_TIMED_OUT)},
      {"close-before", Dead(v1::REASON_TRUNCATED)},
      {"close-in-headers", Dead(v1::REASON_TRUNCATED)},
      {"close-in-body", kPart},
      {"length-too-long", kPart},
      {"length-too-short", kPage},
      {"length-nonsense", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"length-twice", kPart},
      {"endless", Dead(v1::REASON_TOO_LARGE)},
      {"endless-headers", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"bomb-gzip", kPage},
      {"bomb-deflate", kPage},
      {"bomb-br", kPage},
      {"bomb-zstd", kPage},
      {"redirect-circle", Dead(v1::REASON_TOO_MANY_REDIRECTS)},
      {"redirect-endless", Dead(v1::REASON_TOO_MANY_REDIRECTS)},
      {"redirect-private", Dead(v1::REASON_ADDRESS_REFUSED)},
      {"redirect-metadata", Dead(v1::REASON_ADDRESS_REFUSED)},
      {"redirect-file", {v1::SKIPPED, v1::REASON_OUT_OF_SCOPE, false}},
      {"redirect-gopher", {v1::SKIPPED, v1::REASON_OUT_OF_SCOPE, false}},
      {"redirect-nowhere", Dead(v1::REASON_DNS_FAILED)},
      {"headers-50000", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"header-1mb", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"nul-header", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"nul-body", kPage},
      {"chunk-size-wrong", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"chunk-size-huge", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"chunk-short", kPart},
      {"continue", kPage},
      {"continue-endless", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"switching", Dead(v1::REASON_TRUNCATED)},
      {"http09", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"garbage", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"no-status", Dead(v1::REASON_HTTP_PROTOCOL)},
      {"film", {v1::SKIPPED, v1::REASON_NOT_HTML, false}},
      {"429-seconds", Dead(v1::REASON_HTTP_TOO_MANY_REQUESTS)},
      {"429-date", Dead(v1::REASON_HTTP_TOO_MANY_REQUESTS)},
      {"429-nonsense", Dead(v1::REASON_HTTP_TOO_MANY_REQUESTS)},
      {"503-seconds", Dead(v1::REASON_HTTP_SERVER_ERROR)},
      {"503-date", Dead(v1::REASON_HTTP_SERVER_ERROR)},
      {"503-nonsense", Dead(v1::REASON_HTTP_SERVER_ERROR)},
      {"calendar", kPage},
  };
  return outcomes;
}

class HostileServer : public ::testing::Test {
 protected:
  FetchedOnce Fetch(const std::string& name) {
    FetcherConfig config;
    config.robots = "off";
    config.contact = "test@example.org";
    config.host_delay = 0ms;
    config.first_byte_timeout = 1s;
    config.total_timeout = 3s;
    config.low_speed_limit = 100;
    config.low_speed_time = 1s;
    config.allow_addresses = {"127.0.0.1"};
    const std::string url = server_.Url("/" + name);
    Result<FetchedOnce> fetched =
        FetchOnce(config, sites_, *sites_.Resolve(url), url);
    EXPECT_TRUE(fetched) << fetched.error().message;
    return std::move(*fetched);
  }

  SiteCatalogue sites_;
  ScriptedServer server_{&HostileAnswer};
};

class Hostile : public HostileServer,
                public ::testing::WithParamInterface<std::string> {};

TEST_P(Hostile, HasItsOutcome) {
  const FetchedOnce fetched = Fetch(GetParam());
  const Expected& expected = Outcomes().at(GetParam());
  const v1::Outcome& outcome = fetched.outcome;
  EXPECT_EQ(fetched.page.has_value(),
            expected.outcome == v1::OUTCOME_KIND_UNSPECIFIED)
      << v1::Reason_Name(outcome.reason()) << ": " << outcome.detail();
  if (fetched.page) {
    EXPECT_EQ(fetched.page->truncated(), expected.truncated);
    EXPECT_FALSE(fetched.page->body().empty());
    return;
  }
  EXPECT_EQ(outcome.kind(), expected.outcome);
  EXPECT_EQ(outcome.reason(), expected.reason)
      << v1::Reason_Name(outcome.reason()) << ": " << outcome.detail();
  EXPECT_FALSE(outcome.detail().empty());
}

INSTANTIATE_TEST_SUITE_P(Server, Hostile, ::testing::ValuesIn(HostileNames()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// The fetcher keeps a bomb as small as it was sent; the parser stops it.
TEST_F(HostileServer, ABombEndsAtTheParsersLimit) {
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    const FetchedOnce fetched = Fetch(std::string("bomb-") + coding);
    ASSERT_TRUE(fetched.page) << coding;
    EXPECT_LT(fetched.page->body().size(), 512u << 10) << coding;
    const auto inflated =
        InflateBody(fetched.page->body(), coding, size_t{16} << 20);
    ASSERT_FALSE(inflated) << coding;
    EXPECT_EQ(inflated.error().code, Code::kTooLarge) << coding;
  }
}

TEST_F(HostileServer, ARetryAfterIsAFactAboutTheHostInBothForms) {
  for (const char* status : {"429", "503"}) {
    for (const char* form : {"seconds", "date", "nonsense"}) {
      const std::string name = std::string(status) + "-" + form;
      const FetchedOnce fetched = Fetch(name);
      EXPECT_THAT(fetched.outcome.detail(), HasSubstr("Retry-After")) << name;
      EXPECT_EQ(fetched.outcome.detail().find("neither seconds nor date") !=
                    std::string::npos,
                std::string(form) == "nonsense")
          << fetched.outcome.detail();
    }
  }
}

// A server in a process of its own, so that what it needs counts for nobody.
class HostileProcess {
 public:
  HostileProcess() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    child_ = fork();
    if (child_ == 0) {
      const ScriptedServer server(&HostileAnswer);
      const int port = server.port();
      (void)!write(ends[1], &port, sizeof port);
      pause();
      _exit(0);
    }
    EXPECT_EQ(read(ends[0], &port_, sizeof port_),
              static_cast<ssize_t>(sizeof port_));
    close(ends[0]);
    close(ends[1]);
  }
  ~HostileProcess() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  int port() const { return port_; }

 private:
  pid_t child_ = -1;
  int port_ = 0;
};

int64_t KilobytesOf(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) {
      return std::stoll(line.substr(field.size() + 1));
    }
  }
  return 0;
}

TEST(HostileLoad, NothingHangsAndMemoryStaysBelowItsBudget) {
  const HostileProcess server;
  CurlClientOptions options;
  options.first_byte_timeout = 2s;
  options.total_timeout = 5s;
  options.low_speed_time = 2s;
  options.guard = *AddressGuard::Create({"127.0.0.1"});
  const auto client = *CurlClient::Create(options);
  constexpr int kEach = 4;
  const int64_t before = KilobytesOf("VmRSS");
  size_t asked = 0;
  size_t told = 0;
  for (const std::string& name : HostileNames()) {
    for (int i = 0; i < kEach; ++i) {
      HttpRequest request;
      request.url =
          "http://127.0.0.1:" + std::to_string(server.port()) + "/" + name;
      client->Start(std::move(request), nullptr,
                    [&told](HttpClient::RequestId, HttpResponse) { ++told; });
      ++asked;
    }
  }
  const auto begun = std::chrono::steady_clock::now();
  while (client->in_flight() > 0 &&
         std::chrono::steady_clock::now() - begun < 60s) {
    client->Poll(100ms);
  }
  EXPECT_EQ(told, asked);
  // Per request: a body and headers up to their limits, and libcurl's buffer.
  const auto budget = static_cast<int64_t>(asked) * (768 + 128 + 128);
  EXPECT_LT(KilobytesOf("VmHWM") - before, budget);
}

}  // namespace
}  // namespace newsmill
