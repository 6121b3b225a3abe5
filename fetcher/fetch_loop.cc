#include "fetcher/fetch_loop.h"

#include <algorithm>
#include <utility>

#include "core/flow/planted_fault.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

// How long a host rests whose assignment was found not fresh.
constexpr Duration kStaleRest = std::chrono::milliseconds(250);
// How often running requests are looked at; their first and last moments are
// looked at each.
constexpr Duration kFreshnessInterval = std::chrono::milliseconds(20);
// With more hosts than this, a connection is kept only for a host that has
// something more to ask: finding one among thousands costs more than it saves.
constexpr size_t kFewHosts = 200;
// How often hosts are counted for the metrics.
constexpr Duration kSurveyInterval = std::chrono::seconds(1);
// While the backlog is read, its log is looked at that often.
constexpr Duration kBacklogWait = std::chrono::milliseconds(5);

}  // namespace

FetchLoop::FetchLoop(const FetchSurroundings& surroundings,
                     std::unique_ptr<HttpClient> http, WorkerPort& port)
    : config_(surroundings.config),
      sites_(surroundings.sites),
      topics_(surroundings.topics),
      clock_(surroundings.clock),
      port_(port),
      gate_(surroundings.config),
      partitions_(surroundings.topics.PartitionsOf(surroundings.topics.tasks)),
      hosts_(surroundings.config, surroundings.sites, partitions_,
             surroundings.save),
      addresses_(surroundings.config),
      frontier_([this](const std::string& host) {
#ifdef NEWSMILL_PLANTED_FAULTS
        if (planted_fault::Is("no-delay")) return HostLimits();
#endif
        HostLimits limits = hosts_.NextLimits(host, clock_.Now());
        const auto crawl_delay = robots_.CrawlDelayOf(host);
        if (crawl_delay) limits.delay = std::max(limits.delay, *crawl_delay);
        return limits;
      }),
      shelf_(hosts_),
      robots_(surroundings.config, &shelf_),
      tdm_(surroundings.config),
      seen_(surroundings.config.seen_bytes,
            surroundings.topics.RetentionOf(surroundings.topics.pages),
            surroundings.save_seen),
      generation_(surroundings.generation),
      revisits_(surroundings.config.longest_revisit, surroundings.save_revisit),
      own_fault_backoff_(std::chrono::seconds(1), std::chrono::seconds(60)),
      http_(std::move(http)) {
  ListenForAcknowledgements();
}

void FetchLoop::Drain() {
  draining_ = true;
  std::vector<FetchId> waiting;
  for (const auto& [id, fetch] : fetches_) {
    if (!fetch->request) waiting.push_back(id);
  }
  for (const auto& [partition, since] : owned_since_) {
    // Those that run finish as if their host were unknown.
    frontier_.DropPartition(partition);
  }
  for (const FetchId id : waiting) Take(id);
  AbandonRobots([](const RobotsFetch&) { return true; });
}

void FetchLoop::Turn(Duration max_wait) {
  // First: a worker that was frozen must not go on with what it had begun.
  const Instant now = clock_.Uptime();
  AbortWhatIsStale(now);
  RememberAcknowledged();
  LetGoOfSame();
  if (!draining_) revisits_.PutWhatIsDue(clock_.Now());
  if (!draining_) ReadBacklog(now);
  if (!draining_ && paused_until_ <= now) StartWhatMay(now);
  metrics_.Sizes(http_->in_flight(), frontier_.queued(), frontier_.hosts());
  if (now - surveyed_ >= kSurveyInterval) Survey(now);
  http_->Poll(WaitFor(max_wait));
}

void FetchLoop::Survey(Instant now) {
  surveyed_ = now;
  metrics_.Ready(frontier_.ReadyAt(now), now);
  metrics_.Held(hosts_.CountHeld(clock_.Now()));
}

Duration FetchLoop::WaitFor(Duration max_wait) const {
  if (!draining_ && backlog_ != nullptr && backlog_->busy()) {
    max_wait = std::min(max_wait, kBacklogWait);
  }
  if (draining_ ||
      http_->in_flight() >= static_cast<size_t>(config_.max_in_flight)) {
    return max_wait;
  }
  std::optional<Instant> next = frontier_.NextReady();
  for (const auto& [id, robots] : robots_fetches_) {
    if (robots.request) continue;
    next = std::min(next.value_or(robots.look_again), robots.look_again);
  }
  if (!next) return max_wait;
  const Instant start = std::max(*next, paused_until_);
  return std::clamp<Duration>(start - clock_.Uptime(), Duration(0), max_wait);
}

bool FetchLoop::IsFresh(int32_t partition) const {
  return port_.IsFresh({topics_.tasks, partition});
}

void FetchLoop::AbortWhatIsStale(Instant now) {
  if (now - freshness_checked_ < kFreshnessInterval) return;
  freshness_checked_ = now;
  std::vector<int32_t> stale;
  for (const auto& [partition, requests] : running_) {
    if (requests > 0 && !IsFresh(partition)) stale.push_back(partition);
  }
  for (const int32_t partition : stale) {
    log::Warn("The assignment is no longer fresh; its requests are aborted.",
              {{"partition", partition}, {"requests", running_[partition]}});
    std::vector<FetchId> running;
    for (const auto& [id, fetch] : fetches_) {
      if (fetch->partition == partition && fetch->request) {
        running.push_back(id);
      }
    }
    for (const FetchId id : running) {
      std::unique_ptr<Fetch> fetch = Take(id);
      http_->Abort(*fetch->request);
      metrics_.Aborted();
      --running_[partition];
      WaitAgain(std::move(fetch));
    }
    AbandonRobots([partition](const RobotsFetch& robots) {
      return robots.partition == partition;
    });
  }
}

void FetchLoop::StartWhatMay(Instant now) {
  StartWaitingRobots(now);
  while (http_->in_flight() < static_cast<size_t>(config_.max_in_flight)) {
    const std::optional<FetchId> id = frontier_.Pop(now);
    if (!id) return;
    Fetch& fetch = *fetches_.at(*id);
    if (!IsFresh(fetch.partition)) {
      frontier_.Cancel(fetch.host);
      frontier_.Push(fetch.host, fetch.partition,
                     owned_since_.at(fetch.partition), *id, now + kStaleRest,
                     fetch.lane);
    } else if (EndIfExpired(fetch.delivery) ||
               EndIfSuppressed(fetch.delivery, KeyOf(fetch)) ||
               EndIfSeen(fetch.delivery, KeyOf(fetch), fetch.partition)) {
      frontier_.Cancel(fetch.host);
      Take(*id);
    } else if (WaitForSame(fetch)) {
      continue;
    } else if (const auto later = addresses_.MustWait(fetch.host, now)) {
      frontier_.Cancel(fetch.host);
      frontier_.Push(fetch.host, fetch.partition,
                     owned_since_.at(fetch.partition), *id, *later, fetch.lane);
      frontier_.WaitUntil(fetch.host, *later);
    } else if (!PutAside(fetch, now)) {
      const std::string host = fetch.host;
      const int32_t partition = fetch.partition;
      if (RobotsAllow(fetch) && TdmKnown(fetch)) StartRequest(fetch);
      if (backlog_ != nullptr && !room_->IsScarce()) Refill(partition, host);
    }
  }
}

void FetchLoop::StartRequest(Fetch& fetch) {
  HttpRequest request;
  request.url = fetch.url.text();
  request.parsed = fetch.url;
  request.wants_type = &MayBePage;
  request.keep_connection =
      frontier_.hosts() <= kFewHosts || frontier_.QueuedOf(fetch.host) > 0;
  AskForChanges(fetch, request);
  BeginArticle(fetch);
  fetch.stale = false;
  ++running_[fetch.partition];
  fetch.asked_at = clock_.Now();
  const FetchId id = fetch.id;
  fetch.request = http_->Start(
      std::move(request),
      [this, id](HttpClient::RequestId, const std::string& peer) {
        return MayRequest(id, peer);
      },
      [this, id](HttpClient::RequestId, HttpResponse response) {
        Answered(id, std::move(response));
      });
}

bool FetchLoop::MayRequest(FetchId id, const std::string& peer) {
  Fetch& fetch = *fetches_.at(id);
  fetch.stale =
      !IsFresh(fetch.partition) || hosts_.MustNotAsk(fetch.host, clock_.Now());
  if (fetch.stale || !gate_.MayAsk(peer)) return false;
  fetch.stale = !EnterAddress(fetch.host, peer, fetch.address);
  fetch.asked_at = clock_.Now();
  return !fetch.stale;
}

bool FetchLoop::EnterAddress(const std::string& host, const std::string& peer,
                             AddressBook::Place& place) {
  place = addresses_.Enter(host, peer, clock_.Uptime());
  if (!place) frontier_.WaitUntil(host, place.come_again());
  return static_cast<bool>(place);
}

std::unique_ptr<FetchLoop::Fetch> FetchLoop::Take(FetchId id) {
  const auto found = fetches_.find(id);
  std::unique_ptr<Fetch> fetch = std::move(found->second);
  fetches_.erase(found);
  if (!fetch->delivery.adopted()) --held_[fetch->partition];
  if (std::exchange(fetch->under_way, false)) {
    EndArticle(id, {fetch->partition, fetch->article_key});
  }
  return fetch;
}

void FetchLoop::Keep(std::unique_ptr<Fetch> fetch) {
  if (!fetch->delivery.adopted()) ++held_[fetch->partition];
  const FetchId id = fetch->id;
  fetches_.emplace(id, std::move(fetch));
}

// Back into its host's queue, first in line; its request may have left.
void FetchLoop::WaitAgain(std::unique_ptr<Fetch> fetch) {
  if (draining_) return;  // handed back
  fetch->request.reset();
  fetch->address = {};
  frontier_.RefreshLimits(fetch->host);
  frontier_.PutBack(fetch->host, fetch->id, RequestEnd());
  Keep(std::move(fetch));
}

Instant FetchLoop::ToInstant(Timestamp time) const {
  const Duration left = time - clock_.Now();
  return clock_.Uptime() + (left > Duration(0) ? left + kCutOff : left);
}

}  // namespace newsmill
