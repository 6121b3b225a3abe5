// FetchLoop, robots.txt and tdmrep.json: asked for before anything else of
// their origin, in the host's turn and under its politeness.

#include <algorithm>
#include <utility>

#include "core/bus/partitioner.h"
#include "fetcher/fetch_loop.h"

namespace newsmill {
namespace {

// How long a host rests whose robots.txt is on its way, and how often one that
// waits for another host's turn looks for it.
constexpr Duration kRobotsRest = std::chrono::milliseconds(50);

}  // namespace

// Whether the fetch, whose turn it is, may be asked. Otherwise it is put where
// it belongs, and its turn is given back or away.
bool FetchLoop::RobotsAllow(Fetch& fetch) {
  RobotsDecision decision = robots_.Decide(fetch.url, clock_.Now());
  switch (decision.kind) {
    case RobotsDecision::Kind::kMayAsk:
      return true;
    case RobotsDecision::Kind::kAskFirst:
      AskForFile(fetch, robots_, RobotsUrlOf(fetch.url));
      return false;
    case RobotsDecision::Kind::kUnderWay:
      RestOfHost(fetch);
      return false;
    case RobotsDecision::Kind::kWait:
      WaitForRobots(fetch, decision.until);
      return false;
    case RobotsDecision::Kind::kEnds:
      frontier_.Cancel(fetch.host);
      EndUnasked(Take(fetch.id), decision.verdict);
      return false;
  }
  return true;
}

bool FetchLoop::TdmKnown(Fetch& fetch) {
  switch (tdm_.Decide(fetch.url, clock_.Now())) {
    case TdmKeeper::Decision::kKnown:
      return true;
    case TdmKeeper::Decision::kUnderWay:
      RestOfHost(fetch);
      return false;
    case TdmKeeper::Decision::kAskFirst:
      break;
  }
  const std::string tdm_url = TdmUrlOf(fetch.url);
  const RobotsDecision decision =
      robots_.Decide(*Url::Parse(tdm_url), clock_.Now());
  if (decision.kind != RobotsDecision::Kind::kMayAsk) {
    tdm_.GiveUp(tdm_url, decision.verdict.detail, clock_.Now());
    return true;
  }
  AskForFile(fetch, tdm_, tdm_url);
  return false;
}

void FetchLoop::AskForFile(Fetch& fetch, SiteFileKeeper& keeper,
                           std::string file_url) {
  frontier_.GiveTurnAway(fetch.host, fetch.id);
  keeper.Begin(file_url);
  RobotsFetch robots{.keeper = &keeper,
                     .robots_url = file_url,
                     .asked = *Url::Parse(file_url)};
  robots.host = robots.turn_of = fetch.host;
  robots.partition = robots.turn_partition = fetch.partition;
  const FetchId id = next_id_++;
  robots_fetches_.emplace(id, std::move(robots));
  StartRobots(id);
}

// Nothing can be asked before the file is there.
void FetchLoop::RestOfHost(Fetch& fetch) {
  frontier_.GiveTurnAway(fetch.host, fetch.id);
  frontier_.Cancel(fetch.host);
  frontier_.WaitUntil(fetch.host, clock_.Uptime() + kRobotsRest);
}

// Waiting is no attempt. Others of the host may be of an origin whose file is
// known.
void FetchLoop::WaitForRobots(Fetch& fetch, Timestamp until) {
  frontier_.Cancel(fetch.host);
  const Instant at = ToInstant(until);
  const bool long_wait = at > clock_.Uptime() + kHoldTime;
  if (long_wait && backlog_ == nullptr && !topics_.retries.empty()) {
    Defer(std::move(Take(fetch.id)->delivery), until);
    return;
  }
  const std::string host = fetch.host;
  frontier_.Push(host, fetch.partition, owned_since_.at(fetch.partition),
                 fetch.id, at, fetch.lane);
  if (!long_wait || backlog_ == nullptr) return;
  // The backlog is read again when the host may be asked again.
  HostHold hold;
  hold.kind = HostHold::Kind::kWait;
  hold.until = until;
  Hold(host, hold);
}

void FetchLoop::StartRobots(FetchId id) {
  RobotsFetch& robots = robots_fetches_.at(id);
  robots.stale = false;
  ++running_[robots.partition];
  robots.request = http_->Start(
      robots.keeper->RequestFor(robots.asked),
      [this, id](HttpClient::RequestId, const std::string& peer) {
        RobotsFetch& started = robots_fetches_.at(id);
        started.stale = !IsFresh(started.partition) ||
                        HoldOf(started).kind != HostHold::Kind::kNone;
        if (started.stale || !gate_.MayAsk(peer)) return false;
        started.stale = !EnterAddress(started.turn_of, peer, started.address);
        return !started.stale;
      },
      [this, id](HttpClient::RequestId, HttpResponse response) {
        RobotsAnswered(id, std::move(response));
      });
}

void FetchLoop::RobotsAnswered(FetchId id, HttpResponse response) {
  RobotsFetch robots = std::move(robots_fetches_.extract(id).mapped());
  --running_[robots.partition];
  robots.request.reset();
  robots.address = {};
  const Timestamp now = clock_.Now();
  AnswerVerdict verdict = JudgeAnswer(response, now);
  if (!response.refused_by_guard) {
    gate_.ExplainRefusal(robots.asked.HostKey(), verdict);
  }
  const bool own_fault = verdict.kind == AnswerVerdict::Kind::kOwnFault;
  if (!robots.stale) {
    const bool is_robots = robots.keeper == &robots_;
    if (is_robots) metrics_.RobotsAnswered(response, verdict);
    if (attempts_ != nullptr) {
      attempts_->Write(MakeAttempt(
          robots.asked.text(), robots.asked.HostKey(),
          is_robots ? v1::FetchAttempt::ROBOTS : v1::FetchAttempt::TDM_REP,
          nullptr, response, verdict, now));
    }
  }
  if (robots.stale || own_fault) {
    if (own_fault) OwnFault(verdict.detail);
    robots.keeper->Abandon(robots.robots_url);
    frontier_.Finish(robots.turn_of, RequestEnd());
    return;
  }
  metrics_.Answered(response);
  NoOwnFault();
  const SiteFileStep step = robots.keeper->Hear(robots.robots_url, robots.asked,
                                                response, verdict, now);
  const std::string host = robots.asked.HostKey();
  if (robots.turn_of == host) LearnFrom(host, nullptr, response, verdict);
  frontier_.RefreshLimits(robots.host);  // its Crawl-delay counts from here on
  frontier_.RefreshLimits(robots.turn_of);
  frontier_.Finish(robots.turn_of, RequestEnd());
  const HostHold hold = hosts_.HoldOn(robots.turn_of, now);
  if (hold.kind != HostHold::Kind::kNone) Hold(robots.turn_of, hold);
  if (step.next) return FollowRobots(std::move(robots), *step.next);
  if (step.failed) FailForWantOfRobots(robots, *step.failed);
}

// Each hop takes a turn of the host it leads to. A host that another worker
// owns gets a queue of its own here: it is asked a full delay later at the
// earliest, once per origin and day.
void FetchLoop::FollowRobots(RobotsFetch robots, const Url& next) {
  const std::string host = next.HostKey();
  const int32_t partition = PartitionForKey(host, partitions_);
  const auto owned = owned_since_.find(partition);
  robots.asked = next;
  robots.look_again = clock_.Uptime();
  if (owned != owned_since_.end()) {
    robots.turn_of = host;
    robots.turn_partition = partition;
    robots.turn_since = owned->second;
  } else {
    robots.turn_of = host + " for robots.txt";
    robots.turn_partition = robots.partition;
    robots.turn_since = robots.look_again;
  }
  robots_fetches_.emplace(next_id_++, std::move(robots));
}

void FetchLoop::StartWaitingRobots(Instant now) {
  for (auto it = robots_fetches_.begin(); it != robots_fetches_.end();) {
    const FetchId id = it->first;
    RobotsFetch& robots = it->second;
    ++it;
    if (robots.request || robots.look_again > now) continue;
    robots.look_again = now + kRobotsRest;
    const HostHold hold = HoldOf(robots);
    if (hold.kind != HostHold::Kind::kNone) {
      if (ToInstant(hold.until) <= now + kHoldTime &&
          hold.kind == HostHold::Kind::kWait) {
        continue;
      }
      robots.keeper->GiveUp(
          robots.robots_url,
          robots.asked.text() + " may not be asked: " + hold.why, clock_.Now());
      robots_fetches_.erase(id);
      continue;
    }
    if (http_->in_flight() < static_cast<size_t>(config_.max_in_flight) &&
        IsFresh(robots.partition) &&
        frontier_.TakeTurn(robots.turn_of, robots.turn_partition,
                           robots.turn_since, now)) {
      StartRobots(id);
    }
  }
}

// Of the host that is asked, whoever owns it.
HostHold FetchLoop::HoldOf(const RobotsFetch& robots) const {
  return hosts_.HoldOn(robots.asked.HostKey(), clock_.Now());
}

// The host itself could not be asked: for all that waits for this file that was
// an attempt, because a page would have been asked of the same host.
void FetchLoop::FailForWantOfRobots(const RobotsFetch& robots,
                                    const AnswerVerdict& verdict) {
  for (const FetchId id : frontier_.TakeWaiting(robots.host)) {
    Fetch& fetch = *fetches_.at(id);
    if (RobotsUrlOf(fetch.url) == robots.robots_url) {
      EndUnasked(Take(id), verdict);
    } else {
      frontier_.Push(fetch.host, fetch.partition,
                     owned_since_.at(fetch.partition), id,
                     EarliestFor(fetch.delivery.task()), fetch.lane);
    }
  }
}

void FetchLoop::AbandonRobots(
    const std::function<bool(const RobotsFetch&)>& which) {
  for (auto it = robots_fetches_.begin(); it != robots_fetches_.end();) {
    const RobotsFetch& robots = it->second;
    if (!which(robots)) {
      ++it;
      continue;
    }
    robots.keeper->Abandon(robots.robots_url);
    if (robots.request) {
      http_->Abort(*robots.request);
      metrics_.Aborted();
      --running_[robots.partition];
      frontier_.Finish(robots.turn_of, RequestEnd());
    }
    it = robots_fetches_.erase(it);
  }
}

}  // namespace newsmill
