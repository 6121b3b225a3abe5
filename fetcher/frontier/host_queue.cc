#include "fetcher/frontier/host_queue.h"

namespace newsmill {

void HostQueue::Push(FetchId fetch, std::optional<Instant> not_before) {
  if (not_before) {
    delayed_.emplace(*not_before, fetch);
  } else {
    ready_.push_back(fetch);
  }
}

std::optional<FetchId> HostQueue::Pop(Instant now) {
  const std::optional<Instant> next = NextReady();
  if (!next || *next > now) return std::nullopt;

  // What has waited for its own time goes before what came in meanwhile.
  FetchId fetch = 0;
  if (!delayed_.empty() && delayed_.begin()->first <= now) {
    fetch = delayed_.begin()->second;
    delayed_.erase(delayed_.begin());
  } else {
    fetch = ready_.front();
    ready_.pop_front();
  }
  ++in_flight_;
  before_pop_ = next_start_;
  next_start_ = now + limits_.delay;
  return fetch;
}

void HostQueue::Finish(Instant now) {
  --in_flight_;
  next_start_ = std::max(next_start_, now + limits_.delay);
}

void HostQueue::Cancel() {
  --in_flight_;
  next_start_ = before_pop_;
}

void HostQueue::WaitUntil(Instant until) {
  wait_until_ = std::max(wait_until_, until);
}

std::optional<Instant> HostQueue::NextReady() const {
  if (in_flight_ >= std::max(1, limits_.concurrency)) return std::nullopt;
  if (!ready_.empty()) return next_start();
  if (delayed_.empty()) return std::nullopt;
  return std::max(next_start(), delayed_.begin()->first);
}

std::vector<FetchId> HostQueue::TakeAll() {
  std::vector<FetchId> all(ready_.begin(), ready_.end());
  for (const auto& [not_before, fetch] : delayed_) all.push_back(fetch);
  ready_.clear();
  delayed_.clear();
  return all;
}

}  // namespace newsmill
