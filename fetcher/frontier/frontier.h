#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "fetcher/frontier/host_queue.h"

namespace newsmill {

// Which fetch may be asked now: the queues of all hosts, ordered by the instant
// of their next turn. A pick costs O(log hosts), whatever the number of
// fetches. Time is an argument. Used by one thread.
class Frontier {
 public:
  using LimitsOf = std::function<HostLimits(const std::string& host)>;

  // `limits_of` says what a host can bear when its first fetch comes in.
  explicit Frontier(LimitsOf limits_of) : limits_of_(std::move(limits_of)) {}

  // A fetch that waits for `host`, which belongs to `partition`. `owned_since`:
  // when the partition was taken over; a host is first asked a full delay
  // later.
  void Push(const std::string& host, int32_t partition, Instant owned_since,
            FetchId fetch, std::optional<Instant> not_before = std::nullopt,
            Lane lane = Lane::kFresh);

  // The fetch whose turn came first; it counts as started until Finish.
  std::optional<FetchId> Pop(Instant now);
  // The request of a started fetch ended.
  void Finish(const std::string& host, Instant now);
  // The fetch that was taken last made no request after all.
  void Cancel(const std::string& host);
  // As Finish, and the fetch waits again, before all others of its host.
  void PutBack(const std::string& host, FetchId fetch, Instant now);

  // A fetch that was taken gives its turn to another request of the host's and
  // waits, before all others. The turn is still to be finished or cancelled.
  void GiveTurnAway(const std::string& host, FetchId fetch);
  // Starts a request to the host that no fetch stands for, before all that
  // waits; it is to be finished. False: the host cannot be asked now.
  bool TakeTurn(const std::string& host, int32_t partition, Instant owned_since,
                Instant now);
  // Asks again what the host can bear; counts from its next delay on.
  void RefreshLimits(const std::string& host);

  // Nobody asks the host before `until`, whatever its delay.
  void WaitUntil(const std::string& host, Instant until);
  // Only the delay counts again.
  void EndWait(const std::string& host);
  // That wait, where it lies beyond `now`.
  std::optional<Instant> WaitOf(const std::string& host, Instant now) const;

  // How many more fetches of that lane the host can be asked within `hold`.
  int64_t Room(const std::string& host, Lane lane, Duration hold,
               Instant now) const;
  // Of a host for which nothing waits and that may be asked now.
  int64_t Capacity(const std::string& host, Duration hold) const;

  // Takes what waits for the host; what runs is still to be finished.
  std::vector<FetchId> TakeWaiting(const std::string& host);
  // Forgets the hosts of a partition, and gives what waited for them. Started
  // fetches of theirs must not be finished any more.
  std::vector<FetchId> DropPartition(int32_t partition);

  // When the next Pop may give something.
  std::optional<Instant> NextReady() const;

  // The hosts that could be asked at `now` and wait for nothing but room among
  // the requests that run, and since when the first of them does. Takes a step
  // for each.
  struct Ready {
    size_t hosts = 0;
    std::optional<Instant> since;
  };
  Ready ReadyAt(Instant now) const;

  size_t queued() const { return queued_; }
  size_t hosts() const { return hosts_.size(); }
  // Fetches that wait for this host.
  size_t QueuedOf(const std::string& host) const;

 private:
  struct Host;
  // Equal instants: who stood there first.
  struct Turn {
    Instant at;
    uint64_t number = 0;
    Host* host = nullptr;

    bool operator<(const Turn& other) const {
      return std::tie(at, number) < std::tie(other.at, other.number);
    }
  };
  struct Host {
    Host(std::string host_name, int32_t of, HostQueue host_queue)
        : name(std::move(host_name)),
          partition(of),
          queue(std::move(host_queue)) {}

    std::string name;
    int32_t partition;
    HostQueue queue;
    // Where the host stands in turns_; nullopt: nowhere.
    std::optional<Turn> turn;
  };

  Host* Find(const std::string& host) const;
  Host& FindOrAdd(const std::string& host, int32_t partition,
                  Instant owned_since);
  // Puts the host where its next turn is; an idle one stands there until its
  // delay is over and it can be forgotten.
  void Settle(Host& host);
  void LeaveTurns(Host& host);
  void Forget(Host& host);

  LimitsOf limits_of_;
  std::unordered_map<std::string, std::unique_ptr<Host>> hosts_;
  std::set<Turn> turns_;
  uint64_t next_number_ = 0;
  size_t queued_ = 0;
};

}  // namespace newsmill
