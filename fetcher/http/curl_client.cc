#include "fetcher/http/curl_client.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <optional>
#include <unordered_map>

#include <curl/curl.h>

#include "core/base/url.h"
#include "fetcher/http/connect_to.h"
#include "fetcher/http/curl_transfer.h"
#include "fetcher/http/socket_set.h"

namespace newsmill {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Once per process, before the first handle. With CURLOPT_NOSIGNAL libcurl
// leaves SIGPIPE alone, and OpenSSL may raise it on a closed connection.
void InitialiseLibcurl() {
  static const bool done = [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct sigaction action {};
    if (sigaction(SIGPIPE, nullptr, &action) == 0 &&
        action.sa_handler == SIG_DFL) {
      action.sa_handler = SIG_IGN;
      sigaction(SIGPIPE, &action, nullptr);
    }
    return true;
  }();
  (void)done;
}

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

}  // namespace

class CurlClient::Impl {
 public:
  Impl(CurlClientOptions options, ConnectTo connect_to)
      : options_(std::move(options)),
        connect_to_(std::move(connect_to)),
        multi_(curl_multi_init()) {
    CURLM* const multi = multi_.get();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Impl::OnSocket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Impl::OnTimer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    // Fixed, or libcurl changes it with the number of handles.
    curl_multi_setopt(
        multi, CURLMOPT_MAXCONNECTS,
        static_cast<long>(std::max<int64_t>(256, 2 * options_.max_in_flight)));
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
  }

  ~Impl() {
    for (const auto& [id, transfer] : running_) {
      curl_multi_remove_handle(multi_.get(), transfer->easy());
    }
  }

  RequestId Start(const HttpRequest& request, MayRequest may, Done done) {
    const RequestId id = next_id_++;
    const Result<Url> url = Url::Parse(request.url);
    if (!url) {
      Fail(id, std::move(done), v1::REASON_INVALID_URL, url.error().message);
      return id;
    }
    std::unique_ptr<CurlTransfer> transfer = TakeTransfer();
    if (transfer->easy() == nullptr) {
      FailOurselves(id, std::move(done), CURLE_OUT_OF_MEMORY);
      return id;
    }
    transfer->Begin(id, request, RouteTo(*url), Watched(std::move(may)),
                    std::move(done));
    const CURLMcode code =
        curl_multi_add_handle(multi_.get(), transfer->easy());
    if (code != CURLM_OK) {
      FailOurselves(id, transfer->TakeDone(), CURLE_FAILED_INIT);
      return id;
    }
    running_.emplace(id, std::move(transfer));
    return id;
  }

  void Abort(RequestId id) {
    std::unique_ptr<CurlTransfer> transfer = Remove(id);
    if (transfer != nullptr) pool_.push_back(std::move(transfer));
    const auto told = std::remove_if(
        finished_.begin(), finished_.end(),
        [id](const Finished& finished) { return finished.id == id; });
    finished_.erase(told, finished_.end());
  }

  void Poll(Duration timeout) {
    for (const SocketSet::Event& event : sockets_.Wait(WaitFor(timeout))) {
      Act(event.fd, event);
    }
    if (timer_ && *timer_ <= SteadyClock::now()) {
      timer_.reset();
      int running = 0;
      curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
    }
    Collect();
    EndSilentOnes();
    TellFinished();
  }

  void Wake() { sockets_.Wake(); }
  size_t in_flight() const { return running_.size() + finished_.size(); }
  uint64_t epoll_control_calls() const { return sockets_.control_calls(); }

 private:
  struct Finished {
    RequestId id = 0;
    Done done;
    HttpResponse response;
  };
  // A request that waits for its first byte; in the order of the deadlines,
  // because all wait equally long.
  struct Silent {
    RequestId id = 0;
    SteadyClock::time_point deadline;
  };

  static int OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    uint32_t interest = SocketSet::kNone;
    if (what == CURL_POLL_IN) interest = SocketSet::kRead;
    if (what == CURL_POLL_OUT) interest = SocketSet::kWrite;
    if (what == CURL_POLL_INOUT) {
      interest = SocketSet::kRead | SocketSet::kWrite;
    }
    static_cast<Impl*>(self)->sockets_.Want(fd, interest);
    return 0;
  }

  static int OnTimer(CURLM*, long timeout_ms, void* self) {
    auto& timer = static_cast<Impl*>(self)->timer_;
    if (timeout_ms < 0) {
      timer.reset();
    } else {
      timer = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
    }
    return 0;
  }

  std::unique_ptr<CurlTransfer> TakeTransfer() {
    if (pool_.empty()) {
      return std::make_unique<CurlTransfer>(options_, sockets_);
    }
    std::unique_ptr<CurlTransfer> transfer = std::move(pool_.back());
    pool_.pop_back();
    return transfer;
  }

  // From the moment a request leaves, its answer is waited for.
  MayRequest Watched(MayRequest may) {
    return [this, may = std::move(may)](RequestId id, const std::string& peer) {
      if (may && !may(id, peer)) return false;
      silent_.push_back({id, SteadyClock::now() + options_.first_byte_timeout});
      return true;
    };
  }

  Route RouteTo(const Url& url) const {
    const std::string* const named = connect_to_.Find(url.host(), url.port());
    if (named != nullptr) return {*named, true};
    return {};
  }

  // Told at the next Poll.
  void Fail(RequestId id, Done done, v1::Reason reason, std::string detail) {
    HttpResponse response;
    response.failure = reason;
    response.detail = std::move(detail);
    finished_.push_back({id, std::move(done), std::move(response)});
  }

  void FailOurselves(RequestId id, Done done, CURLcode code) {
    Fail(id, std::move(done), v1::REASON_CONNECT_FAILED,
         curl_easy_strerror(code));
    finished_.back().response.own_fault = true;
  }

  // Takes a running transfer away from libcurl; nullptr for an unknown one.
  std::unique_ptr<CurlTransfer> Remove(RequestId id) {
    const auto found = running_.find(id);
    if (found == running_.end()) return nullptr;
    std::unique_ptr<CurlTransfer> transfer = std::move(found->second);
    running_.erase(found);
    curl_multi_remove_handle(multi_.get(), transfer->easy());
    return transfer;
  }

  int WaitFor(Duration timeout) const {
    if (!finished_.empty()) return 0;
    SteadyClock::time_point until = SteadyClock::now() + timeout;
    if (timer_) until = std::min(until, *timer_);
    if (!silent_.empty()) until = std::min(until, silent_.front().deadline);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(
        until - SteadyClock::now());
    return static_cast<int>(std::clamp<int64_t>(wait.count(), 0, 60'000));
  }

  void Act(int fd, const SocketSet::Event& event) {
    int ready = 0;
    if ((event.ready & SocketSet::kRead) != 0) ready |= CURL_CSELECT_IN;
    if ((event.ready & SocketSet::kWrite) != 0) ready |= CURL_CSELECT_OUT;
    if (event.failed) ready |= CURL_CSELECT_ERR;
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, ready, &running);
  }

  void Collect() {
    int left = 0;
    while (CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      // The message is libcurl's and is gone with the handle.
      const CURLcode code = message->data.result;
      CurlTransfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      const RequestId id = transfer->id();
      End(id, transfer->Finish(code));
    }
  }

  void End(RequestId id, HttpResponse response) {
    std::unique_ptr<CurlTransfer> transfer = Remove(id);
    finished_.push_back({id, transfer->TakeDone(), std::move(response)});
    pool_.push_back(std::move(transfer));
  }

  void EndSilentOnes() {
    const SteadyClock::time_point now = SteadyClock::now();
    while (!silent_.empty() && silent_.front().deadline <= now) {
      const RequestId id = silent_.front().id;
      silent_.pop_front();
      const auto found = running_.find(id);
      if (found == running_.end() || found->second->answer_begun()) continue;
      End(id, found->second->FinishWithoutAnswer());
    }
  }

  void TellFinished() {
    // What is finished at its start waits for the next Poll.
    for (size_t n = finished_.size(); n > 0 && !finished_.empty(); --n) {
      Finished finished = std::move(finished_.front());
      finished_.pop_front();
      finished.done(finished.id, std::move(finished.response));
    }
  }

  CurlClientOptions options_;
  SocketSet sockets_;
  ConnectTo connect_to_;
  std::optional<SteadyClock::time_point> timer_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::vector<std::unique_ptr<CurlTransfer>> pool_;
  std::unordered_map<RequestId, std::unique_ptr<CurlTransfer>> running_;
  std::deque<Finished> finished_;
  std::deque<Silent> silent_;
  RequestId next_id_ = 1;
};

CurlClient::CurlClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlClient::~CurlClient() = default;

Result<std::unique_ptr<CurlClient>> CurlClient::Create(
    CurlClientOptions options) {
  InitialiseLibcurl();
  if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0) {
    return Error{Code::kBadConfiguration,
                 "fetcher.ca_file: \"" + options.ca_file +
                     "\" cannot be read; a PEM file with the certificates of "
                     "the trusted authorities is expected"};
  }
  Result<ConnectTo> connect_to = ConnectTo::Create(options.connect_to);
  if (!connect_to) return connect_to.error();
  auto impl =
      std::make_unique<Impl>(std::move(options), std::move(*connect_to));
  return std::unique_ptr<CurlClient>(new CurlClient(std::move(impl)));
}

CurlClient::RequestId CurlClient::Start(HttpRequest request, MayRequest may,
                                        Done done) {
  return impl_->Start(request, std::move(may), std::move(done));
}
void CurlClient::Abort(RequestId id) { impl_->Abort(id); }
void CurlClient::Poll(Duration timeout) { impl_->Poll(timeout); }
void CurlClient::Wake() { impl_->Wake(); }
size_t CurlClient::in_flight() const { return impl_->in_flight(); }
uint64_t CurlClient::epoll_control_calls() const {
  return impl_->epoll_control_calls();
}

}  // namespace newsmill
