#include "fetcher/http/curl_client.h"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Close;
using ::testing::ElementsAre;
using testing::Hang;
using ::testing::HasSubstr;
using testing::Html;
using ::testing::Not;
using testing::Pause;
using testing::Reset;
using testing::Script;
using testing::ScriptedServer;
using testing::Send;

constexpr char kHead[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\n";

CurlClientOptions Options() {
  CurlClientOptions options;
  options.user_agent = "newsmill-test/1 (+https://example.org/bot)";
  options.connect_timeout = 5s;
  options.first_byte_timeout = 10s;
  options.total_timeout = 20s;
  options.guard = *AddressGuard::Create({"127.0.0.0/8"});
  return options;
}

std::unique_ptr<CurlClient> NewClient(CurlClientOptions options = Options()) {
  Result<std::unique_ptr<CurlClient>> client =
      CurlClient::Create(std::move(options));
  EXPECT_TRUE(client) << client.error().message;
  return std::move(*client);
}

HttpResponse Ask(HttpClient& client, HttpRequest request,
                 HttpClient::MayRequest may = nullptr) {
  std::optional<HttpResponse> answer;
  client.Start(std::move(request), std::move(may),
               [&answer](HttpClient::RequestId, HttpResponse response) {
                 answer = std::move(response);
               });
  while (!answer) client.Poll(1s);
  return std::move(*answer);
}

HttpResponse Ask(HttpClient& client, const std::string& url,
                 HttpClient::MayRequest may = nullptr) {
  HttpRequest request;
  request.url = url;
  return Ask(client, std::move(request), std::move(may));
}

HttpResponse AskScripted(const Script& script,
                         CurlClientOptions options = Options()) {
  ScriptedServer server(
      [&script](const ScriptedServer::Request&) { return script; });
  const std::unique_ptr<CurlClient> client = NewClient(std::move(options));
  return Ask(*client, server.Url("/"));
}

TEST(CurlClient, GivesStatusHeadersBodyAndWhoAnswered) {
  ScriptedServer server([](const ScriptedServer::Request&) {
    return Answer("200 OK", "<p>hello</p>",
                  {"Content-Type: text/html", "ETag: \"a\""});
  });
  const auto client = NewClient();
  const HttpResponse response = Ask(*client, server.Url("/a?b=c"));

  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "<p>hello</p>");
  EXPECT_EQ(*FindHeader(response.headers, "etag"), "\"a\"");
  EXPECT_EQ(response.remote_address, server.address());
  EXPECT_EQ(response.http_version, "HTTP/1.1");
  EXPECT_GE(response.timing.total_ms(), response.timing.first_byte_ms());
  EXPECT_EQ(client->in_flight(), 0u);

  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].target, "/a?b=c");
  EXPECT_THAT(requests[0].head, HasSubstr("User-Agent: newsmill-test/1 "
                                          "(+https://example.org/bot)\r\n"));
  EXPECT_THAT(requests[0].head,
              HasSubstr("Accept-Encoding: gzip, br, zstd, deflate\r\n"));
}

TEST(CurlClient, KeepsAnEncodedBodyAsSent) {
  const std::string not_really_gzip = "\x1f\x8b neither inflated nor checked";
  const HttpResponse response = AskScripted(
      Answer("200 OK", not_really_gzip, {"Content-Encoding: gzip"}));
  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.body, not_really_gzip);
}

TEST(CurlClient, GivesRedirectsBack) {
  ScriptedServer server([](const ScriptedServer::Request&) {
    return testing::RedirectTo("/elsewhere");
  });
  const auto client = NewClient();
  const HttpResponse response = Ask(*client, server.Url("/"));
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(*FindHeader(response.headers, "Location"), "/elsewhere");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(CurlClient, DecodesChunks) {
  const HttpResponse response =
      AskScripted({Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")});
  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.body, "abcde");
  EXPECT_EQ(FindHeader(response.headers, "x-trailer"), nullptr);
}

TEST(CurlClient, TakesNoHeadersFromAnInterimAnswer) {
  const HttpResponse response =
      AskScripted({Send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
                   Send(std::string(kHead) + "0123456789")});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(FindHeader(response.headers, "link"), nullptr);
}

// Failures.

struct FailureCase {
  const char* name;
  Script script;
  v1::Reason reason;
};

class CurlClientFailure : public ::testing::TestWithParam<FailureCase> {};

TEST_P(CurlClientFailure, HasItsReason) {
  const HttpResponse response = AskScripted(GetParam().script);
  EXPECT_EQ(response.failure, GetParam().reason)
      << v1::Reason_Name(response.failure) << ": " << response.detail;
  EXPECT_FALSE(response.detail.empty());
  EXPECT_FALSE(response.own_fault);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, CurlClientFailure,
    ::testing::Values(
        FailureCase{"ClosedBeforeTheAnswer", {Close()}, v1::REASON_TRUNCATED},
        FailureCase{"ResetBeforeTheAnswer", {Reset()}, v1::REASON_TRUNCATED},
        FailureCase{"ClosedWithinTheHeaders",
                    {Send("HTTP/1.1 200 OK\r\nContent-Ty"), Close()},
                    v1::REASON_TRUNCATED},
        FailureCase{"ClosedWithinTheBody",
                    {Send(std::string(kHead) + "0123"), Close()},
                    v1::REASON_TRUNCATED},
        FailureCase{"ResetWithinTheBody",
                    {Send(std::string(kHead) + "0123"), Pause(50ms), Reset()},
                    v1::REASON_TRUNCATED},
        FailureCase{"ClosedWithinAChunk",
                    {Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                          "\r\n5\r\nab"),
                     Close()},
                    v1::REASON_TRUNCATED},
        FailureCase{"NoChunkSize",
                    {Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                          "\r\nxyz\r\n"),
                     Hang()},
                    v1::REASON_HTTP_PROTOCOL},
        FailureCase{"Http09",
                    {Send("<html>no status line</html>\r\n"), Close()},
                    v1::REASON_HTTP_PROTOCOL},
        FailureCase{"AHeaderOfAMegabyte",
                    {Send("HTTP/1.1 200 OK\r\nX: " +
                          std::string(1'000'000, 'x') + "\r\n\r\n"),
                     Hang()},
                    v1::REASON_HTTP_PROTOCOL}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(CurlClient, RefusesFiftyThousandHeaders) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 50'000; ++i) head += "X: 1\r\n";
  const HttpResponse response = AskScripted({Send(head), Hang()});
  EXPECT_EQ(response.failure, v1::REASON_HTTP_PROTOCOL);
  EXPECT_THAT(response.detail, HasSubstr("more than 500 header fields"));
}

TEST(CurlClient, RefusesEndlessInterimAnswers) {
  std::string answers;
  for (int i = 0; i < 20'000; ++i) answers += "HTTP/1.1 100 Continue\r\n\r\n";
  const HttpResponse response = AskScripted({Send(answers), Hang()});
  EXPECT_EQ(response.failure, v1::REASON_HTTP_PROTOCOL);
  EXPECT_THAT(response.detail, HasSubstr("larger than 131072 bytes"));
}

TEST(CurlClient, EndsABodyAboveTheLimitAtTheHeaders) {
  CurlClientOptions options = Options();
  options.max_body_bytes = 9;
  const HttpResponse response = AskScripted({Send(kHead), Hang()}, options);
  EXPECT_EQ(response.failure, v1::REASON_TOO_LARGE);
  EXPECT_THAT(response.detail, HasSubstr("10 bytes; the limit is 9"));
  EXPECT_EQ(*FindHeader(response.headers, "content-type"), "text/html");
}

TEST(CurlClient, CountsABodyOfUnknownLength) {
  CurlClientOptions options = Options();
  options.max_body_bytes = 100;
  const HttpResponse response = AskScripted(
      {Send("HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x')), Hang()},
      options);
  EXPECT_EQ(response.failure, v1::REASON_TOO_LARGE);
}

TEST(CurlClient, AcceptsABodyOfExactlyTheLimit) {
  CurlClientOptions options = Options();
  options.max_body_bytes = 10;
  const HttpResponse response =
      AskScripted({Send(std::string(kHead) + "0123456789")}, options);
  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.body.size(), 10u);
}

TEST(CurlClient, CutsABodyWhereTheRequestSays) {
  for (const Script& script : {Answer("200 OK", "0123456789"),
                               Script{Send("HTTP/1.1 200 OK\r\n\r\n0123"),
                                      Pause(20ms), Send("456789"), Close()}}) {
    ScriptedServer server(
        [&script](const ScriptedServer::Request&) { return script; });
    CurlClientOptions options = Options();
    options.max_body_bytes = 5;
    const auto client = NewClient(std::move(options));
    for (const auto& [at, body, cut] :
         {std::tuple{7, "0123456", true}, std::tuple{10, "0123456789", false},
          std::tuple{0, "", true}}) {
      HttpRequest request;
      request.url = server.Url("/");
      request.cut_body_at = at;
      const HttpResponse response = Ask(*client, std::move(request));
      EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, body);
      EXPECT_EQ(response.cut, cut);
    }
  }
}

TEST(CurlClient, ARequestsFieldTakesThePlaceOfTheClientsOwn) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  const auto client = NewClient();
  HttpRequest request;
  request.url = server.Url("/");
  v1::HttpHeader accept;
  accept.set_name("accept");
  accept.set_value("text/plain");
  request.headers.push_back(accept);
  Ask(*client, std::move(request));
  const std::string head = server.requests().at(0).head;
  EXPECT_THAT(head, HasSubstr("accept: text/plain\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Accept: ")));
  EXPECT_THAT(head, HasSubstr("Accept-Encoding: gzip"));
  EXPECT_THAT(head, HasSubstr("User-Agent: newsmill-test"));
}

TEST(CurlClient, KeepsTheStatusOfAnErrorPageAboveTheLimit) {
  CurlClientOptions options = Options();
  options.max_body_bytes = 10;
  const HttpResponse response =
      AskScripted(Answer("404 Not Found", std::string(1000, 'x')), options);
  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.status, 404);
}

TEST(CurlClient, WaitsForTheFirstByteOnlyItsTime) {
  CurlClientOptions options = Options();
  options.first_byte_timeout = 100ms;
  const HttpResponse response = AskScripted({Hang()}, options);
  EXPECT_EQ(response.failure, v1::REASON_TIMED_OUT);
  EXPECT_THAT(response.detail, HasSubstr("no byte of an answer within 100ms"));
}

TEST(CurlClient, TheFirstByteEndsItsTimer) {
  CurlClientOptions options = Options();
  options.first_byte_timeout = 1s;
  const HttpResponse response =
      AskScripted({Send("HTTP/1.1 200 OK\r\n"), Pause(1500ms),
                   Send("Content-Length: 2\r\n\r\nok")},
                  options);
  EXPECT_EQ(response.failure, v1::REASON_UNSPECIFIED) << response.detail;
  EXPECT_EQ(response.body, "ok");
}

TEST(CurlClient, EndsADrippingAnswerAtTheTotalLimit) {
  CurlClientOptions options = Options();
  options.total_timeout = 300ms;
  Script script = {Send(kHead)};
  for (int i = 0; i < 10; ++i) {
    script.push_back(Pause(100ms));
    script.push_back(Send("x"));
  }
  const HttpResponse response = AskScripted(script, options);
  EXPECT_EQ(response.failure, v1::REASON_TIMED_OUT);
}

TEST(CurlClient, EndsAnAnswerBelowTheLowestRate) {
  CurlClientOptions options = Options();
  options.low_speed_limit = 1000;
  options.low_speed_time = 1s;
  const HttpResponse response =
      AskScripted({Send(std::string(kHead) + "0123"), Hang()}, options);
  EXPECT_EQ(response.failure, v1::REASON_TIMED_OUT);
  EXPECT_THAT(response.detail, HasSubstr("too slow"));
}

TEST(CurlClient, TellsARefusedConnectionFromAnUnknownName) {
  const auto client = NewClient();
  int free_port = 0;
  { free_port = ScriptedServer(nullptr).port(); }
  const HttpResponse refused =
      Ask(*client, "http://127.0.0.1:" + std::to_string(free_port) + "/");
  EXPECT_EQ(refused.failure, v1::REASON_CONNECT_FAILED) << refused.detail;
  EXPECT_FALSE(refused.own_fault);

  const HttpResponse unknown = Ask(*client, "http://nowhere.invalid/");
  EXPECT_EQ(unknown.failure, v1::REASON_DNS_FAILED) << unknown.detail;
}

TEST(CurlClient, SpeaksOnlyHttp) {
  const auto client = NewClient();
  EXPECT_EQ(Ask(*client, "file:///etc/hostname").failure,
            v1::REASON_INVALID_URL);
  EXPECT_EQ(Ask(*client, "gopher://127.0.0.1/").failure,
            v1::REASON_INVALID_URL);
}

TEST(CurlClient, TheHandshakeIsPartOfTheConnectTimeout) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("never"); });
  CurlClientOptions options = Options();
  options.connect_timeout = 200ms;  // the server waits for a request's head
  const auto client = NewClient(options);
  const HttpResponse response =
      Ask(*client, "https://127.0.0.1:" + std::to_string(server.port()) + "/");
  EXPECT_EQ(response.failure, v1::REASON_TIMED_OUT) << response.detail;
}

TEST(CurlClient, KeepsWhatArrivedOfABodyThatBreaksOff) {
  const HttpResponse closed =
      AskScripted({Send(std::string(kHead) + "0123"), Close()});
  EXPECT_EQ(closed.failure, v1::REASON_TRUNCATED);
  EXPECT_TRUE(closed.truncated);
  EXPECT_EQ(closed.body, "0123");

  const HttpResponse nothing = AskScripted({Send(kHead), Close()});
  EXPECT_EQ(nothing.failure, v1::REASON_TRUNCATED);
  EXPECT_FALSE(nothing.truncated);

  const HttpResponse whole = AskScripted(Html("whole"));
  EXPECT_FALSE(whole.truncated);
}

TEST(CurlClient, ReadsNoBodyOfATypeThatIsNotWanted) {
  ScriptedServer server([](const ScriptedServer::Request& request) {
    const std::string type = request.target == "/film" ? "video/mp4" : "text/x";
    return Script{
        Send("HTTP/1.1 200 OK\r\nContent-Type: " + type +
             "\r\nContent-Length: 999999999\r\n\r\n" + std::string(10, 'x')),
        Close()};
  });
  const auto client = NewClient();
  const auto ask = [&](const std::string& target) {
    std::optional<HttpResponse> answer;
    HttpRequest request;
    request.url = server.Url(target);
    request.wants_type = [](std::string_view type) {
      return type.starts_with("text/");
    };
    client->Start(std::move(request), nullptr,
                  [&answer](HttpClient::RequestId, HttpResponse response) {
                    answer = std::move(response);
                  });
    while (!answer) client->Poll(1s);
    return std::move(*answer);
  };
  const HttpResponse film = ask("/film");
  EXPECT_EQ(film.failure, v1::REASON_UNSPECIFIED) << film.detail;
  EXPECT_EQ(film.status, 200);
  EXPECT_TRUE(film.cut);
  EXPECT_EQ(film.body, "");
  EXPECT_EQ(ask("/text").failure, v1::REASON_TOO_LARGE);
}

// Control.

TEST(CurlClient, AsksThePeerOnlyIfItMay) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  const auto client = NewClient();
  std::string seen;
  const HttpResponse response =
      Ask(*client, server.Url("/"),
          [&seen](HttpClient::RequestId, const std::string& peer) {
            seen = peer;
            return false;
          });
  EXPECT_EQ(response.failure, v1::REASON_ADDRESS_REFUSED);
  EXPECT_EQ(seen, "127.0.0.1");
  EXPECT_TRUE(server.requests().empty());
}

TEST(CurlClient, OpensNoSocketToARefusedAddress) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  CurlClientOptions options = Options();
  options.may_connect = [](const std::string& address) {
    return address != "127.0.0.1";
  };
  const auto client = NewClient(std::move(options));
  const HttpResponse response = Ask(*client, server.Url("/"));
  EXPECT_EQ(response.failure, v1::REASON_ADDRESS_REFUSED);
  EXPECT_THAT(response.detail, HasSubstr("127.0.0.1"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlClient, TheGuardOpensNoSocketToAnAddressThatIsNotPublic) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  CurlClientOptions options = Options();
  options.guard = AddressGuard();
  const auto client = NewClient(std::move(options));
  const std::string port = std::to_string(server.port());
  for (const std::string host :
       {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"}) {
    const HttpResponse response =
        Ask(*client, "http://" + host + ":" + port + "/");
    EXPECT_EQ(response.failure, v1::REASON_ADDRESS_REFUSED) << host;
    EXPECT_TRUE(response.refused_by_guard) << host;
    EXPECT_THAT(response.detail, HasSubstr("allow_addresses")) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlClient, TheGuardJudgesAConnectionAgainBeforeEachRequest) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  CurlClientOptions options = Options();
  options.guard = AddressGuard();
  // A connection to the server is kept, for the name it was opened for.
  options.connect_to = {{"news.example:80", server.address()}};
  const auto client = NewClient(std::move(options));
  EXPECT_EQ(Ask(*client, "http://news.example/").status, 200);
  const HttpResponse response = Ask(*client, server.Url("/"));
  EXPECT_EQ(response.failure, v1::REASON_ADDRESS_REFUSED);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(CurlClient, ConnectsWhereConnectToSays) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  CurlClientOptions options = Options();
  options.guard = AddressGuard();  // lets pass what is named
  options.connect_to = {{"News.example:80", server.address()}};
  const auto client = NewClient(std::move(options));
  const HttpResponse response = Ask(*client, "http://news.example/a");
  EXPECT_EQ(response.status, 200) << response.detail;
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].host, "news.example");
}

TEST(CurlClient, RefusesAConnectToWithoutPort) {
  CurlClientOptions options = Options();
  options.connect_to = {{"news.example", "127.0.0.1:80"}};
  const auto client = CurlClient::Create(std::move(options));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::kBadConfiguration);
  EXPECT_THAT(client.error().message, HasSubstr("\"news.example\""));
}

TEST(CurlClient, RefusesAMissingCaFile) {
  CurlClientOptions options = Options();
  options.ca_file = "/nowhere/ca.pem";
  const auto client = CurlClient::Create(std::move(options));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::kBadConfiguration);
  EXPECT_THAT(client.error().message, HasSubstr("/nowhere/ca.pem"));
}

TEST(CurlClient, DoesNotTellAbortedRequests) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Script{Hang()}; });
  const auto client = NewClient();
  bool told = false;
  HttpRequest request;
  request.url = server.Url("/");
  const auto id = client->Start(
      request, nullptr,
      [&told](HttpClient::RequestId, HttpResponse) { told = true; });
  while (server.requests().empty()) client->Poll(10ms);
  client->Abort(id);
  client->Abort(id);
  client->Poll(50ms);
  EXPECT_FALSE(told);
  EXPECT_EQ(client->in_flight(), 0u);
}

TEST(CurlClient, UsesAConnectionAgainWithoutFurtherEpollCalls) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  const auto client = NewClient();
  Ask(*client, server.Url("/"));
  const uint64_t calls = client->epoll_control_calls();
  for (int i = 0; i < 20; ++i) Ask(*client, server.Url("/"));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client->epoll_control_calls(), calls);
}

TEST(CurlClient, OpensAnotherConnectionWhereTheServerClosedTheIdleOne) {
  ScriptedServer server([](const ScriptedServer::Request&) {
    Script script = Html("x");
    script.push_back(Close());
    return script;
  });
  const auto client = NewClient();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Ask(*client, server.Url("/")).status, 200);
    client->Poll(20ms);
  }
  EXPECT_EQ(server.connections(), 5);
}

TEST(CurlClient, ClosesAConnectionThatIsNotToBeKept) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  const auto client = NewClient();
  for (int i = 0; i < 2; ++i) {
    bool done = false;
    HttpRequest request;
    request.url = server.Url("/");
    request.keep_connection = false;
    client->Start(
        request, nullptr,
        [&done](HttpClient::RequestId, HttpResponse) { done = true; });
    while (!done) client->Poll(1s);
  }
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlClient, MovesHundredsOfTransfersAtOnce) {
  ScriptedServer server([](const ScriptedServer::Request& request) {
    Script script = {Pause(50ms)};
    for (testing::Step& step : Html(request.target))
      script.push_back(std::move(step));
    return script;
  });
  const auto client = NewClient();
  int done = 0;
  int right = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string path = "/" + std::to_string(i);
    HttpRequest request;
    request.url = server.Url(path);
    client->Start(
        request, nullptr,
        [&done, &right, path](HttpClient::RequestId, HttpResponse response) {
          ++done;
          if (response.body == path) ++right;
        });
  }
  while (done < 300) client->Poll(1s);
  EXPECT_EQ(right, 300);
}

TEST(CurlClient, ADoneMayStartTheNextRequest) {
  ScriptedServer server(
      [](const ScriptedServer::Request&) { return Html("x"); });
  const auto client = NewClient();
  int answers = 0;
  const std::function<void()> next = [&] {
    HttpRequest request;
    request.url = server.Url("/");
    client->Start(request, nullptr, [&](HttpClient::RequestId, HttpResponse) {
      if (++answers < 5) next();
    });
  };
  next();
  while (answers < 5) client->Poll(1s);
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST(CurlClient, WakeEndsAWait) {
  const auto client = NewClient();
  client->Wake();
  client->Poll(1h);  // returns
}

}  // namespace
}  // namespace newsmill
