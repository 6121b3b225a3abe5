#include "fetcher/frontier/host_queue.h"

namespace newsmill {

namespace {

// A host without a delay is taken to answer that fast.
constexpr Duration kLeastPeriod = std::chrono::milliseconds(10);
}  // namespace

void HostQueue::Push(FetchId fetch, std::optional<Instant> not_before,
                     Lane lane) {
  if (not_before) {
    delayed_.emplace(*not_before, std::pair(fetch, lane));
    ++delayed_of_[static_cast<size_t>(lane)];
  } else {
    ReadyIn(lane).PushBack(fetch);
  }
}

size_t HostQueue::queued(Lane lane) const {
  return ReadyIn(lane).size() + delayed_of_[static_cast<size_t>(lane)];
}

std::optional<FetchId> HostQueue::Pop(Instant now) {
  const std::optional<Instant> next = NextReady();
  if (!next || *next > now) return std::nullopt;
  const FetchId fetch = TakeNext(now);
  Started(now);
  return fetch;
}

bool HostQueue::TakeTurn(Instant now) {
  if (in_flight_ >= std::max(1, limits_.concurrency) || next_start() > now) {
    return false;
  }
  Started(now);
  return true;
}

void HostQueue::Started(Instant now) {
  ++in_flight_;
  before_pop_ = next_start_;
  next_start_ = now + limits_.delay;
}

FetchId HostQueue::TakeNext(Instant now) {
  // What has waited for its own time goes before what came in meanwhile.
  auto due = delayed_.upper_bound(now);
  while (due != delayed_.begin()) {
    --due;  // the last first, so that the first stands before all
    const auto [fetch, lane] = due->second;
    due = delayed_.erase(due);
    --delayed_of_[static_cast<size_t>(lane)];
    ReadyIn(lane).PushFront(fetch);
  }
  if (!again_.empty()) return again_.PopFront();
  Line<FetchId>& fresh = ReadyIn(Lane::kFresh);
  Line<FetchId>& bulk = ReadyIn(Lane::kBulk);
  const bool bulks_turn = fresh.empty() || fresh_in_a_row_ + 1 >= kBulkShare;
  if (!bulk.empty() && bulks_turn) {
    fresh_in_a_row_ = 0;
    return bulk.PopFront();
  }
  fresh_in_a_row_ = bulk.empty() ? 0 : fresh_in_a_row_ + 1;
  return fresh.PopFront();
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
  if (queued() > delayed_.size()) return next_start();
  if (delayed_.empty()) return std::nullopt;
  return std::max(next_start(), delayed_.begin()->first);
}

int64_t HostQueue::Capacity(Duration hold) const {
  return 1 + hold / std::max(limits_.delay, kLeastPeriod);
}

int64_t HostQueue::Room(Lane lane, Duration hold, Instant now) const {
  const Duration wait = std::max(next_start() - now, Duration(0));
  if (wait > hold) return 0;
  const int64_t capacity = Capacity(hold - wait);
  const auto own = static_cast<int64_t>(queued(lane));
  if (lane == Lane::kFresh) return std::max<int64_t>(0, capacity - own);
  const auto all = static_cast<int64_t>(queued());
  const int64_t share = 1 + capacity / kBulkShare - own;
  return std::max<int64_t>(0, std::max(capacity - all, share));
}

std::vector<FetchId> HostQueue::TakeAll() {
  std::vector<FetchId> all;
  again_.MoveTo(all);
  for (Line<FetchId>& line : ready_) line.MoveTo(all);
  for (const auto& [not_before, waiting] : delayed_) {
    all.push_back(waiting.first);
  }
  delayed_.clear();
  delayed_of_ = {};
  return all;
}

}  // namespace newsmill
