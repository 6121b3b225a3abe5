#include "fetcher/dns/resolver.h"

#include <sys/time.h>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include <ares.h>

namespace newsmill {
namespace {

constexpr uint32_t kRead = 1;
constexpr uint32_t kWrite = 2;

// Once per process, before the first channel.
int InitialiseCares() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  return status;
}

bool IsBelow(const std::string& host, const std::string& domain) {
  return host == domain || host.ends_with("." + domain);
}

Resolved::Status StatusOf(int status) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
    case ARES_EBADNAME:
    case ARES_ENONAME:
      return Resolved::Status::kNoSuchName;
    case ARES_ECONNREFUSED:
    case ARES_ENOMEM:
    case ARES_EFILE:
      return Resolved::Status::kNoServer;
    default:
      return Resolved::Status::kFailed;
  }
}

struct ChannelDeleter {
  void operator()(ares_channeldata* channel) const { ares_destroy(channel); }
};

struct AddressesDeleter {
  void operator()(ares_addrinfo* info) const { ares_freeaddrinfo(info); }
};
using Addresses = std::unique_ptr<ares_addrinfo, AddressesDeleter>;

Resolved Read(const ares_addrinfo& info, int64_t& ttl) {
  Resolved resolved;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr;
       node = node->ai_next) {
    const auto address = IpAddress::FromSocket(*node->ai_addr);
    if (!address) continue;
    resolved.addresses.push_back(*address);
    ttl = std::min<int64_t>(ttl, node->ai_ttl);
  }
  for (const ares_addrinfo_cname* name = info.cnames; name != nullptr;
       name = name->next) {
    ttl = std::min<int64_t>(ttl, name->ttl);
  }
  if (!resolved.addresses.empty()) resolved.status = Resolved::Status::kFound;
  return resolved;
}

}  // namespace

class Resolver::Impl {
 public:
  Impl(ResolverOptions options, Watch watch, const Clock& clock)
      : options_(std::move(options)),
        watch_(std::move(watch)),
        clock_(clock),
        cache_(options_.most_entries) {}

  Result<void> Open() {
    ares_options settings{};
    // Without NOCHECKRESP a server's "it failed" is told like a network that
    // is not there.
    settings.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOCHECKRESP;
    settings.timeout = static_cast<int>(options_.timeout.count());
    settings.tries = options_.tries;
    char lookups[] = "fb";  // the hosts file, then DNS
    settings.lookups = lookups;
    settings.sock_state_cb = &Impl::OnSocket;
    settings.sock_state_cb_data = this;
    ares_channeldata* channel = nullptr;
    const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                     ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
    int status = InitialiseCares();
    if (status == ARES_SUCCESS) {
      status = ares_init_options(&channel, &settings, mask);
    }
    if (status != ARES_SUCCESS) {
      return Error{Code::kUnavailable,
                   std::string("the resolver: ") + ares_strerror(status)};
    }
    channel_.reset(channel);
    return UseServers();
  }

  const Resolved* Resolve(const std::string& host, Done done) {
    if (const Resolved* const known = cache_.Find(host, clock_.Uptime())) {
      return known;
    }
    auto& waiting = waiting_[host];
    waiting.push_back(std::move(done));
    if (waiting.size() == 1) Ask(host);
    return nullptr;
  }

  void Demote(const std::string& host, const IpAddress& address) {
    cache_.Demote(host, address);
  }

  void Act(int fd, bool readable, bool writable) {
    ares_process_fd(channel_.get(), readable ? fd : ARES_SOCKET_BAD,
                    writable ? fd : ARES_SOCKET_BAD);
  }

  void Deliver() {
    if (!waiting_.empty()) {
      ares_process_fd(channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
    while (!answered_.empty()) {
      auto [host, resolved] = std::move(answered_.front());
      answered_.pop_front();
      auto waiting = waiting_.extract(host);
      for (const Done& done : waiting.mapped()) done(resolved);
    }
  }

  Duration WaitFor(Duration most) const {
    if (!answered_.empty()) return Duration(0);
    if (waiting_.empty()) return most;
    timeval longest{};
    longest.tv_sec = most / std::chrono::seconds(1);
    longest.tv_usec = (most % std::chrono::seconds(1)) / Duration(1) * 1000;
    timeval wait{};
    ares_timeout(channel_.get(), &longest, &wait);
    return std::chrono::seconds(wait.tv_sec) +
           std::chrono::ceil<Duration>(std::chrono::microseconds(wait.tv_usec));
  }

  uint64_t lookups() const { return lookups_; }
  size_t cached() const { return cache_.size(); }

 private:
  struct Question {
    Impl* self;
    std::string host;
  };

  Result<void> UseServers() {
    if (options_.servers.empty()) return {};
    std::string list;
    for (const std::string& server : options_.servers) {
      list += (list.empty() ? "" : ",") + server;
    }
    const int status = ares_set_servers_ports_csv(channel_.get(), list.c_str());
    if (status == ARES_SUCCESS) return {};
    return Error{Code::kBadConfiguration,
                 "fetcher.dns_servers: \"" + list +
                     "\" holds what is neither an address nor address:port (" +
                     ares_strerror(status) + ")"};
  }

  void Ask(const std::string& host) {
    if (IsBelow(host, "invalid")) return Answer(host, ARES_ENOTFOUND, nullptr);
    if (IsBelow(host, "localhost")) return AnswerLoopback(host);
    ++lookups_;
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    // Freed in OnAnswer, which is called once whatever happens.
    auto* const question = new Question{this, host};
    ares_getaddrinfo(channel_.get(), host.c_str(), nullptr, &hints,
                     &Impl::OnAnswer, question);
  }

  static void OnAnswer(void* data, int status, int, ares_addrinfo* info) {
    const Addresses addresses(info);
    const std::unique_ptr<Question> question(static_cast<Question*>(data));
    if (status == ARES_EDESTRUCTION) return;
    question->self->Answer(question->host, status, addresses.get());
  }

  static void OnSocket(void* data, ares_socket_t fd, int readable,
                       int writable) {
    auto* const self = static_cast<Impl*>(data);
    const uint32_t interest =
        (readable != 0 ? kRead : 0) | (writable != 0 ? kWrite : 0);
    self->watch_(fd, interest);
  }

  void Answer(const std::string& host, int status, const ares_addrinfo* info) {
    Resolved resolved;
    int64_t ttl = options_.most_ttl / std::chrono::seconds(1);
    if (status == ARES_SUCCESS && info != nullptr) resolved = Read(*info, ttl);
    if (status == ARES_SUCCESS && resolved.addresses.empty()) {
      status = ARES_ENODATA;
    }
    Duration stands = std::clamp<Duration>(
        std::chrono::seconds(ttl), options_.least_ttl, options_.most_ttl);
    if (status != ARES_SUCCESS) {
      resolved.status = StatusOf(status);
      resolved.detail = "resolving " + host + ": " + ares_strerror(status);
      stands = resolved.status == Resolved::Status::kNoSuchName
                   ? options_.negative_ttl
                   : options_.failure_ttl;
    }
    Keep(host, std::move(resolved), stands);
  }

  void AnswerLoopback(const std::string& host) {
    Resolved resolved;
    resolved.status = Resolved::Status::kFound;
    resolved.addresses = {*IpAddress::Parse("127.0.0.1"),
                          *IpAddress::Parse("::1")};
    Keep(host, std::move(resolved), options_.most_ttl);
  }

  void Keep(const std::string& host, Resolved resolved, Duration stands) {
    cache_.Put(host, resolved, clock_.Uptime() + stands);
    answered_.emplace_back(host, std::move(resolved));
  }

  const ResolverOptions options_;
  const Watch watch_;
  const Clock& clock_;
  AddressCache cache_;
  std::unordered_map<std::string, std::vector<Done>> waiting_;
  std::deque<std::pair<std::string, Resolved>> answered_;
  uint64_t lookups_ = 0;
  // Last: its end speaks to the above.
  std::unique_ptr<ares_channeldata, ChannelDeleter> channel_;
};

Resolver::Resolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::~Resolver() = default;

Result<std::unique_ptr<Resolver>> Resolver::Create(ResolverOptions options,
                                                   Watch watch,
                                                   const Clock& clock) {
  auto impl =
      std::make_unique<Impl>(std::move(options), std::move(watch), clock);
  if (Result<void> opened = impl->Open(); !opened) return opened.error();
  return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));
}

const Resolved* Resolver::Resolve(const std::string& host, Done done) {
  return impl_->Resolve(host, std::move(done));
}
void Resolver::Demote(const std::string& host, const IpAddress& address) {
  impl_->Demote(host, address);
}
void Resolver::Act(int fd, bool readable, bool writable) {
  impl_->Act(fd, readable, writable);
}
void Resolver::Deliver() { impl_->Deliver(); }
Duration Resolver::WaitFor(Duration most) const { return impl_->WaitFor(most); }
uint64_t Resolver::lookups() const { return impl_->lookups(); }
size_t Resolver::cached() const { return impl_->cached(); }

}  // namespace newsmill
