#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/http/curl_client.h"
#include "tests/support/origin/certificate.h"
#include "tests/support/process/temp_folder.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Html;
using testing::ScriptedServer;

// A server for news.example, and the file of the authority behind it.
class CurlClientTls : public ::testing::Test {
 protected:
  CurlClientTls() {
    Result<origin::SslContext> context =
        origin::MakeServerContext({"news.example"}, ca_file());
    EXPECT_TRUE(context) << context.error().message;
    server_.emplace(
        [](const ScriptedServer::Request&) {
          testing::Script script = Html("over TLS");
          script.push_back(testing::Close());
          return script;
        },
        std::shared_ptr<SSL_CTX>(std::move(*context)));
  }

  std::string ca_file() const { return folder_ / "ca.pem"; }

  std::unique_ptr<CurlClient> NewClient(const std::string& host,
                                        const std::string& ca) const {
    CurlClientOptions options;
    options.ca_file = ca;
    options.connect_to = {{host + ":443", server_->address()}};
    Result<std::unique_ptr<CurlClient>> client =
        CurlClient::Create(std::move(options));
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }

  static HttpResponse Ask(HttpClient& client, const std::string& url) {
    std::optional<HttpResponse> answer;
    HttpRequest request;
    request.url = url;
    client.Start(std::move(request), nullptr,
                 [&answer](HttpClient::RequestId, HttpResponse response) {
                   answer = std::move(response);
                 });
    while (!answer) client.Poll(1s);
    return std::move(*answer);
  }

  process::TempFolder folder_;
  std::optional<ScriptedServer> server_;
};

TEST_F(CurlClientTls, ServesARealNameFromLoopback) {
  const auto client = NewClient("news.example", ca_file());
  const HttpResponse response = Ask(*client, "https://news.example/1");
  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.body, "over TLS");
  EXPECT_GE(response.timing.tls_ms(), response.timing.connect_ms());
}

TEST_F(CurlClientTls, AnotherNameThanTheCertificatesFails) {
  const auto client = NewClient("other.example", ca_file());
  const HttpResponse response = Ask(*client, "https://other.example/1");
  EXPECT_EQ(response.failure, v1::REASON_TLS_FAILED) << response.detail;
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(CurlClientTls, AnUnknownAuthorityFails) {
  const auto client = NewClient("news.example", "");
  const HttpResponse response = Ask(*client, "https://news.example/1");
  EXPECT_EQ(response.failure, v1::REASON_TLS_FAILED) << response.detail;
  EXPECT_FALSE(response.own_fault);
}

// libcurl parses the authorities again for every handshake unless nothing but
// a file of them is set; that costs some 25 ms of a core each.
TEST_F(CurlClientTls, ReadsTheAuthoritiesOnceForManyHandshakes) {
  const auto client = NewClient("news.example", ca_file());
  const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(inotify_add_watch(watch, ca_file().c_str(), IN_OPEN), 0);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Ask(*client, "https://news.example/").status, 200);
  }
  EXPECT_EQ(server_->connections(), 5);
  std::array<char, 4096> events;
  const ssize_t bytes = read(watch, events.data(), events.size());
  EXPECT_EQ(bytes, static_cast<ssize_t>(sizeof(inotify_event)))
      << "one event, of one opening";
  close(watch);
}

}  // namespace
}  // namespace newsmill
