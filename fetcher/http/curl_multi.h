#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <curl/curl.h>

#include "fetcher/http/curl_transfer.h"
#include "fetcher/http/socket_set.h"

namespace newsmill {

// One of libcurl's multi handles: a set of transfers with the connections that
// they keep. Several share one SocketSet, each as an owner of its own: libcurl
// walks all connections of a multi now and then, so thousands of hosts are
// spread over a few. Lives at one address, which libcurl knows.
class CurlMulti {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ended = std::function<void(CurlTransfer&, CURLcode)>;

  // `owner`: under which its descriptors stand in the set, which outlives it.
  CurlMulti(SocketSet& sockets, int owner, long max_connections);
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  // False: libcurl is out of memory.
  bool Add(CurlTransfer& transfer);
  void Remove(CurlTransfer& transfer);

  void Act(const SocketSet::Event& event);
  std::optional<Time> timer() const { return timer_; }
  void Expire(Time now);
  // Calls `ended` for each transfer that ended since; it may Remove and Add.
  void Collect(const Ended& ended);

 private:
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  static int OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int OnTimer(CURLM*, long timeout_ms, void* self);

  SocketSet& sockets_;
  const int owner_;
  std::optional<Time> timer_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
};

}  // namespace newsmill
