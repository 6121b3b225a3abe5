#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetcher/http/curl_client.h"
#include "fetcher/warc/warc_http_client.h"
#include "tests/support/manual_clock.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"
#include "tests/support/scripted_server.h"

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Close;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Script;
using testing::ScriptedServer;
using testing::Send;

namespace fs = std::filesystem;

Script ServerOf(const ScriptedServer::Request& request) {
  if (request.target == "/chunked") {
    return {
        Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")};
  }
  if (request.target == "/half") {
    return {Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), Close()};
  }
  if (request.target.starts_with("/tag?")) {
    return Answer("200 OK", "<p>page " + request.target,
                  {"X-Robots-Tag: " + request.target.substr(5)});
  }
  if (request.target == "/same") return Answer("304 Not Modified", "");
  if (request.target == "/gone") return Answer("404 Not Found", "gone");
  return Answer("200 OK", "<p>page " + request.target,
                {"Content-Type: text/html", "Set-Cookie: a=b"});
}

class Warc : public ::testing::Test {
 protected:
  void Start(WarcFileOptions options = {}) {
    CurlClientOptions client;
    client.guard = *AddressGuard::Create({"127.0.0.1"});
    options.folder = folder_ / "warc";
    options.about = "software: newsmill-test\r\n";
    client_ = std::make_unique<WarcHttpClient>(*CurlClient::Create(client),
                                               options, clock_, "acmebot");
  }

  HttpResponse Ask(const std::string& target) {
    std::optional<HttpResponse> answer;
    HttpRequest request;
    request.url = server_.Url(target);
    client_->Start(std::move(request), nullptr,
                   [&answer](HttpClient::RequestId, HttpResponse response) {
                     answer = std::move(response);
                   });
    while (!answer) client_->Poll(1s);
    return std::move(*answer);
  }

  std::vector<std::string> Files(const std::string& ending) const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder_ / "warc")) {
      if (entry.path().string().ends_with(ending)) {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::string Unpacked(const std::string& file) const {
    const auto done = process::RunToEnd({.argv = {"gzip", "-dc", file}}, 60s);
    EXPECT_TRUE(done && done->status.Succeeded());
    return done ? done->output : "";
  }

  process::TempFolder folder_;
  ManualClock clock_;
  ScriptedServer server_{&ServerOf};
  std::unique_ptr<WarcHttpClient> client_;
};

TEST_F(Warc, KeepsRequestResponseAndMetadataOfEachExchange) {
  Start();
  EXPECT_EQ(Ask("/a").body, "<p>page /a");
  EXPECT_EQ(Files(".warc.gz").size(), 0u) << "not complete yet";
  EXPECT_EQ(Files(".warc.gz.open").size(), 1u);
  client_.reset();
  const auto files = Files(".warc.gz");
  ASSERT_EQ(files.size(), 1u);
  const std::string text = Unpacked(files[0]);
  for (const char* line :
       {"WARC-Type: warcinfo", "WARC-Type: request", "WARC-Type: response",
        "WARC-Type: metadata", "GET /a HTTP/1.1", "Set-Cookie: a=b",
        "<p>page /a", "WARC-IP-Address: 127.0.0.1",
        "WARC-Payload-Digest: sha1:", "WARC-Date: 2026-01-01T00:00:00.000Z"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(Warc, ARepeatedBodyAndANotModifiedAreRevisits) {
  Start();
  Ask("/a");
  clock_.Advance(10s);
  EXPECT_EQ(Ask("/a").body, "<p>page /a");
  Ask("/same");
  client_.reset();
  const std::string text = Unpacked(Files(".warc.gz").at(0));
  EXPECT_THAT(text, HasSubstr("revisit/identical-payload-digest"));
  EXPECT_THAT(text, HasSubstr("WARC-Refers-To-Date: 2026-01-01T00:00:00.000Z"));
  EXPECT_THAT(text, HasSubstr("revisit/server-not-modified"));
}

TEST_F(Warc, KeepsNothingThatMayNotBeArchived) {
  Start();
  for (const char* tag :
       {"noarchive", "noindex,NoArchive", "none", "acmebot:noarchive",
        "otherbot:noarchive", "noindex"}) {
    EXPECT_EQ(Ask(std::string("/tag?") + tag).status, 200) << tag;
  }
  client_.reset();
  const std::string text = Unpacked(Files(".warc.gz").at(0));
  for (const char* kept : {"/tag?otherbot:noarchive", "/tag?noindex\r\n"}) {
    EXPECT_THAT(text, HasSubstr(kept));
  }
  for (const char* left : {"/tag?noarchive", "NoArchive", "none", "acmebot"}) {
    EXPECT_THAT(text, Not(HasSubstr(left)));
  }
}

TEST_F(Warc, SaysWhatWasChangedAndWhatIsMissing) {
  Start();
  Ask("/chunked");
  Ask("/half");
  client_.reset();
  const std::string text = Unpacked(Files(".warc.gz").at(0));
  EXPECT_THAT(text, HasSubstr("X-Crawler-Transfer-Encoding: chunked"));
  EXPECT_THAT(text, HasSubstr("Content-Length: 5"));
  EXPECT_THAT(text, HasSubstr("WARC-Truncated: disconnect"));
}

TEST_F(Warc, BeginsAnotherFileBySizeAndByAge) {
  WarcFileOptions options;
  options.max_bytes = 1;
  Start(options);
  Ask("/a");
  Ask("/b");
  EXPECT_EQ(Files(".warc.gz").size(), 2u);
  client_.reset();
  EXPECT_EQ(Files(".warc.gz").size(), 2u);

  options.max_bytes = 1 << 30;
  options.max_age = 1min;
  Start(options);
  Ask("/c");
  clock_.Advance(1min);
  client_->Poll(0ms);
  EXPECT_EQ(Files(".warc.gz").size(), 3u);
  EXPECT_EQ(Files(".open").size(), 0u);
}

TEST_F(Warc, WhatCannotBeWrittenIsAFaultOfOurs) {
  Start();
  std::ofstream(folder_ / "warc") << "a file where a folder should be";
  const HttpResponse response = Ask("/a");
  EXPECT_TRUE(response.own_fault);
  EXPECT_THAT(response.detail, HasSubstr("making"));
  EXPECT_EQ(response.body, "");
}

// warcio (PyPI), which the fixture python_tools installs, reads and checks
// every record.
TEST_F(Warc, PassesWarciosCheck) {
  Start();
  for (const char* target :
       {"/a", "/a", "/chunked", "/half", "/same", "/gone"}) {
    Ask(target);
  }
  client_.reset();
  const auto checked =
      process::RunToEnd({.argv = {NEWSMILL_PYTHON_TOOLS "/bin/warcio", "check",
                                  "-v", Files(".warc.gz").at(0)}},
                        60s);
  ASSERT_TRUE(checked) << checked.error().message;
  const std::string said = checked->output + checked->errors;
  EXPECT_TRUE(checked->status.Succeeded()) << said;
  EXPECT_THAT(said, HasSubstr("digest pass"));
  EXPECT_THAT(said, Not(HasSubstr("digest failed")));
}

}  // namespace
}  // namespace newsmill
