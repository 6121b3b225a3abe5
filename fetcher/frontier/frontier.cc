#include "fetcher/frontier/frontier.h"

namespace newsmill {

void Frontier::Push(const std::string& host, int32_t partition,
                    Instant owned_since, FetchId fetch,
                    std::optional<Instant> not_before, Lane lane) {
  Host& entry = FindOrAdd(host, partition, owned_since);
  entry.queue.Push(fetch, not_before, lane);
  ++queued_;
  Settle(entry);
}

Frontier::Host& Frontier::FindOrAdd(const std::string& host, int32_t partition,
                                    Instant owned_since) {
  std::unique_ptr<Host>& entry = hosts_[host];
  if (entry == nullptr) {
    const HostLimits limits = limits_of_(host);
    entry = std::make_unique<Host>(
        host, partition, HostQueue(limits, owned_since + limits.delay));
  }
  return *entry;
}

bool Frontier::TakeTurn(const std::string& host, int32_t partition,
                        Instant owned_since, Instant now) {
  Host& entry = FindOrAdd(host, partition, owned_since);
  const bool taken = entry.queue.TakeTurn(now);
  Settle(entry);
  return taken;
}

std::optional<FetchId> Frontier::Pop(Instant now) {
  while (!turns_.empty() && turns_.begin()->at <= now) {
    Host& host = *turns_.begin()->host;
    if (host.queue.idle()) {
      Forget(host);
      continue;
    }
    const std::optional<FetchId> fetch = host.queue.Pop(now);
    if (fetch) --queued_;
    LeaveTurns(host);  // behind those whose turn is now, too
    Settle(host);
    if (fetch) return fetch;
  }
  return std::nullopt;
}

void Frontier::Finish(const std::string& host, Instant now) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.Finish(now);
  Settle(*entry);
}

void Frontier::Cancel(const std::string& host) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.Cancel();
  Settle(*entry);
}

void Frontier::PutBack(const std::string& host, FetchId fetch, Instant now) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.Finish(now);
  entry->queue.PushFront(fetch);
  ++queued_;
  Settle(*entry);
}

void Frontier::GiveTurnAway(const std::string& host, FetchId fetch) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.PushFront(fetch);
  ++queued_;
  Settle(*entry);
}

void Frontier::RefreshLimits(const std::string& host) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.SetLimits(limits_of_(host));
  Settle(*entry);
}

void Frontier::WaitUntil(const std::string& host, Instant until) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.WaitUntil(until);
  Settle(*entry);
}

void Frontier::EndWait(const std::string& host) {
  Host* const entry = Find(host);
  if (entry == nullptr) return;
  entry->queue.EndWait();
  Settle(*entry);
}

std::optional<Instant> Frontier::WaitOf(const std::string& host,
                                        Instant now) const {
  const Host* const entry = Find(host);
  if (entry == nullptr || entry->queue.wait_until() <= now) {
    return std::nullopt;
  }
  return entry->queue.wait_until();
}

int64_t Frontier::Room(const std::string& host, Lane lane, Duration hold,
                       Instant now) const {
  const Host* const entry = Find(host);
  if (entry == nullptr) return Capacity(host, hold);
  return entry->queue.Room(lane, hold, now);
}

int64_t Frontier::Capacity(const std::string& host, Duration hold) const {
  const Host* const entry = Find(host);
  if (entry != nullptr) return entry->queue.Capacity(hold);
  return HostQueue(limits_of_(host), Instant()).Capacity(hold);
}

std::vector<FetchId> Frontier::TakeWaiting(const std::string& host) {
  Host* const entry = Find(host);
  if (entry == nullptr) return {};
  std::vector<FetchId> taken = entry->queue.TakeAll();
  queued_ -= taken.size();
  Settle(*entry);
  return taken;
}

std::vector<FetchId> Frontier::DropPartition(int32_t partition) {
  std::vector<FetchId> dropped;
  std::vector<Host*> leaving;
  for (const auto& [name, host] : hosts_) {
    if (host->partition == partition) leaving.push_back(host.get());
  }
  for (Host* const host : leaving) {
    const std::vector<FetchId> taken = host->queue.TakeAll();
    dropped.insert(dropped.end(), taken.begin(), taken.end());
    queued_ -= taken.size();
    Forget(*host);
  }
  return dropped;
}

Frontier::Ready Frontier::ReadyAt(Instant now) const {
  Ready ready;
  for (const Turn& turn : turns_) {
    if (turn.at > now) break;
    if (turn.host->queue.queued() == 0) continue;
    if (!ready.since) ready.since = turn.at;
    ++ready.hosts;
  }
  return ready;
}

std::optional<Instant> Frontier::NextReady() const {
  if (turns_.empty()) return std::nullopt;
  return turns_.begin()->at;
}

size_t Frontier::QueuedOf(const std::string& host) const {
  const Host* const entry = Find(host);
  return entry == nullptr ? 0 : entry->queue.queued();
}

Frontier::Host* Frontier::Find(const std::string& host) const {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? nullptr : found->second.get();
}

void Frontier::Settle(Host& host) {
  std::optional<Instant> at = host.queue.NextReady();
  if (host.queue.idle()) at = host.queue.next_start();
  if (at && host.turn && *at == host.turn->at) return;
  LeaveTurns(host);
  if (!at) return;
  host.turn = Turn{*at, next_number_++, &host};
  turns_.insert(*host.turn);
}

void Frontier::LeaveTurns(Host& host) {
  if (host.turn) turns_.erase(*host.turn);
  host.turn.reset();
}

void Frontier::Forget(Host& host) {
  LeaveTurns(host);
  hosts_.erase(std::string(host.name));
}

}  // namespace newsmill
