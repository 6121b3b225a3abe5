#include "fetcher/http/curl_multi.h"

namespace newsmill {

using SteadyClock = std::chrono::steady_clock;

CurlMulti::CurlMulti(SocketSet& sockets, int owner, long max_connections)
    : sockets_(sockets), owner_(owner), multi_(curl_multi_init()) {
  CURLM* const multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlMulti::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlMulti::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  // Fixed, or libcurl changes it with the number of handles.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, max_connections);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
}

bool CurlMulti::Add(CurlTransfer& transfer) {
  return curl_multi_add_handle(multi_.get(), transfer.easy()) == CURLM_OK;
}

void CurlMulti::Remove(CurlTransfer& transfer) {
  curl_multi_remove_handle(multi_.get(), transfer.easy());
}

void CurlMulti::Act(const SocketSet::Event& event) {
  int ready = 0;
  if ((event.ready & SocketSet::kRead) != 0) ready |= CURL_CSELECT_IN;
  if ((event.ready & SocketSet::kWrite) != 0) ready |= CURL_CSELECT_OUT;
  if (event.failed) ready |= CURL_CSELECT_ERR;
  int running = 0;
  curl_multi_socket_action(multi_.get(), event.fd, ready, &running);
}

void CurlMulti::Expire(Time now) {
  if (!timer_ || *timer_ > now) return;
  timer_.reset();
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

void CurlMulti::Collect(const Ended& ended) {
  int left = 0;
  while (CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message is libcurl's and is gone with the handle.
    const CURLcode code = message->data.result;
    CurlTransfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    ended(*transfer, code);
  }
}

int CurlMulti::OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  uint32_t interest = SocketSet::kNone;
  if (what == CURL_POLL_IN) interest = SocketSet::kRead;
  if (what == CURL_POLL_OUT) interest = SocketSet::kWrite;
  if (what == CURL_POLL_INOUT) interest = SocketSet::kRead | SocketSet::kWrite;
  auto* const multi = static_cast<CurlMulti*>(self);
  multi->sockets_.Want(fd, interest, multi->owner_);
  return 0;
}

int CurlMulti::OnTimer(CURLM*, long timeout_ms, void* self) {
  auto& timer = static_cast<CurlMulti*>(self)->timer_;
  if (timeout_ms < 0) {
    timer.reset();
  } else {
    timer = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  }
  return 0;
}

}  // namespace newsmill
