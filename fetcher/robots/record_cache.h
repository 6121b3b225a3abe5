#pragma once

#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace newsmill {

// What is known of a file that many origins may have, such as robots.txt, by
// its URL; bounded: beyond the budget those go that were not asked about for
// the longest time. A Record says by bytes() how much memory it takes. Used by
// one thread.
template <typename Record>
class RecordCache {
 public:
  explicit RecordCache(size_t most_bytes) : most_bytes_(most_bytes) {}

  // nullptr: nothing is known. Valid until the next Keep.
  const Record* Find(const std::string& url) {
    const auto found = by_url_.find(url);
    if (found == by_url_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->record;
  }

  // The same without counting as a question.
  const Record* Peek(const std::string& url) const {
    const auto found = by_url_.find(url);
    return found == by_url_.end() ? nullptr : &found->second->record;
  }

  // In the place of what was known; the latest is kept whatever its size.
  void Keep(const std::string& url, Record record) {
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

  size_t bytes() const { return bytes_; }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string url;
    Record record;
    size_t bytes = 0;
  };

  void Drop(typename std::list<Entry>::iterator entry) {
    bytes_ -= entry->bytes;
    by_url_.erase(entry->url);
    entries_.erase(entry);
  }

  const size_t most_bytes_;
  size_t bytes_ = 0;
  std::list<Entry> entries_;  // the latest question first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator>
      by_url_;
};

}  // namespace newsmill
