#include "fetcher/robots/robots_cache.h"

namespace newsmill {

const RobotsRecord* RobotsCache::Find(const std::string& url) {
  const auto found = by_url_.find(url);
  if (found == by_url_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->record;
}

const RobotsRecord* RobotsCache::Peek(const std::string& url) const {
  const auto found = by_url_.find(url);
  return found == by_url_.end() ? nullptr : &found->second->record;
}

void RobotsCache::Keep(const std::string& url, RobotsRecord record) {
  if (const auto found = by_url_.find(url); found != by_url_.end()) {
    Drop(found->second);
  }
  // The list's and the table's nodes count, too.
  constexpr size_t kNodes = 128;
  entries_.push_front({url, std::move(record), 0});
  Entry& entry = entries_.front();
  entry.bytes = sizeof(entry) + kNodes + url.size() + entry.record.bytes();
  bytes_ += entry.bytes;
  by_url_.emplace(entry.url, entries_.begin());
  while (bytes_ > most_bytes_ && entries_.size() > 1) {
    Drop(std::prev(entries_.end()));
  }
}

void RobotsCache::Drop(std::list<Entry>::iterator entry) {
  bytes_ -= entry->bytes;
  by_url_.erase(entry->url);
  entries_.erase(entry);
}

}  // namespace newsmill
