#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "fetcher/guard/ip_address.h"

namespace newsmill {

// What a name resolved to.
struct Resolved {
  enum class Status {
    kFound,
    kNoSuchName,  // the answer is that there is none
    kFailed,      // no answer, or none that says anything
    // This machine reaches no name server, or none that answers for any name:
    // nobody's fault but ours.
    kNoServer,
  };
  Status status = Status::kFailed;
  // In the order in which they are to be tried; not empty with kFound.
  std::vector<IpAddress> addresses;
  std::string detail;  // for a person; empty with kFound
};

// Answers, kept until they expire; the least recently used of too many goes
// first. Used by one thread.
class AddressCache {
 public:
  explicit AddressCache(size_t most) : most_(most) {}

  // nullptr: unknown or expired. Stands until the next Put.
  const Resolved* Find(const std::string& host, Instant now);
  void Put(const std::string& host, Resolved resolved, Instant expires);
  // Tries the address last from now on: no connection could be made to it.
  void Demote(const std::string& host, const IpAddress& address);
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string host;
    Resolved resolved;
    Instant expires;
  };
  using Entries = std::list<Entry>;  // the last used first

  const size_t most_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_host_;
};

}  // namespace newsmill
