#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "newsmill/v1/seen_page.pb.h"

namespace newsmill {

// What this worker remembers of the pages that were fetched from the hosts of
// its partitions: what the topic `seen` said when they were taken on, and what
// was acknowledged since. One page per article and partition.
//
// Forgetting is always safe: the article is fetched whole again. So it is
// bounded in bytes, and the pages that were kept first go. Used by one thread.
class SeenPages {
 public:
  // Writes a page down for later owners.
  using Save = std::function<void(int32_t partition, const v1::SeenPage&)>;

  // `retention`: how long the log keeps pages; nullopt: for ever. An older one
  // may be gone before it was parsed. An empty `save` forgets with the process.
  SeenPages(int64_t max_bytes, std::optional<Duration> retention, Save save);

  // What former owners kept of a partition.
  void Load(int32_t partition, std::vector<v1::SeenPage> pages);
  void Drop(int32_t partition);

  // The log has acknowledged the page.
  void Keep(int32_t partition, v1::SeenPage page);
  // The tasks' pages ended in the dead letters, wherever they were fetched.
  void Died(const std::vector<std::string>& task_ids);

  // nullptr: none, or none that may still be spoken of. Valid until the next
  // change.
  const v1::SeenPage* Find(int32_t partition, const std::string& article_key,
                           Timestamp now) const;

  size_t size() const { return order_.size(); }

 private:
  using Order = std::list<std::pair<int32_t, std::string>>;
  struct Entry {
    v1::SeenPage page;
    Order::iterator place;
  };
  using Entries = std::unordered_map<std::string, Entry>;

  void Insert(int32_t partition, v1::SeenPage page);
  void Remove(Entries& entries, Entries::iterator entry);

  const int64_t max_bytes_;
  const std::optional<Duration> retention_;
  const Save save_;
  std::map<int32_t, Entries> partitions_;
  Order order_;  // oldest first
  int64_t bytes_ = 0;
  // Hashes of the IDs of tasks; one too many does no harm.
  std::unordered_set<uint64_t> dead_;
};

}  // namespace newsmill
