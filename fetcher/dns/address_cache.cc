#include "fetcher/dns/address_cache.h"

#include <algorithm>
#include <utility>

namespace newsmill {

const Resolved* AddressCache::Find(const std::string& host, Instant now) {
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (entry->expires <= now) {
    by_host_.erase(found);
    entries_.erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->resolved;
}

void AddressCache::Put(const std::string& host, Resolved resolved,
                       Instant expires) {
  const auto found = by_host_.find(host);
  if (found != by_host_.end()) {
    entries_.erase(found->second);
    by_host_.erase(found);
  }
  entries_.push_front({host, std::move(resolved), expires});
  by_host_[host] = entries_.begin();
  if (entries_.size() <= most_) return;
  by_host_.erase(entries_.back().host);
  entries_.pop_back();
}

void AddressCache::Demote(const std::string& host, const IpAddress& address) {
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return;
  std::vector<IpAddress>& addresses = found->second->resolved.addresses;
  std::stable_partition(
      addresses.begin(), addresses.end(),
      [&address](const IpAddress& other) { return other != address; });
}

}  // namespace newsmill
