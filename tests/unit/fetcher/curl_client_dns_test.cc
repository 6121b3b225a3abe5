#include <atomic>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/http/curl_client.h"
#include "tests/support/dns_server.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::DnsAnswer;
using testing::DnsServer;
using ::testing::HasSubstr;
using testing::Html;
using testing::ScriptedServer;

DnsAnswer Addresses(std::vector<std::string> addresses) {
  DnsAnswer answer;
  answer.addresses = std::move(addresses);
  return answer;
}

// A client whose names are a test's, and a server on 127.0.0.1.
class CurlClientDns : public ::testing::Test {
 protected:
  std::unique_ptr<CurlClient> NewClient(DnsServer& dns) {
    CurlClientOptions options;
    options.connect_timeout = 5s;
    options.guard = *AddressGuard::Create(allowed_);
    options.resolver.servers = {dns.address()};
    options.resolver.least_ttl = 0s;
    auto client = CurlClient::Create(std::move(options));
    EXPECT_TRUE(client) << client.error().message;
    return std::move(*client);
  }

  HttpResponse Ask(HttpClient& client, const std::string& host) {
    std::optional<HttpResponse> answer;
    HttpRequest request;
    request.url = "http://" + host + ":" + std::to_string(server_.port()) + "/";
    client.Start(std::move(request), nullptr,
                 [&answer](HttpClient::RequestId, HttpResponse response) {
                   answer = std::move(response);
                 });
    while (!answer) client.Poll(1s);
    return std::move(*answer);
  }

  std::vector<std::string> allowed_ = {"127.0.0.1", "127.0.0.66"};
  ScriptedServer server_{
      [](const ScriptedServer::Request&) { return Html("x"); }};
};

TEST_F(CurlClientDns, AsksTheResolvedAddressUnderTheHostsName) {
  DnsServer dns({{"news.example", Addresses({"127.0.0.1"})}});
  const auto client = NewClient(dns);
  const HttpResponse response = Ask(*client, "news.example");
  EXPECT_EQ(response.status, 200) << response.detail;
  EXPECT_EQ(response.remote_address, server_.address());
  EXPECT_EQ(server_.requests().at(0).host,
            "news.example:" + std::to_string(server_.port()));
}

TEST_F(CurlClientDns, AHundredRequestsToANewHostAskForItsAddressOnce) {
  DnsServer dns({{"news.example", Addresses({"127.0.0.1"})}});
  const auto client = NewClient(dns);
  int right = 0;
  for (int i = 0; i < 100; ++i) {
    HttpRequest request;
    request.url = "http://news.example:" + std::to_string(server_.port()) + "/";
    client->Start(std::move(request), nullptr,
                  [&right](HttpClient::RequestId, HttpResponse response) {
                    right += response.status == 200 ? 1 : 0;
                  });
  }
  while (client->in_flight() > 0) client->Poll(1s);
  EXPECT_EQ(right, 100);
  EXPECT_EQ(dns.Questions("news.example"), 1);
}

TEST_F(CurlClientDns, AnUnknownNameIsToldAsOne) {
  DnsServer dns(std::map<std::string, DnsAnswer>{});
  const auto client = NewClient(dns);
  const HttpResponse response = Ask(*client, "unknown.example");
  EXPECT_EQ(response.failure, v1::REASON_DNS_FAILED);
  EXPECT_THAT(response.detail, HasSubstr("resolving unknown.example"));
  EXPECT_FALSE(response.own_fault);
}

TEST_F(CurlClientDns, ANameThatTurnsPrivateIsRefused) {
  std::atomic<bool> turned = false;
  DnsServer dns([&turned](const std::string&) {
    DnsAnswer answer = Addresses({turned ? "127.0.0.2" : "127.0.0.1"});
    answer.ttl = 0;
    return answer;
  });
  const auto client = NewClient(dns);
  EXPECT_EQ(Ask(*client, "news.example").status, 200);
  turned = true;
  const HttpResponse response = Ask(*client, "news.example");
  EXPECT_EQ(response.failure, v1::REASON_ADDRESS_REFUSED);
  EXPECT_TRUE(response.refused_by_guard);
  EXPECT_THAT(response.detail, HasSubstr("127.0.0.2"));
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(CurlClientDns, TriesTheNextAddressWhereOneTakesNoConnection) {
  // The server listens on 127.0.0.1 alone.
  DnsServer dns({{"news.example", Addresses({"127.0.0.66", "127.0.0.1"})},
                 {"gone.example", Addresses({"127.0.0.66"})}});
  const auto client = NewClient(dns);
  const HttpResponse response = Ask(*client, "news.example");
  EXPECT_EQ(response.status, 200) << response.detail;
  EXPECT_EQ(response.remote_address, server_.address());
  EXPECT_EQ(Ask(*client, "gone.example").failure, v1::REASON_CONNECT_FAILED);
}

TEST_F(CurlClientDns, OfSeveralAddressesOnlyThoseThatMayBeAskedAreTried) {
  DnsServer dns({{"news.example", Addresses({"10.0.0.1", "127.0.0.1"})}});
  const auto client = NewClient(dns);
  const HttpResponse response = Ask(*client, "news.example");
  EXPECT_EQ(response.status, 200) << response.detail;
}

TEST_F(CurlClientDns, AnAbortedRequestIsNotStartedByItsAddress) {
  DnsServer dns({{"news.example", Addresses({"127.0.0.1"})}});
  const auto client = NewClient(dns);
  HttpRequest request;
  request.url = server_.Url("/");
  request.url.replace(request.url.find("127.0.0.1"), 9, "news.example");
  const auto id = client->Start(
      request, nullptr, [](HttpClient::RequestId, HttpResponse) { FAIL(); });
  client->Abort(id);
  EXPECT_EQ(client->in_flight(), 0u);
  EXPECT_EQ(Ask(*client, "news.example").status, 200);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(CurlClientDns, ANameServerThatNeverAnswersEndsTheRequest) {
  DnsAnswer silent;
  silent.silent = true;
  DnsServer dns({{"news.example", silent}});
  CurlClientOptions options;
  options.connect_timeout = 200ms;
  options.resolver.servers = {dns.address()};
  const auto client = *CurlClient::Create(std::move(options));
  const HttpResponse response = Ask(*client, "news.example");
  EXPECT_EQ(response.failure, v1::REASON_DNS_FAILED);
  EXPECT_THAT(response.detail, HasSubstr("no answer within 200ms"));
}

}  // namespace
}  // namespace newsmill
