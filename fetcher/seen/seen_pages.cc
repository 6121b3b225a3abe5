#include "fetcher/seen/seen_pages.h"

#include <algorithm>
#include <string_view>

namespace newsmill {
namespace {

// Of the maps and the list around an entry, and of its fixed fields.
constexpr int64_t kAround = 400;

int64_t BytesOf(const v1::SeenPage& page) {
  const size_t texts = 3 * page.article_key().size() + page.url().size() +
                       page.etag().size() + page.last_modified().size() +
                       page.body_sha256().size() + page.task_id().size();
  return kAround + static_cast<int64_t>(texts);
}

uint64_t HashOf(std::string_view task_id) {
  return std::hash<std::string_view>()(task_id);
}

}  // namespace

SeenPages::SeenPages(int64_t max_bytes, std::optional<Duration> retention,
                     Save save)
    : max_bytes_(max_bytes), retention_(retention), save_(std::move(save)) {}

void SeenPages::Load(int32_t partition, std::vector<v1::SeenPage> pages) {
  Drop(partition);
  std::sort(pages.begin(), pages.end(), [](const auto& a, const auto& b) {
    return FromProto(a.fetched_at()) < FromProto(b.fetched_at());
  });
  for (v1::SeenPage& page : pages) Insert(partition, std::move(page));
}

void SeenPages::Drop(int32_t partition) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  for (const auto& [key, entry] : found->second) {
    bytes_ -= BytesOf(entry.page);
    order_.erase(entry.place);
  }
  partitions_.erase(found);
}

void SeenPages::Keep(int32_t partition, v1::SeenPage page) {
  if (save_) save_(partition, page);
  Insert(partition, std::move(page));
}

void SeenPages::Died(const std::vector<std::string>& task_ids) {
  for (const std::string& id : task_ids) dead_.insert(HashOf(id));
}

const v1::SeenPage* SeenPages::Find(int32_t partition,
                                    const std::string& article_key,
                                    Timestamp now) const {
  const auto entries = partitions_.find(partition);
  if (entries == partitions_.end()) return nullptr;
  const auto found = entries->second.find(article_key);
  if (found == entries->second.end()) return nullptr;
  const v1::SeenPage& page = found->second.page;
  if (retention_ && now - FromProto(page.fetched_at()) >= *retention_) {
    return nullptr;
  }
  return dead_.contains(HashOf(page.task_id())) ? nullptr : &page;
}

void SeenPages::Insert(int32_t partition, v1::SeenPage page) {
  Entries& entries = partitions_[partition];
  const auto known = entries.find(page.article_key());
  if (known != entries.end()) Remove(entries, known);
  bytes_ += BytesOf(page);
  order_.emplace_back(partition, page.article_key());
  std::string key = page.article_key();
  entries.emplace(std::move(key), Entry{std::move(page), --order_.end()});
  while (bytes_ > max_bytes_ && !order_.empty()) {
    const auto [oldest_partition, oldest_key] = order_.front();
    Entries& others = partitions_.at(oldest_partition);
    Remove(others, others.find(oldest_key));
  }
}

void SeenPages::Remove(Entries& entries, Entries::iterator entry) {
  bytes_ -= BytesOf(entry->second.page);
  order_.erase(entry->second.place);
  entries.erase(entry);
}

}  // namespace newsmill
