#include "fetcher/http/curl_client.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <optional>
#include <unordered_map>

#include <curl/curl.h>

#include "core/base/url.h"
#include "fetcher/dns/network.h"
#include "fetcher/http/connect_to.h"
#include "fetcher/http/cookie_jars.h"
#include "fetcher/http/curl_multi.h"
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

// What a descriptor's events are for: the resolver, or the multi of a number.
constexpr int kResolver = -1;

// Addresses of one host that are tried for one request.
constexpr size_t kMostAddresses = 4;

// With this many transfers for each, a multi's walks stay short.
constexpr int64_t kTransfersPerMulti = 1024;
constexpr int64_t kMostMultis = 16;

}  // namespace

class CurlClient::Impl {
 public:
  Impl(CurlClientOptions options, ConnectTo connect_to)
      : options_(std::move(options)),
        connect_to_(std::move(connect_to)),
        jars_(options_.cookie_hosts) {
    const int64_t most = std::max<int64_t>(1, options_.max_in_flight);
    const int64_t count =
        std::clamp<int64_t>(most / kTransfersPerMulti, 1, kMostMultis);
    const auto connections =
        static_cast<long>(std::max<int64_t>(256, 2 * most / count));
    for (int i = 0; i < count; ++i) {
      multis_.push_back(std::make_unique<CurlMulti>(sockets_, i, connections));
    }
  }

  ~Impl() {
    for (const auto& [id, transfer] : running_) {
      transfer->multi->Remove(*transfer);
    }
  }

  Result<void> OpenResolver() {
    Result<std::unique_ptr<Resolver>> resolver = Resolver::Create(
        options_.resolver,
        [this](int fd, uint32_t interest) {
          sockets_.Want(fd, interest, kResolver);
        },
        Clock::System());
    if (!resolver) return resolver.error();
    resolver_ = std::move(*resolver);
    return {};
  }

  Result<void> UseProxy() {
    if (options_.proxy.empty()) return {};
    const Result<Url> proxy = Url::Parse(options_.proxy);
    if (!proxy || proxy->scheme() != "http" || proxy->path() != "/") {
      return Error{
          Code::kBadConfiguration,
          "fetcher.proxy: \"" + options_.proxy + "\" is not http://host:port"};
    }
    proxy_ = *proxy;
    return {};
  }

  RequestId Start(HttpRequest request, MayRequest may, Done done) {
    const RequestId id = next_id_++;
    const Result<Url> url =
        request.parsed ? *std::move(request.parsed) : Url::Parse(request.url);
    if (!url) {
      Fail(id, std::move(done), v1::REASON_INVALID_URL, url.error().message);
      return id;
    }
    Job job{
        std::move(request), url->host(), {}, std::move(may), std::move(done)};
    job.route.port = url->port();
    job.route.begun = SteadyClock::now();
    job.route.authorization = options_.credentials.For(*url);
    job.route.cookies = jars_.For(url->host());
    const auto* const named = connect_to_.Find(url->host(), url->port());
    if (proxy_) {
      if (Refusal refusal = JudgeHost(url->host()); !refusal.detail.empty()) {
        Refuse(id, std::move(job.done), std::move(refusal));
        return id;
      }
      job.route.named = job.route.proxied = true;
      job.route.port = proxy_->port();
      job.host = proxy_->host();
    } else if (named != nullptr) {
      job.route.named = true;
      job.route.port = named->port;
      job.host = named->host;
    }
    Resolve(id, std::move(job));
    return id;
  }

  void Abort(RequestId id) {
    resolving_.erase(id);
    std::unique_ptr<CurlTransfer> transfer = Remove(id);
    if (transfer != nullptr) pool_.push_back(std::move(transfer));
    const auto told = std::remove_if(
        finished_.begin(), finished_.end(),
        [id](const Finished& finished) { return finished.id == id; });
    finished_.erase(told, finished_.end());
  }

  void Poll(Duration timeout) {
    for (const SocketSet::Event& event : sockets_.Wait(WaitFor(timeout))) {
      if (event.owner == kResolver) {
        resolver_->Act(event.fd, (event.ready & SocketSet::kRead) != 0,
                       (event.ready & SocketSet::kWrite) != 0);
      } else {
        multis_[static_cast<size_t>(event.owner)]->Act(event);
      }
    }
    resolver_->Deliver();
    const auto now = SteadyClock::now();
    for (const auto& multi : multis_) {
      multi->Expire(now);
      multi->Collect([this](CurlTransfer& transfer, CURLcode code) {
        Ended(transfer, code);
      });
    }
    EndSilentOnes();
    EndUnresolvedOnes();
    TellFinished();
  }

  void Wake() { sockets_.Wake(); }
  size_t in_flight() const {
    return resolving_.size() + running_.size() + finished_.size();
  }
  uint64_t epoll_control_calls() const { return sockets_.control_calls(); }
  uint64_t connections_opened() const { return sockets_.opened(); }

 private:
  // A request until libcurl has it.
  struct Job {
    HttpRequest request;
    std::string host;  // whose address is asked
    Route route;
    MayRequest may;
    Done done;
  };
  struct Finished {
    RequestId id = 0;
    Done done;
    HttpResponse response;
  };
  // A request that waits for its first byte, or for its host's address; in the
  // order of the deadlines, because all wait equally long.
  struct Waiting {
    RequestId id = 0;
    SteadyClock::time_point deadline;
  };

  void Resolve(RequestId id, Job job) {
    if (const auto address = IpAddress::Parse(job.host)) {
      return Launch(id, std::move(job), {*address});
    }
    const Resolved* const known =
        resolver_->Resolve(job.host, [this, id](const Resolved& resolved) {
          const auto found = resolving_.find(id);
          if (found == resolving_.end()) return;  // aborted
          Job waiting = std::move(found->second);
          resolving_.erase(found);
          Use(id, std::move(waiting), resolved);
        });
    if (known != nullptr) return Use(id, std::move(job), *known);
    unresolved_.push_back({id, job.route.begun + options_.connect_timeout});
    resolving_.emplace(id, std::move(job));
  }

  void Use(RequestId id, Job job, const Resolved& resolved) {
    if (resolved.status == Resolved::Status::kFound) {
      return Launch(id, std::move(job), resolved.addresses);
    }
    const bool own_fault =
        resolved.status == Resolved::Status::kNoServer ||
        (resolved.status == Resolved::Status::kFailed && !HasRouteOut());
    Fail(id, std::move(job.done), v1::REASON_DNS_FAILED, resolved.detail);
    finished_.back().response.own_fault = own_fault;
  }

  // Judged here already, so that of several addresses only those that may be
  // asked are tried; and again when the socket is opened.
  void Launch(RequestId id, Job job, std::vector<IpAddress> addresses) {
    Refusal refusal;
    std::erase_if(addresses, [&](const IpAddress& address) {
      Refusal judged = Judge(options_, job.route.named, address);
      const bool refused = !judged.detail.empty();
      if (refused && refusal.detail.empty()) refusal = std::move(judged);
      return refused;
    });
    if (addresses.empty()) {
      return Refuse(id, std::move(job.done), std::move(refusal));
    }
    if (addresses.size() > kMostAddresses) addresses.resize(kMostAddresses);
    job.route.addresses = std::move(addresses);
    std::unique_ptr<CurlTransfer> transfer = TakeTransfer();
    if (transfer->easy() == nullptr) {
      return FailOurselves(id, std::move(job.done), CURLE_OUT_OF_MEMORY);
    }
    const size_t shard = std::hash<std::string>()(job.host) % multis_.size();
    transfer->multi = multis_[shard].get();
    transfer->host = std::move(job.host);
    transfer->Begin(id, job.request, std::move(job.route),
                    Watched(std::move(job.may)), std::move(job.done));
    if (!transfer->multi->Add(*transfer)) {
      return FailOurselves(id, transfer->TakeDone(), CURLE_FAILED_INIT);
    }
    running_.emplace(id, std::move(transfer));
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

  // Told at the next Poll.
  void Fail(RequestId id, Done done, v1::Reason reason, std::string detail) {
    HttpResponse response;
    response.failure = reason;
    response.detail = std::move(detail);
    finished_.push_back({id, std::move(done), std::move(response)});
  }

  void Refuse(RequestId id, Done done, Refusal refusal) {
    Fail(id, std::move(done), v1::REASON_ADDRESS_REFUSED,
         std::move(refusal.detail));
    finished_.back().response.refused_by_guard = refusal.by_guard;
  }

  // Before a proxy is asked, which resolves names itself: a name is taken for a
  // public one.
  Refusal JudgeHost(const std::string& host) const {
    if (const auto address = IpAddress::Parse(host)) {
      return Judge(options_, false, *address);
    }
    if (!options_.may_connect || options_.may_connect("")) return {};
    return {host + " may not be asked", false};
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
    transfer->multi->Remove(*transfer);
    return transfer;
  }

  int WaitFor(Duration timeout) const {
    if (!finished_.empty()) return 0;
    const auto now = SteadyClock::now();
    SteadyClock::time_point until = now + resolver_->WaitFor(timeout);
    for (const auto& multi : multis_) {
      if (multi->timer()) until = std::min(until, *multi->timer());
    }
    for (const auto* waiting : {&silent_, &unresolved_}) {
      if (!waiting->empty()) until = std::min(until, waiting->front().deadline);
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    return static_cast<int>(std::clamp<int64_t>(wait.count(), 0, 60'000));
  }

  void Ended(CurlTransfer& transfer, CURLcode code) {
    IpAddress tried;
    if (transfer.TryNextAddress(code, tried)) {
      resolver_->Demote(transfer.host, tried);
      transfer.multi->Remove(transfer);
      if (transfer.multi->Add(transfer)) return;
      code = CURLE_FAILED_INIT;
    }
    End(transfer.id(), transfer.Finish(code));
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

  void EndUnresolvedOnes() {
    const SteadyClock::time_point now = SteadyClock::now();
    while (!unresolved_.empty() && unresolved_.front().deadline <= now) {
      const RequestId id = unresolved_.front().id;
      unresolved_.pop_front();
      const auto found = resolving_.find(id);
      if (found == resolving_.end()) continue;
      Resolved slow = resolver_->GiveUp(found->second.host);
      slow.detail = "resolving " + found->second.host + ": no answer within " +
                    FormatDuration(options_.connect_timeout);
      Job job = std::move(found->second);
      resolving_.erase(found);
      Use(id, std::move(job), slow);
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
  std::optional<Url> proxy_;
  const CookieJars jars_;
  std::unique_ptr<Resolver> resolver_;
  std::unordered_map<RequestId, Job> resolving_;
  std::vector<std::unique_ptr<CurlMulti>> multis_;
  std::vector<std::unique_ptr<CurlTransfer>> pool_;
  std::unordered_map<RequestId, std::unique_ptr<CurlTransfer>> running_;
  std::deque<Finished> finished_;
  std::deque<Waiting> silent_, unresolved_;
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
  if (Result<void> opened = impl->OpenResolver(); !opened) {
    return opened.error();
  }
  if (Result<void> used = impl->UseProxy(); !used) return used.error();
  return std::unique_ptr<CurlClient>(new CurlClient(std::move(impl)));
}

CurlClient::RequestId CurlClient::Start(HttpRequest request, MayRequest may,
                                        Done done) {
  return impl_->Start(std::move(request), std::move(may), std::move(done));
}
void CurlClient::Abort(RequestId id) { impl_->Abort(id); }
void CurlClient::Poll(Duration timeout) { impl_->Poll(timeout); }
void CurlClient::Wake() { impl_->Wake(); }
size_t CurlClient::in_flight() const { return impl_->in_flight(); }
uint64_t CurlClient::epoll_control_calls() const {
  return impl_->epoll_control_calls();
}
uint64_t CurlClient::connections_opened() const {
  return impl_->connections_opened();
}

}  // namespace newsmill
