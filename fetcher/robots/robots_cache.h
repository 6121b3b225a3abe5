#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fetcher/robots/robots_record.h"

namespace newsmill {

// What is known of the robots.txt of many origins, by its URL; bounded: beyond
// the budget those go that were not asked about for the longest time. Used by
// one thread.
class RobotsCache {
 public:
  explicit RobotsCache(size_t most_bytes) : most_bytes_(most_bytes) {}

  // nullptr: nothing is known. Valid until the next Keep.
  const RobotsRecord* Find(const std::string& url);
  // The same without counting as a question.
  const RobotsRecord* Peek(const std::string& url) const;
  // In the place of what was known; the latest is kept whatever its size.
  void Keep(const std::string& url, RobotsRecord record);

  size_t bytes() const { return bytes_; }
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string url;
    RobotsRecord record;
    size_t bytes = 0;
  };
  void Drop(std::list<Entry>::iterator entry);

  const size_t most_bytes_;
  size_t bytes_ = 0;
  std::list<Entry> entries_;  // the latest question first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_url_;
};

}  // namespace newsmill
