#include "fetcher/http/response_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace newsmill {
namespace {

using ::testing::HasSubstr;

TEST(ResponseHead, CollectsTheFieldsOfTheFinalAnswer) {
  ResponseHead head;
  EXPECT_TRUE(head.AddLine("HTTP/1.1 100 Continue\r\n"));
  EXPECT_TRUE(head.AddLine("X-Interim: 1\r\n"));
  EXPECT_TRUE(head.AddLine("\r\n"));
  EXPECT_FALSE(head.complete());
  EXPECT_TRUE(head.AddLine("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(head.AddLine("Content-Length: 12\r\n"));
  EXPECT_TRUE(head.AddLine("\r\n"));
  EXPECT_TRUE(head.complete());
  EXPECT_TRUE(head.AddLine("X-Trailer: 1\r\n"));

  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head.http_version(), "HTTP/1.1");
  ASSERT_EQ(head.headers().size(), 1u);
  EXPECT_EQ(head.ContentLength(), 12);
}

TEST(ResponseHead, JoinsFoldedLines) {
  ResponseHead head;
  head.AddLine("HTTP/1.1 200 OK\r\n");
  head.AddLine("Link: </a>,\r\n");
  head.AddLine("  </b>\r\n");
  EXPECT_EQ(*FindHeader(head.headers(), "LINK"), "</a>, </b>");
}

TEST(ResponseHead, ReadsBytesThatAreNotUtf8AsLatin1) {
  ResponseHead head;
  head.AddLine("HTTP/1.1 200 OK\r\n");
  head.AddLine("Server: caf\xe9\r\n");
  EXPECT_EQ(*FindHeader(head.headers(), "server"), "caf\xc3\xa9");
  EXPECT_EQ(ToUtf8("caf\xc3\xa9"), "caf\xc3\xa9") << "already UTF-8";
}

TEST(ResponseHead, RefusesAStatusLineWithoutStatus) {
  ResponseHead head;
  EXPECT_FALSE(head.AddLine("HTTP/1.1 abc\r\n"));
  EXPECT_THAT(head.problem(), HasSubstr("status"));
}

TEST(ResponseHead, LimitsNumberAndSize) {
  ResponseHead few(HeaderLimits{1000, 2});
  few.AddLine("HTTP/1.1 200 OK\r\n");
  EXPECT_TRUE(few.AddLine("A: 1\r\n"));
  EXPECT_TRUE(few.AddLine("B: 1\r\n"));
  EXPECT_FALSE(few.AddLine("C: 1\r\n"));
  EXPECT_THAT(few.problem(), HasSubstr("more than 2 header fields"));

  ResponseHead small(HeaderLimits{30, 100});
  small.AddLine("HTTP/1.1 200 OK\r\n");
  EXPECT_FALSE(small.AddLine("A: 12345678901234567890\r\n"));
  EXPECT_THAT(small.problem(), HasSubstr("larger than 30 bytes"));
}

TEST(ResponseHead, HasNoLengthWhereTheFieldIsNoNumber) {
  ResponseHead head;
  head.AddLine("HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(head.ContentLength(), std::nullopt);
  head.AddLine("Content-Length: 12, 12\r\n");
  EXPECT_EQ(head.ContentLength(), std::nullopt);
  ResponseHead negative;
  negative.AddLine("Content-Length: -12\r\n");
  EXPECT_EQ(negative.ContentLength(), std::nullopt);
}

}  // namespace
}  // namespace newsmill
