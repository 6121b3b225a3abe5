#include "fetcher/http/curl_error.h"

#include <gtest/gtest.h>

namespace newsmill {
namespace {

struct Case {
  CURLcode code;
  bool answer_begun;
  const char* text;
  v1::Reason reason;
  bool own_fault;
};

TEST(CurlError, HasAReasonForEachKindOfFailure) {
  const Case cases[] = {
      {CURLE_OK, true, "", v1::REASON_UNSPECIFIED, false},
      {CURLE_COULDNT_RESOLVE_HOST, false, "", v1::REASON_DNS_FAILED, false},
      {CURLE_COULDNT_CONNECT, false, "", v1::REASON_CONNECT_FAILED, false},
      {CURLE_SSL_CONNECT_ERROR, false, "", v1::REASON_TLS_FAILED, false},
      {CURLE_PEER_FAILED_VERIFICATION, false, "", v1::REASON_TLS_FAILED, false},
      {CURLE_OPERATION_TIMEDOUT, false, "", v1::REASON_TIMED_OUT, false},
      {CURLE_OPERATION_TIMEDOUT, true, "", v1::REASON_TIMED_OUT, false},
      {CURLE_GOT_NOTHING, false, "", v1::REASON_TRUNCATED, false},
      {CURLE_PARTIAL_FILE, true, "", v1::REASON_TRUNCATED, false},
      {CURLE_RECV_ERROR, true, "Connection reset", v1::REASON_TRUNCATED, false},
      {CURLE_RECV_ERROR, true,
       "Illegal or missing hexadecimal sequence in chunked-encoding",
       v1::REASON_HTTP_PROTOCOL, false},
      {CURLE_WEIRD_SERVER_REPLY, true, "", v1::REASON_HTTP_PROTOCOL, false},
      {CURLE_UNSUPPORTED_PROTOCOL, false, "Received HTTP/0.9 when not allowed",
       v1::REASON_HTTP_PROTOCOL, false},
      {CURLE_UNSUPPORTED_PROTOCOL, false, "Protocol \"file\" not supported",
       v1::REASON_INVALID_URL, false},
      {CURLE_URL_MALFORMAT, false, "", v1::REASON_INVALID_URL, false},
      {CURLE_ABORTED_BY_CALLBACK, false, "", v1::REASON_ADDRESS_REFUSED, false},
      {CURLE_OUT_OF_MEMORY, true, "", v1::REASON_HTTP_PROTOCOL, false},
      {CURLE_OUT_OF_MEMORY, false, "", v1::REASON_CONNECT_FAILED, true},
      {CURLE_SSL_CACERT_BADFILE, false, "", v1::REASON_TLS_FAILED, true},
  };
  for (const Case& c : cases) {
    const CurlFailure failure = MapCurlError(c.code, c.answer_begun, c.text);
    EXPECT_EQ(failure.reason, c.reason)
        << curl_easy_strerror(c.code) << " / " << c.text;
    EXPECT_EQ(failure.own_fault, c.own_fault) << curl_easy_strerror(c.code);
  }
}

}  // namespace
}  // namespace newsmill
