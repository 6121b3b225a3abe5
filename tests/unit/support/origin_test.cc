#include "tests/support/origin/origin.h"

#include <curl/curl.h>

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process/temp_folder.h"

namespace newsmill::origin {
namespace {

using ::testing::HasSubstr;

struct Answer {
  CURLcode code = CURLE_OK;
  long status = 0;
  std::string body;
};

size_t Append(char* data, size_t, size_t size, void* out) {
  static_cast<std::string*>(out)->append(data, size);
  return size;
}

// An origin, and a client that knows nothing but its CA and its ports.
class OriginTest : public ::testing::Test {
 protected:
  void Start(double faults = 0, std::vector<pages::Fault> kinds = {}) {
    OriginOptions options;
    options.folder = folder_.path().string();
    options.access_log = folder_ / "access.jsonl";
    options.pages.faults = faults;
    options.pages.fault_kinds = std::move(kinds);
    auto origin = Origin::Start(std::move(options));
    ASSERT_TRUE(origin) << origin.error().message;
    origin_ = std::move(*origin);
  }

  Answer Get(const std::string& url) {
    Answer answer;
    const std::string to =
        "::127.0.0.1:" + std::to_string(url.starts_with("https")
                                            ? origin_->tls_port()
                                            : origin_->port());
    curl_slist* connect_to = curl_slist_append(nullptr, to.c_str());
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_CONNECT_TO, connect_to);
    curl_easy_setopt(curl_, CURLOPT_CAINFO, origin_->ca_file().c_str());
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, Append);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
    answer.code = curl_easy_perform(curl_);
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(connect_to);
    return answer;
  }

  std::string Log() {
    std::ostringstream text;
    text << std::ifstream(folder_ / "access.jsonl").rdbuf();
    return text.str();
  }

  ~OriginTest() override { curl_easy_cleanup(curl_); }

  process::TempFolder folder_;
  std::unique_ptr<Origin> origin_;
  CURL* curl_ = curl_easy_init();
};

TEST_F(OriginTest, ServesEveryNameOverTlsWithACertificateThatHolds) {
  Start();
  for (const pages::MadeSite& site : pages::MadeSites()) {
    const Answer answer = Get(pages::ArticleUrl(site, 12));
    EXPECT_EQ(answer.code, CURLE_OK) << curl_easy_strerror(answer.code);
    EXPECT_EQ(answer.status, 200);
    pages::PageOptions options;
    options.site = &site;
    EXPECT_EQ(answer.body, pages::Make(12, options).body);
  }
}

TEST_F(OriginTest, ServesPlainHttpToo) {
  Start();
  EXPECT_EQ(Get("http://www.thepaper.cn/newsDetail_forward_12").status, 200);
}

TEST_F(OriginTest, EndsTruncatedBodiesEarly) {
  Start(1, {pages::Fault::kTruncated});
  const Answer answer = Get("https://www.thepaper.cn/newsDetail_forward_12");
  EXPECT_EQ(answer.code, CURLE_PARTIAL_FILE);
}

TEST_F(OriginTest, ResetsAConnectionOnceAndAnswersThen) {
  Start(1, {pages::Fault::kReset});
  const std::string url = "http://www.thepaper.cn/newsDetail_forward_12";
  EXPECT_EQ(Get(url).code, CURLE_RECV_ERROR);
  EXPECT_EQ(Get(url).status, 200);
}

TEST_F(OriginTest, IsBusyOnceAndAnswersThen) {
  Start(1, {pages::Fault::kBusy});
  const std::string url = "https://www.thepaper.cn/newsDetail_forward_12";
  EXPECT_EQ(Get(url).status, 503);
  EXPECT_EQ(Get(url).status, 200);
}

TEST_F(OriginTest, RedirectsWithinTheSiteToTheSameArticle) {
  Start(1, {pages::Fault::kRedirectWithin});
  const std::string host = "https://www.thepaper.cn";
  EXPECT_EQ(Get(host + "/newsDetail_forward_12").status, 301);
  EXPECT_EQ(Get(host + "/detail/12").status, 200);
}

TEST_F(OriginTest, KnowsNoOtherHostAndNoOtherPath) {
  Start();
  EXPECT_EQ(Get("http://unknown.example/newsDetail_forward_12").status, 404);
  EXPECT_EQ(Get("https://www.thepaper.cn/newsDetail_forward_x").status, 404);
}

TEST_F(OriginTest, LogsHostPathStatusAndPeerOfEachRequest) {
  Start();
  Get("https://www.thepaper.cn/newsDetail_forward_12");
  EXPECT_THAT(Log(), HasSubstr(R"("host":"www.thepaper.cn")"));
  EXPECT_THAT(Log(), HasSubstr(R"("path":"/newsDetail_forward_12")"));
  EXPECT_THAT(Log(), HasSubstr(R"("status":200)"));
  EXPECT_THAT(Log(), HasSubstr(R"("peer":"127.0.0.1:)"));
}

}  // namespace
}  // namespace newsmill::origin
