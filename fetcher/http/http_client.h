#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "newsmill/v1/common.pb.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

struct HttpRequest {
  std::string url;
  std::vector<v1::HttpHeader> headers;
};

struct HttpResponse {
  // Unspecified: an answer arrived, whatever its status.
  v1::Reason failure = v1::REASON_UNSPECIFIED;
  std::string detail;
  int status = 0;
  std::vector<v1::HttpHeader> headers;
  std::string body;  // as sent, content encoding included
  v1::FetchTiming timing;
  std::string remote_address;
  std::string http_version;
};

// Asks servers, many at a time, on the thread that calls it. Redirects are
// given back, not followed.
class HttpClient {
 public:
  using RequestId = uint64_t;
  // From Poll or Abort, once per request; aborted requests are not told.
  using Done = std::function<void(RequestId, HttpResponse)>;
  // The last moment before bytes leave; false ends the request as aborted.
  using MayRequest = std::function<bool(RequestId, const std::string& peer)>;

  virtual ~HttpClient() = default;

  virtual RequestId Start(HttpRequest request, MayRequest may, Done done) = 0;
  // Ends a request without an answer; unknown IDs are ignored.
  virtual void Abort(RequestId id) = 0;
  // Moves transfers on; waits up to `timeout` for something to happen.
  virtual void Poll(Duration timeout) = 0;
  // Makes a waiting Poll return; from any thread.
  virtual void Wake() = 0;
  virtual size_t in_flight() const = 0;
};

}  // namespace newsmill
