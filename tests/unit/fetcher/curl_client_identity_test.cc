// Credentials, cookies and the proxy: what goes to whom.

#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/http/curl_client.h"
#include "tests/support/process/temp_folder.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::HasSubstr;
using testing::Html;
using ::testing::Not;
using testing::ScriptedServer;

class Identity : public ::testing::Test {
 protected:
  std::unique_ptr<CurlClient> NewClient() {
    options_.connect_to = {{"a.example:80", server_.address()},
                           {"b.example:80", server_.address()}};
    auto client = CurlClient::Create(options_);
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }

  HttpResponse Ask(HttpClient& client, const std::string& url) {
    std::optional<HttpResponse> answer;
    HttpRequest request;
    request.url = url;
    request.keep_heads = true;
    client.Start(std::move(request), nullptr,
                 [&answer](HttpClient::RequestId, HttpResponse response) {
                   answer = std::move(response);
                 });
    while (!answer) client.Poll(1s);
    return std::move(*answer);
  }

  std::string File(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string LastHead() { return server_.requests().back().head; }

  process::TempFolder folder_;
  CurlClientOptions options_;
  ScriptedServer server_{[](const ScriptedServer::Request& request) {
    if (request.target == "/set") {
      return Answer("200 OK", "x", {"Set-Cookie: taste=sweet; Path=/"});
    }
    return Html("x");
  }};
};

TEST_F(Identity, CredentialsGoToTheirOriginAlone) {
  options_.credentials = *Credentials::Read(
      {{"http://a.example", File("basic", "me:s3cret\n")}}, {});
  const auto client = NewClient();
  const HttpResponse response = Ask(*client, "http://a.example/");
  EXPECT_THAT(LastHead(), HasSubstr("Authorization: Basic bWU6czNjcmV0\r\n"));
  EXPECT_THAT(response.request_head, HasSubstr("Authorization: (not kept)"));
  EXPECT_THAT(response.request_head, Not(HasSubstr("bWU6")));
  Ask(*client, "http://b.example/");
  EXPECT_THAT(LastHead(), Not(HasSubstr("Authorization")));
}

TEST_F(Identity, ABareHostMeansHttps) {
  const auto credentials =
      Credentials::Read({}, {{"a.example", File("token", "abc")}});
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(*credentials->For(*Url::Parse("https://a.example/x")),
            "Bearer abc");
  EXPECT_EQ(credentials->For(*Url::Parse("http://a.example/x")), nullptr);
  EXPECT_EQ(credentials->For(*Url::Parse("https://a.example:8443/")), nullptr);
  EXPECT_EQ(credentials->For(*Url::Parse("https://x.a.example/")), nullptr);
}

TEST_F(Identity, AFileThatHoldsNoCredentialsIsRefusedWithoutBeingShown) {
  const auto refusal = [&](const std::string& host, const std::string& path) {
    const auto read = Credentials::Read({{host, path}}, {});
    return read ? std::string("none") : read.error().message;
  };
  EXPECT_THAT(refusal("a.example", folder_ / "missing"),
              HasSubstr("cannot be read"));
  EXPECT_THAT(refusal("a.example", File("empty", "\n")),
              HasSubstr("one line of text"));
  EXPECT_THAT(refusal("a/b", File("good", "a:b")), HasSubstr("a host"));
  const std::string message = refusal("a.example", File("bad", "s3cret"));
  EXPECT_THAT(message, HasSubstr("user:password"));
  EXPECT_THAT(message, Not(HasSubstr("s3cret")));
}

TEST_F(Identity, CookiesAreIgnoredUnlessTheirHostIsNamed) {
  const auto client = NewClient();
  Ask(*client, "http://a.example/set");
  Ask(*client, "http://a.example/");
  EXPECT_THAT(LastHead(), Not(HasSubstr("Cookie")));
}

TEST_F(Identity, ANamedHostHasAJarOfItsOwn) {
  options_.cookie_hosts = {"a.example"};
  const auto client = NewClient();
  Ask(*client, "http://a.example/set");
  Ask(*client, "http://b.example/");
  EXPECT_THAT(LastHead(), Not(HasSubstr("Cookie")));
  const HttpResponse response = Ask(*client, "http://a.example/");
  EXPECT_THAT(LastHead(), HasSubstr("Cookie: taste=sweet\r\n"));
  EXPECT_THAT(response.request_head, Not(HasSubstr("sweet")));
  Ask(*client, "http://b.example/");
  EXPECT_THAT(LastHead(), Not(HasSubstr("Cookie")));
}

TEST_F(Identity, AProxyIsAskedForHostsByName) {
  options_.proxy = "http://" + server_.address();
  options_.proxy_credentials = "me:pw";
  const auto client = NewClient();
  const HttpResponse response = Ask(*client, "http://news.example/a");
  EXPECT_EQ(response.status, 200) << response.detail;
  EXPECT_EQ(server_.requests().back().target, "http://news.example/a");
  EXPECT_THAT(LastHead(), HasSubstr("Proxy-Authorization: Basic bWU6cHc="));
  EXPECT_THAT(response.request_head, Not(HasSubstr("bWU6cHc=")));
}

TEST_F(Identity, AProxyIsNoWayRoundTheGuardOrTheContact) {
  options_.proxy = "http://" + server_.address();
  const auto client = NewClient();
  EXPECT_EQ(Ask(*client, "http://10.0.0.1/").failure,
            v1::REASON_ADDRESS_REFUSED);
  options_.may_connect = [](const std::string& address) {
    return address == "127.0.0.1";
  };
  const auto closed = NewClient();
  EXPECT_EQ(Ask(*closed, "http://news.example/").failure,
            v1::REASON_ADDRESS_REFUSED);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Identity, RefusesAProxyOfAnotherKind) {
  options_.proxy = "socks5://127.0.0.1:1080";
  const auto client = CurlClient::Create(options_);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::kBadConfiguration);
  EXPECT_THAT(client.error().message, HasSubstr("fetcher.proxy"));
}

}  // namespace
}  // namespace newsmill
