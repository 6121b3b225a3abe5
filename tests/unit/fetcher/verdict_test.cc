#include "fetcher/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = AnswerVerdict::Kind;

// 2026-07-24T20:01:01Z
const Timestamp kNow{std::chrono::seconds(1784923261)};

HttpResponse Answer(int status, std::string body = "<p>",
                    std::vector<std::pair<std::string, std::string>> headers = {
                        {"Content-Type", "text/html"}}) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  for (auto& [name, value] : headers) {
    v1::HttpHeader header;
    header.set_name(name);
    header.set_value(value);
    response.headers.push_back(header);
  }
  return response;
}

HttpResponse Failure(v1::Reason reason) {
  HttpResponse response;
  response.failure = reason;
  response.detail = "because";
  return response;
}

struct Case {
  const char* name;
  HttpResponse response;
  Kind kind;
  v1::Reason reason;
  v1::OutcomeKind outcome;
  bool retryable;
};

class JudgeAnswerTest : public ::testing::TestWithParam<Case> {};

TEST(JudgeAnswer, ThePartOfAPageIsAPageAfterTheLastAttempt) {
  HttpResponse broken = Answer(200, "<p>half");
  broken.failure = v1::REASON_TRUNCATED;
  broken.truncated = true;
  AnswerVerdict verdict = JudgeAnswer(broken, kNow);
  EXPECT_EQ(verdict.kind, Kind::kFailure) << "a further attempt may be due";
  EXPECT_TRUE(verdict.retryable);
  SettleForPart(verdict);
  EXPECT_EQ(verdict.kind, Kind::kPage);

  broken.headers[0].set_value("image/png");
  AnswerVerdict picture = JudgeAnswer(broken, kNow);
  SettleForPart(picture);
  EXPECT_EQ(picture.kind, Kind::kFailure);
}

TEST_P(JudgeAnswerTest, Gives) {
  const Case& c = GetParam();
  const AnswerVerdict verdict = JudgeAnswer(c.response, kNow);
  EXPECT_EQ(verdict.kind, c.kind);
  EXPECT_EQ(verdict.reason, c.reason) << v1::Reason_Name(verdict.reason);
  EXPECT_EQ(verdict.outcome, c.outcome);
  EXPECT_EQ(verdict.retryable, c.retryable);
  if (c.kind != Kind::kPage && c.kind != Kind::kRedirect) {
    EXPECT_FALSE(verdict.detail.empty());
  }
}

constexpr v1::OutcomeKind kNone = v1::OUTCOME_KIND_UNSPECIFIED;

INSTANTIATE_TEST_SUITE_P(
    Answers, JudgeAnswerTest,
    ::testing::Values(
        Case{"Page", Answer(200), Kind::kPage, v1::REASON_UNSPECIFIED, kNone,
             false},
        Case{"PageOfUnknownType", Answer(200, "<p>", {}), Kind::kPage,
             v1::REASON_UNSPECIFIED, kNone, false},
        Case{"EmptyBody", Answer(200, ""), Kind::kOutcome,
             v1::REASON_EMPTY_BODY, v1::SKIPPED, false},
        Case{"NoContent", Answer(204, ""), Kind::kOutcome,
             v1::REASON_EMPTY_BODY, v1::SKIPPED, false},
        Case{"Picture", Answer(200, "x", {{"content-type", "image/png"}}),
             Kind::kOutcome, v1::REASON_NOT_HTML, v1::SKIPPED, false},
        Case{"Partial", Answer(206), Kind::kFailure, v1::REASON_HTTP_UNEXPECTED,
             kNone, false},
        Case{"Moved", Answer(301, "", {{"Location", "/b"}}), Kind::kRedirect,
             v1::REASON_UNSPECIFIED, kNone, false},
        Case{"Permanent", Answer(308, "", {{"Location", "/b"}}),
             Kind::kRedirect, v1::REASON_UNSPECIFIED, kNone, false},
        Case{"MovedNowhere", Answer(302, "", {}), Kind::kFailure,
             v1::REASON_HTTP_PROTOCOL, kNone, false},
        Case{"NotModified", Answer(304, ""), Kind::kFailure,
             v1::REASON_HTTP_UNEXPECTED, kNone, false},
        Case{"Choices", Answer(300), Kind::kFailure, v1::REASON_HTTP_UNEXPECTED,
             kNone, false},
        Case{"Forbidden", Answer(403), Kind::kFailure,
             v1::REASON_HTTP_CLIENT_ERROR, kNone, false},
        Case{"RequestTimeout", Answer(408), Kind::kFailure,
             v1::REASON_HTTP_CLIENT_ERROR, kNone, true},
        Case{"NotFound", Answer(404), Kind::kOutcome, v1::REASON_HTTP_NOT_FOUND,
             v1::GONE, false},
        Case{"Gone", Answer(410), Kind::kOutcome, v1::REASON_HTTP_GONE,
             v1::GONE, false},
        Case{"TooManyRequests", Answer(429), Kind::kFailure,
             v1::REASON_HTTP_TOO_MANY_REQUESTS, kNone, true},
        Case{"ServerError", Answer(500), Kind::kFailure,
             v1::REASON_HTTP_SERVER_ERROR, kNone, true},
        Case{"Unavailable", Answer(503), Kind::kFailure,
             v1::REASON_HTTP_SERVER_ERROR, kNone, true},
        Case{"NoSuchStatus", Answer(999), Kind::kFailure,
             v1::REASON_HTTP_UNEXPECTED, kNone, false},
        Case{"Connect", Failure(v1::REASON_CONNECT_FAILED), Kind::kFailure,
             v1::REASON_CONNECT_FAILED, kNone, true},
        Case{"Dns", Failure(v1::REASON_DNS_FAILED), Kind::kFailure,
             v1::REASON_DNS_FAILED, kNone, true},
        Case{"Tls", Failure(v1::REASON_TLS_FAILED), Kind::kFailure,
             v1::REASON_TLS_FAILED, kNone, true},
        Case{"TimedOut", Failure(v1::REASON_TIMED_OUT), Kind::kFailure,
             v1::REASON_TIMED_OUT, kNone, true},
        Case{"Truncated", Failure(v1::REASON_TRUNCATED), Kind::kFailure,
             v1::REASON_TRUNCATED, kNone, true},
        Case{"TooLarge", Failure(v1::REASON_TOO_LARGE), Kind::kFailure,
             v1::REASON_TOO_LARGE, kNone, false},
        Case{"Refused", Failure(v1::REASON_ADDRESS_REFUSED), Kind::kFailure,
             v1::REASON_ADDRESS_REFUSED, kNone, false}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(JudgeAnswer, AFilmThatIsTooLargeIsFirstOfAllNoPage) {
  HttpResponse film = Answer(200, "", {{"Content-Type", "video/mp4"}});
  film.failure = v1::REASON_TOO_LARGE;
  EXPECT_EQ(JudgeAnswer(film, kNow).reason, v1::REASON_NOT_HTML);
}

TEST(JudgeAnswer, OurOwnShortageIsNotTheServers) {
  HttpResponse response = Failure(v1::REASON_CONNECT_FAILED);
  response.own_fault = true;
  EXPECT_EQ(JudgeAnswer(response, kNow).kind, Kind::kOwnFault);
}

TEST(JudgeAnswer, RetryAfterHoldsTheHost) {
  for (const int status : {429, 503}) {
    const AnswerVerdict verdict =
        JudgeAnswer(Answer(status, "", {{"Retry-After", "120"}}), kNow);
    EXPECT_EQ(verdict.host_not_before, kNow + 120s) << status;
    EXPECT_TRUE(verdict.retryable);
    EXPECT_THAT(verdict.detail, HasSubstr("Retry-After: 120"));
  }
  EXPECT_EQ(JudgeAnswer(Answer(500, "", {{"Retry-After", "120"}}), kNow)
                .host_not_before,
            std::nullopt)
      << "500 says nothing of the host";
}

TEST(RetryAfter, MayBeSecondsOrADateInEachForm) {
  EXPECT_EQ(ParseRetryAfter("120", kNow), kNow + 120s);
  EXPECT_EQ(ParseRetryAfter(" 0 ", kNow), kNow);
  EXPECT_EQ(ParseRetryAfter("Fri, 24 Jul 2026 20:02:01 GMT", kNow), kNow + 60s);
  EXPECT_EQ(ParseRetryAfter("Friday, 24-Jul-26 20:02:01 GMT", kNow),
            kNow + 60s);
  EXPECT_EQ(ParseRetryAfter("Fri Jul 24 20:02:01 2026", kNow), kNow + 60s);
}

TEST(RetryAfter, LiesBetweenNowAndADay) {
  EXPECT_EQ(ParseRetryAfter("Fri, 24 Jul 2020 20:02:01 GMT", kNow), kNow);
  EXPECT_EQ(ParseRetryAfter("999999999", kNow), kNow + 24h);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", kNow), kNow + 24h);
  EXPECT_EQ(ParseRetryAfter("Fri, 24 Jul 2099 20:02:01 GMT", kNow), kNow + 24h);
}

// Some versions of libcurl read such a year, to others it is nonsense.
TEST(RetryAfter, AYearBeyondAllClocksIsADayAtMost) {
  EXPECT_EQ(ParseRetryAfter("Fri, 24 Jul 2026100001 20:02:01 GMT", kNow)
                .value_or(kNow + 24h),
            kNow + 24h);
}

TEST(RetryAfter, NonsenseSaysNothing) {
  for (const char* text : {"", "   ", "soon", "-5", "1.5", "0x10"}) {
    EXPECT_EQ(ParseRetryAfter(text, kNow), std::nullopt) << text;
  }
}

TEST(MayBePage, TextXmlJsonAndWhatSaysNothing) {
  for (const char* type :
       {"", "text/html", "TEXT/HTML; charset=GBK", "text/plain",
        "application/xhtml+xml", "application/xml", "application/json",
        "application/ld+json; x=y", "application/octet-stream", "html"}) {
    EXPECT_TRUE(MayBePage(type)) << type;
  }
  for (const char* type :
       {"image/png", "image/svg+xml", "video/mp4", "application/pdf",
        "application/zip", "font/woff2", "audio/mpeg"}) {
    EXPECT_FALSE(MayBePage(type)) << type;
  }
}

}  // namespace
}  // namespace newsmill
