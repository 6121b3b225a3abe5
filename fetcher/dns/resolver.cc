#include "fetcher/dns/resolver.h"

#include <sys/time.h>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

// ares_query is deprecated for what the c-ares of Debian 12 does not have yet.
#define CARES_NO_DEPRECATED
#include <ares.h>

namespace newsmill {
namespace {

constexpr uint32_t kRead = 1;
constexpr uint32_t kWrite = 2;

// RFC 1035, section 3.2.
constexpr int kClassInternet = 1;
constexpr int kTypeNs = 2;

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

// Whether a name server has said what it knows, be it that there is nothing.
bool IsAnswer(int status) {
  return status == ARES_SUCCESS || status == ARES_ENODATA ||
         status == ARES_ENOTFOUND;
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
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
               ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
#ifdef ARES_OPT_QUERY_CACHE
    // c-ares keeps answers of its own since 1.31; ours has bounds of its own.
    settings.qcache_max_ttl = 0;
    mask |= ARES_OPT_QUERY_CACHE;
#endif
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
    Waiting& waiting = waiting_[host];
    waiting.done.push_back(std::move(done));
    if (waiting.done.size() == 1) {
      waiting.asked = clock_.Uptime();
      unanswered_.emplace_back(waiting.asked, host);
      Ask(host);
    }
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
      ProbeWhenLate();
    }
    while (!answered_.empty()) {
      auto [host, resolved] = std::move(answered_.front());
      answered_.pop_front();
      auto waiting = waiting_.extract(host);
      for (const Done& done : waiting.mapped().done) done(resolved);
    }
  }

  Resolved GiveUp(const std::string& host) {
    Resolved late;
    const auto found = waiting_.find(host);
    if (found == waiting_.end()) return late;
    const bool silent = probes_ > 0 && answered_at_ < found->second.asked &&
                        clock_.Uptime() - probed_at_ >= options_.timeout;
    if (silent) late.status = Resolved::Status::kNoServer;
    return late;
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
  struct Waiting {
    std::vector<Done> done;
    Instant asked{};
  };
  struct Probe {
    Impl* self;
    std::string name;
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
    asking_ = true;
    ares_getaddrinfo(channel_.get(), host.c_str(), nullptr, &hints,
                     &Impl::OnAnswer, question);
    asking_ = false;
  }

  static void OnAnswer(void* data, int status, int, ares_addrinfo* info) {
    const Addresses addresses(info);
    const std::unique_ptr<Question> question(static_cast<Question*>(data));
    if (status == ARES_EDESTRUCTION) return;
    Impl& self = *question->self;
    // What comes at once is of the hosts file.
    if (!self.asking_ && IsAnswer(status)) self.Answered(question->host);
    self.Answer(question->host, status, addresses.get());
  }

  // A name server has answered for `name`: what others got no answer for is
  // their own trouble.
  void Answered(const std::string& name) {
    answered_at_ = clock_.Uptime();
    if (!name.empty()) known_ = name;
    for (auto& [host, resolved] : std::exchange(doubtful_, {})) {
      Keep(host, std::move(resolved), options_.failure_ttl);
    }
  }

  // A name that takes longer than one try makes us look whether any name is
  // answered.
  void ProbeWhenLate() {
    while (!unanswered_.empty()) {
      const auto& [asked, host] = unanswered_.front();
      const auto waiting = waiting_.find(host);
      const bool waits =
          waiting != waiting_.end() && waiting->second.asked == asked;
      if (waits && answered_at_ < asked) {
        if (clock_.Uptime() - asked >= options_.timeout) StartProbe();
        return;
      }
      unanswered_.pop_front();
    }
  }

  // Asks for the root, which every name server knows, and for the name that
  // was answered last: one that serves a closed network may know no root.
  void StartProbe() {
    if (probes_ > 0) return;
    probed_at_ = clock_.Uptime();
    std::vector<std::string> names = {"."};
    if (!known_.empty()) names.push_back(known_);
    probes_ = names.size();
    for (const std::string& name : names) {
      // Freed in OnProbed, which is called once whatever happens.
      ares_query(channel_.get(), name.c_str(), kClassInternet, kTypeNs,
                 &Impl::OnProbed, new Probe{this, name});
    }
  }

  static void OnProbed(void* data, int status, int, unsigned char*, int) {
    const std::unique_ptr<Probe> probe(static_cast<Probe*>(data));
    if (status == ARES_EDESTRUCTION) return;
    Impl& self = *probe->self;
    --self.probes_;
    if (IsAnswer(status)) self.Answered("");
    if (self.probes_ > 0) return;
    for (auto& [host, resolved] : std::exchange(self.doubtful_, {})) {
      resolved.status = Resolved::Status::kNoServer;
      resolved.detail += "; the name servers answer for no name at all";
      self.Keep(host, std::move(resolved), self.options_.failure_ttl);
    }
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
    if (resolved.status == Resolved::Status::kFailed &&
        answered_at_ < waiting_.at(host).asked) {
      doubtful_.emplace_back(host, std::move(resolved));
      return StartProbe();
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
  std::unordered_map<std::string, Waiting> waiting_;
  std::deque<std::pair<std::string, Resolved>> answered_;
  uint64_t lookups_ = 0;
  bool asking_ = false;  // within the call that asks
  // In the order in which they were asked; some have their answer by now.
  std::deque<std::pair<Instant, std::string>> unanswered_;
  // Got no answer, and it is not known yet whose fault that is.
  std::vector<std::pair<std::string, Resolved>> doubtful_;
  Instant answered_at_ = Instant::min();  // by a name server, last
  std::string known_;                     // a name that was answered
  size_t probes_ = 0;                     // that are under way
  Instant probed_at_{};
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
Resolved Resolver::GiveUp(const std::string& host) {
  return impl_->GiveUp(host);
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
