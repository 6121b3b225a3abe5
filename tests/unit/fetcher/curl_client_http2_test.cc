// HTTP/2, against the server of nghttp2.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/http/curl_client.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/free_port.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using process::ChildProcess;

bool Listens(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected =
      connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0;
  close(fd);
  return connected;
}

class CurlClientHttp2 : public ::testing::Test {
 protected:
  void SetUp() override {
    Run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=news.example", "-addext", "subjectAltName=DNS:news.example",
         "-keyout", folder_ / "key.pem", "-out", folder_ / "ca.pem"});
    std::ofstream(folder_ / "page.html") << "<p>a page";
    StartServer();
    ASSERT_TRUE(server_);
  }

  void Run(std::vector<std::string> argv) {
    auto child = ChildProcess::Start({.argv = std::move(argv)});
    ASSERT_TRUE(child) << child.error().message;
    const auto ended = (*child)->Wait(60s);
    ASSERT_TRUE(ended && ended->Succeeded());
  }

  void StartServer() {
    port_ = process::FreePort();
    auto child = ChildProcess::Start(
        {.argv = {"nghttpd", "-a", "127.0.0.1", "-d", folder_ / "",
                  std::to_string(port_), folder_ / "key.pem",
                  folder_ / "ca.pem"}});
    ASSERT_TRUE(child) << child.error().message;
    while ((*child)->Running()) {
      if (Listens(port_)) {
        server_ = std::move(*child);
        return;
      }
      std::this_thread::sleep_for(5ms);
    }
  }

  std::unique_ptr<CurlClient> NewClient(bool http2 = true) const {
    CurlClientOptions options;
    options.http2 = http2;
    options.ca_file = folder_ / "ca.pem";
    options.connect_to = {
        {"news.example:443", "127.0.0.1:" + std::to_string(port_)}};
    auto client = CurlClient::Create(std::move(options));
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }

  process::TempFolder folder_;
  int port_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

TEST_F(CurlClientHttp2, IsSpokenWhereTheServerOffersIt) {
  const auto client = NewClient();
  std::optional<HttpResponse> answer;
  HttpRequest request;
  request.url = "https://news.example/page.html";
  client->Start(std::move(request), nullptr,
                [&answer](HttpClient::RequestId, HttpResponse response) {
                  answer = std::move(response);
                });
  while (!answer) client->Poll(1s);
  EXPECT_EQ(answer->failure, v1::REASON_UNSPECIFIED) << answer->detail;
  EXPECT_EQ(answer->http_version, "HTTP/2");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "<p>a page");
}

TEST_F(CurlClientHttp2, AFirstBurstSharesOneConnection) {
  const auto client = NewClient();
  int right = 0;
  constexpr int kBurst = 50;
  for (int i = 0; i < kBurst; ++i) {
    HttpRequest request;
    request.url = "https://news.example/page.html?" + std::to_string(i);
    client->Start(std::move(request), nullptr,
                  [&](HttpClient::RequestId, HttpResponse response) {
                    right += response.body == "<p>a page" ? 1 : 0;
                  });
  }
  while (client->in_flight() > 0) client->Poll(1s);
  EXPECT_EQ(right, kBurst);
  EXPECT_EQ(client->connections_opened(), 1u);
}

}  // namespace
}  // namespace newsmill
