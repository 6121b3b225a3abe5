#include "fetcher/http/curl_error.h"

namespace newsmill {
namespace {

// A connection that ended under way; libcurl reports a malformed chunk by the
// same code, and each of its versions in words of its own.
v1::Reason BrokenConnection(std::string_view text) {
  return text.find("chunk") != std::string_view::npos
             ? v1::REASON_HTTP_PROTOCOL
             : v1::REASON_TRUNCATED;
}

}  // namespace

CurlFailure MapCurlError(CURLcode code, bool answer_begun,
                         std::string_view text) {
  switch (code) {
    case CURLE_OK:
      return {};
    case CURLE_URL_MALFORMAT:
      return {v1::REASON_INVALID_URL};
    case CURLE_UNSUPPORTED_PROTOCOL:
      // Also what libcurl says to an answer without a status line (HTTP/0.9) or
      // with one that it does not know.
      return {answer_begun || text.find("HTTP") != std::string_view::npos
                  ? v1::REASON_HTTP_PROTOCOL
                  : v1::REASON_INVALID_URL};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {v1::REASON_DNS_FAILED};
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return {v1::REASON_CONNECT_FAILED};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED:
      return {v1::REASON_TLS_FAILED};
    case CURLE_OPERATION_TIMEDOUT:
      return {v1::REASON_TIMED_OUT};
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return {BrokenConnection(text)};
    case CURLE_FILESIZE_EXCEEDED:
      return {v1::REASON_TOO_LARGE};
    case CURLE_ABORTED_BY_CALLBACK:
      return {v1::REASON_ADDRESS_REFUSED};
    case CURLE_OUT_OF_MEMORY:
      // libcurl's word for a header line beyond its own limit, too.
      if (answer_begun) return {v1::REASON_HTTP_PROTOCOL};
      return {v1::REASON_CONNECT_FAILED, true};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
      return {v1::REASON_TLS_FAILED, true};
    case CURLE_FAILED_INIT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
      return {v1::REASON_CONNECT_FAILED, true};
    default:
      return {v1::REASON_HTTP_PROTOCOL};
  }
}

}  // namespace newsmill
