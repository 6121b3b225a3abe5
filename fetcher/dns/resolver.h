#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "fetcher/dns/address_cache.h"

namespace newsmill {

struct ResolverOptions {
  // "address" or "address:port"; empty: the system's (resolv.conf).
  std::vector<std::string> servers;
  // Of the first try of a server; doubled for each further one.
  Duration timeout = std::chrono::seconds(2);
  int tries = 2;
  // An answer's own time to live, within these bounds.
  Duration least_ttl = std::chrono::seconds(5);
  Duration most_ttl = std::chrono::hours(1);
  // How long the answer stands that there is no such name.
  Duration negative_ttl = std::chrono::seconds(60);
  // And how long a name rests that got no answer.
  Duration failure_ttl = std::chrono::seconds(5);
  size_t most_entries = 65'536;
};

// Resolves host names on the thread that asks (c-ares): hosts file, then DNS,
// both families, in the order of RFC 6724. Names are absolute: no search list.
// A name is asked for once, however many wait for it; answers are kept as long
// as they say, negative ones too, and no more of them than the options allow.
//
// A name that gets no answer, or one that it failed, has trouble of its own
// only while the name servers answer for another: that is looked for before the
// failure is told. Otherwise it is kNoServer.
//
// `localhost` and `invalid` with all that ends in them are answered without
// asking (RFC 6761).
class Resolver {
 public:
  // Watches a socket for reading (1) and writing (2), as SocketSet does; 0: not
  // any more.
  using Watch = std::function<void(int fd, uint32_t interest)>;
  // From Deliver. The answer stands only for the call.
  using Done = std::function<void(const Resolved&)>;

  // kBadConfiguration for servers that are none. The clock outlives it.
  static Result<std::unique_ptr<Resolver>> Create(ResolverOptions options,
                                                  Watch watch,
                                                  const Clock& clock);
  // Those who wait are not told.
  ~Resolver();

  // What is known already: stands until the next call. nullptr: `done` will be
  // called.
  const Resolved* Resolve(const std::string& host, Done done);
  // For a name whose answer is waited for no longer: kNoServer where no name at
  // all is answered, else kFailed.
  Resolved GiveUp(const std::string& host);
  // No connection could be made there: others are tried first from now on.
  void Demote(const std::string& host, const IpAddress& address);

  // One of the sockets that are watched is ready.
  void Act(int fd, bool readable, bool writable);
  // Ends what takes too long and tells those who wait. Once a turn.
  void Deliver();
  // Deliver is due after this long at the latest.
  Duration WaitFor(Duration most) const;

  // Names asked for over the network or the hosts file so far.
  uint64_t lookups() const;
  size_t cached() const;

 private:
  class Impl;
  explicit Resolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill
