#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/base/url.h"
#include "newsmill/v1/common.pb.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

struct HttpRequest {
  std::string url;
  // Besides those that the client sends by itself, or in the place of those of
  // the same name.
  std::vector<v1::HttpHeader> headers;
  // Of the body, as sent: the rest is not read, which is no failure. Unset: the
  // client's own limit, and a larger body fails (REASON_TOO_LARGE).
  std::optional<int64_t> cut_body_at;
  // Asked with the Content-Type once the headers of a 2xx answer are there:
  // whether its body is wanted. If not, none is read and the answer is `cut`.
  // nullptr: it is.
  bool (*wants_type)(std::string_view content_type) = nullptr;
  // The heads of request and answer are given back as they were sent, secrets
  // of the request taken out.
  bool keep_heads = false;
  // False where no further request to this host is in sight: the connection is
  // closed after the answer instead of being kept among thousands.
  bool keep_connection = true;
  // `url`, parsed, where that has been done already.
  std::optional<Url> parsed = std::nullopt;
};

struct HttpResponse {
  // Unspecified: an answer arrived, whatever its status. (Of an answer that is
  // not 2xx the status and the headers are enough; its body may be cut.)
  v1::Reason failure = v1::REASON_UNSPECIFIED;
  std::string detail;
  // The failure is ours (no descriptors, no memory), not the server's.
  bool own_fault = false;
  // REASON_ADDRESS_REFUSED by the address guard; `detail` says what to
  // configure.
  bool refused_by_guard = false;
  int status = 0;
  std::vector<v1::HttpHeader> headers;
  std::string body;  // as sent, content encoding included
  // The request's cut_body_at was reached, or its Content-Type is not wanted.
  bool cut = false;
  // With a failure: `body` holds what arrived of a 2xx answer before it.
  bool truncated = false;
  // With keep_heads; interim answers are left out.
  std::string request_head;
  std::string response_head;
  v1::FetchTiming timing;
  std::string remote_address;
  std::string http_version;
};

// Asks servers, many at a time, on the thread that calls it. Redirects are
// given back, not followed.
class HttpClient {
 public:
  using RequestId = uint64_t;
  // From Poll, once per request, unless it was aborted. May Start and Abort.
  using Done = std::function<void(RequestId, HttpResponse)>;
  // From Poll, at the last moment before bytes leave: whether this address (no
  // port) may be asked now. False ends the request with
  // REASON_ADDRESS_REFUSED. Must neither Start nor Abort.
  using MayRequest = std::function<bool(RequestId, const std::string& peer)>;

  virtual ~HttpClient() = default;

  virtual RequestId Start(HttpRequest request, MayRequest may, Done done) = 0;
  // Ends a request at once; its Done is not called. Unknown IDs are ignored.
  virtual void Abort(RequestId id) = 0;
  // Moves transfers on; waits up to `timeout` for something to happen.
  virtual void Poll(Duration timeout) = 0;
  // Makes a waiting Poll return; from any thread.
  virtual void Wake() = 0;
  virtual size_t in_flight() const = 0;
};

}  // namespace newsmill
