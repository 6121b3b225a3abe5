// TLS failures of each kind.

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "fetcher/http/curl_client.h"
#include "tests/support/origin/certificate.h"
#include "tests/support/process/temp_folder.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Html;
using testing::ScriptedServer;

constexpr char kHost[] = "news.example";

class HostileTls : public ::testing::Test {
 protected:
  std::string ca_file(const std::string& name = "ca.pem") const {
    return folder_ / name;
  }

  // `ca`: the authority that the client trusts; the server's own is ca.pem.
  HttpResponse Ask(const std::vector<std::string>& names, bool expired = false,
                   const std::string& ca = "ca.pem", int newest_version = 0) {
    auto context = origin::MakeServerContext(names, ca_file(), expired);
    EXPECT_TRUE(context) << context.error().message;
    if (newest_version != 0) {
      SSL_CTX_set_max_proto_version(context->get(), newest_version);
    }
    const ScriptedServer server(
        [](const ScriptedServer::Request&) { return Html("secret"); },
        std::shared_ptr<SSL_CTX>(std::move(*context)));
    HttpResponse response = AskAt(server.address(), ca_file(ca));
    EXPECT_TRUE(response.status == 200 || server.requests().empty());
    return response;
  }

  static HttpResponse AskAt(const std::string& address, const std::string& ca) {
    CurlClientOptions options;
    options.ca_file = ca;
    options.connect_timeout = 2s;
    options.connect_to = {{std::string(kHost) + ":443", address}};
    const auto client = *CurlClient::Create(std::move(options));
    std::optional<HttpResponse> answer;
    HttpRequest request;
    request.url = std::string("https://") + kHost + "/";
    client->Start(std::move(request), nullptr,
                  [&answer](HttpClient::RequestId, HttpResponse response) {
                    answer = std::move(response);
                  });
    while (!answer) client->Poll(1s);
    return std::move(*answer);
  }

  process::TempFolder folder_;
};

TEST_F(HostileTls, AGoodCertificateIsTaken) {
  EXPECT_EQ(Ask({kHost}).status, 200);
}

TEST_F(HostileTls, AnExpiredCertificateFails) {
  const HttpResponse response = Ask({kHost}, true);
  EXPECT_EQ(response.failure, v1::REASON_TLS_FAILED) << response.detail;
}

TEST_F(HostileTls, AnothersCertificateFails) {
  const HttpResponse response = Ask({"other.example"});
  EXPECT_EQ(response.failure, v1::REASON_TLS_FAILED) << response.detail;
}

TEST_F(HostileTls, AnUnknownAuthorityFails) {
  ASSERT_TRUE(origin::MakeServerContext({kHost}, ca_file("other.pem")));
  const HttpResponse response = Ask({kHost}, false, "other.pem");
  EXPECT_EQ(response.failure, v1::REASON_TLS_FAILED) << response.detail;
}

TEST_F(HostileTls, AnOutdatedProtocolFails) {
  const HttpResponse response = Ask({kHost}, false, "ca.pem", TLS1_1_VERSION);
  EXPECT_EQ(response.failure, v1::REASON_TLS_FAILED) << response.detail;
}

TEST_F(HostileTls, AServerThatSpeaksNoTlsFails) {
  ASSERT_TRUE(origin::MakeServerContext({kHost}, ca_file()));
  // Answers as soon as an empty line arrives, which no handshake holds.
  const ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("plain"); });
  const HttpResponse response = AskAt(server.address(), ca_file());
  EXPECT_EQ(response.failure, v1::REASON_TIMED_OUT) << response.detail;
}

}  // namespace
}  // namespace newsmill
