#include "fetcher/fetch_loop.h"

#include <algorithm>
#include <utility>

#include "core/bus/partitioner.h"
#include "core/flow/settler.h"
#include "core/flow/task_codec.h"
#include "core/runtime/log.h"
#include "fetcher/page.h"
#include "fetcher/politeness.h"
#include "fetcher/redirect.h"

namespace newsmill {
namespace {

constexpr int kMostHops = 2;
// How long a host rests whose assignment was found not fresh.
constexpr Duration kStaleRest = std::chrono::milliseconds(250);
// How often running requests are looked at; their first and last moments are
// looked at each.
constexpr Duration kFreshnessInterval = std::chrono::milliseconds(20);
// With more hosts than this, a connection is kept only for a host that has
// something more to ask: finding one among thousands costs more than it saves.
constexpr size_t kFewHosts = 200;

// What no repeating cures.
Failure Final(v1::Reason reason, std::string detail) {
  Failure failure;
  failure.reason = reason;
  failure.detail = std::move(detail);
  return failure;
}

}  // namespace

FetchLoop::FetchLoop(const FetchSurroundings& surroundings,
                     std::unique_ptr<HttpClient> http, const WorkerPort& port)
    : config_(surroundings.config),
      sites_(surroundings.sites),
      topics_(surroundings.topics),
      clock_(surroundings.clock),
      port_(port),
      gate_(surroundings.config),
      partitions_(surroundings.topics.PartitionsOf(surroundings.topics.tasks)),
      frontier_([this](const std::string& host) {
        return LimitsOf(host, sites_, config_);
      }),
      own_fault_backoff_(std::chrono::seconds(1), std::chrono::seconds(60)),
      http_(std::move(http)) {}

// Taking in.

void FetchLoop::Assign(const std::vector<int32_t>& partitions) {
  Revoke(partitions);  // nothing of an earlier assignment counts
  for (const int32_t partition : partitions) {
    owned_since_[partition] = clock_.Uptime();
  }
}

void FetchLoop::Revoke(const std::vector<int32_t>& partitions) {
  for (const int32_t partition : partitions) {
    owned_since_.erase(partition);
    frontier_.DropPartition(partition);
    std::vector<FetchId> leaving;
    for (const auto& [id, fetch] : fetches_) {
      if (fetch->partition == partition) leaving.push_back(id);
    }
    for (const FetchId id : leaving) {
      const std::unique_ptr<Fetch> fetch = Take(id);
      if (!fetch->request) continue;
      http_->Abort(*fetch->request);
      --running_[partition];
      metrics_.Aborted();
    }
    running_.erase(partition);
  }
}

void FetchLoop::Accept(Delivery delivery, Room::Place place) {
  DecodedTask decoded = DecodeTask(delivery.message(), sites_);
  delivery.Describe(std::move(decoded.task));
  if (decoded.reason != v1::REASON_UNSPECIFIED) {
    std::move(delivery).Fail(Final(decoded.reason, decoded.detail));
    return;
  }
  const Result<Url> url = Url::Parse(delivery.task().url());
  if (!url) {
    std::move(delivery).Fail(
        Final(v1::REASON_INVALID_URL, url.error().message));
    return;
  }
  const std::string host = url->HostKey();
  const int32_t partition = PartitionForKey(host, partitions_);
  if (Route(delivery, host, partition)) return;
  if (EndIfExpired(delivery)) return;
  // Not ours any more, or nothing is begun: handed back.
  if (draining_ || !owned_since_.contains(partition)) return;
  Enqueue(std::move(delivery), std::move(place), host, partition);
}

// Whether the task stood on another partition than its host's and was settled.
bool FetchLoop::Route(Delivery& delivery, const std::string& host,
                      int32_t partition) {
  const Message& message = delivery.message();
  if (message.topic == topics_.tasks && message.partition == partition) {
    return false;
  }
  v1::FetchTask task = delivery.task();
  if (task.hops() >= kMostHops) {
    std::move(delivery).Fail(
        Final(v1::REASON_MISROUTED,
              "partition " + std::to_string(message.partition) + " of " +
                  message.topic + " after " + std::to_string(task.hops()) +
                  " hops; " + host + " belongs to partition " +
                  std::to_string(partition) + " of " + topics_.tasks));
    return true;
  }
  task.set_hops(task.hops() + 1);
  Record record = EncodeTask(task, topics_.tasks);
  record.partition = partition;
  std::move(delivery).Ack({std::move(record)});
  metrics_.Forwarded();
  return true;
}

bool FetchLoop::EndIfExpired(Delivery& delivery) {
  const v1::FetchTask& task = delivery.task();
  if (!task.has_expires_at()) return false;
  const Timestamp expires_at = FromProto(task.expires_at());
  if (expires_at > clock_.Now()) return false;
  AnswerVerdict expired;
  expired.kind = AnswerVerdict::Kind::kOutcome;
  expired.outcome = v1::SKIPPED;
  expired.reason = v1::REASON_EXPIRED;
  metrics_.Judged(expired);
  v1::Outcome outcome;
  outcome.set_kind(v1::SKIPPED);
  outcome.set_reason(v1::REASON_EXPIRED);
  outcome.set_detail("expires_at was " + FormatRfc3339(expires_at));
  std::move(delivery).Finish(std::move(outcome));
  return true;
}

void FetchLoop::Enqueue(Delivery delivery, Room::Place place,
                        const std::string& host, int32_t partition) {
  const Instant now = clock_.Uptime();
  std::optional<Instant> earliest = EarliestFor(delivery.task());
  std::optional<Instant> latest = frontier_.WaitOf(host, now);
  if (earliest) latest = std::max(latest.value_or(now), *earliest);
  if (latest && *latest > now + kHoldTime && !topics_.retries.empty()) {
    Defer(std::move(delivery), clock_.Now() + (*latest - now));
    return;
  }
  const FetchId id = next_id_++;
  auto fetch =
      std::make_unique<Fetch>(Fetch{id, std::move(delivery), std::move(place),
                                    host, partition, std::nullopt, false});
  fetches_.emplace(id, std::move(fetch));
  frontier_.Push(host, partition, owned_since_.at(partition), id, earliest);
}

std::optional<Instant> FetchLoop::EarliestFor(const v1::FetchTask& task) const {
  if (!task.has_not_before()) return std::nullopt;
  const Timestamp not_before = FromProto(task.not_before());
  if (not_before <= clock_.Now()) return std::nullopt;
  return ToInstant(not_before);
}

// Lets the task wait on a topic; that is no attempt.
void FetchLoop::Defer(Delivery delivery, Timestamp until) {
  const size_t tier = RetryTier(config_.retry_delays, 0, until - clock_.Now());
  v1::FetchTask task = delivery.task();
  *task.mutable_not_before() = ToProto(until);
  std::move(delivery).Ack({EncodeTask(task, topics_.retries[tier])});
  metrics_.Deferred();
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
}

// Asking.

void FetchLoop::Turn(Duration max_wait) {
  // First: a worker that was frozen must not go on with what it had begun.
  const Instant now = clock_.Uptime();
  AbortWhatIsStale(now);
  if (!draining_ && paused_until_ <= now) StartWhatMay(now);
  metrics_.Sizes(http_->in_flight(), frontier_.queued(), frontier_.hosts());
  http_->Poll(WaitFor(max_wait));
}

Duration FetchLoop::WaitFor(Duration max_wait) const {
  if (draining_ ||
      http_->in_flight() >= static_cast<size_t>(config_.max_in_flight)) {
    return max_wait;
  }
  const std::optional<Instant> next = frontier_.NextReady();
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
  }
}

void FetchLoop::StartWhatMay(Instant now) {
  while (http_->in_flight() < static_cast<size_t>(config_.max_in_flight)) {
    const std::optional<FetchId> id = frontier_.Pop(now);
    if (!id) return;
    Fetch& fetch = *fetches_.at(*id);
    if (!IsFresh(fetch.partition)) {
      frontier_.Cancel(fetch.host);
      frontier_.Push(fetch.host, fetch.partition,
                     owned_since_.at(fetch.partition), *id, now + kStaleRest);
    } else if (EndIfExpired(fetch.delivery)) {
      frontier_.Cancel(fetch.host);
      Take(*id);
    } else {
      StartRequest(fetch);
    }
  }
}

void FetchLoop::StartRequest(Fetch& fetch) {
  HttpRequest request;
  request.url = fetch.delivery.task().url();
  request.keep_connection =
      frontier_.hosts() <= kFewHosts || frontier_.QueuedOf(fetch.host) > 0;
  fetch.stale = false;
  ++running_[fetch.partition];
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
  fetch.stale = !IsFresh(fetch.partition);
  return !fetch.stale && gate_.MayAsk(peer);
}

// Answers.

void FetchLoop::Answered(FetchId id, HttpResponse response) {
  std::unique_ptr<Fetch> fetch = Take(id);
  --running_[fetch->partition];
  fetch->request.reset();
  if (fetch->stale) return WaitAgain(std::move(fetch));
  metrics_.Answered(response);

  AnswerVerdict verdict = JudgeAnswer(response, clock_.Now());
  gate_.ExplainRefusal(fetch->host, verdict);
  metrics_.Judged(verdict);
  if (verdict.kind != AnswerVerdict::Kind::kOwnFault) {
    own_fault_.clear();
    own_fault_backoff_.Reset();
  }
  Conclude(std::move(fetch), verdict, std::move(response));
}

void FetchLoop::Conclude(std::unique_ptr<Fetch> fetch,
                         const AnswerVerdict& verdict, HttpResponse response) {
  switch (verdict.kind) {
    case AnswerVerdict::Kind::kPage:
      return SendPage(std::move(fetch), std::move(response));
    case AnswerVerdict::Kind::kRedirect:
      return Redirected(std::move(fetch), response.status, verdict.location);
    case AnswerVerdict::Kind::kOutcome:
      return EndWith(std::move(fetch), verdict, response.status);
    case AnswerVerdict::Kind::kFailure:
      return Failed(std::move(fetch), verdict, response.status);
    case AnswerVerdict::Kind::kOwnFault:
      return OwnFault(std::move(fetch), verdict.detail);
  }
}

void FetchLoop::SendPage(std::unique_ptr<Fetch> fetch, HttpResponse response) {
  frontier_.Finish(fetch->host, RequestEnd());
  const v1::FetchedPage page = MakePage(
      fetch->delivery.task(), std::move(response), sites_, clock_.Now());
  std::move(fetch->delivery).Ack({EncodePage(page, topics_.pages)});
}

void FetchLoop::Redirected(std::unique_ptr<Fetch> fetch, int status,
                           const std::string& location) {
  v1::FetchTask& task = fetch->delivery.task();
  const AnswerVerdict verdict =
      FollowRedirect(sites_, config_.max_redirects, status, location, task);
  if (verdict.kind == AnswerVerdict::Kind::kOutcome) {
    return EndWith(std::move(fetch), verdict, status);
  }
  if (verdict.kind != AnswerVerdict::Kind::kRedirect) {
    return Failed(std::move(fetch), verdict, status);
  }
  const Result<Url> url = Url::Parse(task.url());
  if (url && url->HostKey() == fetch->host) {
    return WaitAgain(std::move(fetch));  // it goes on before others begin
  }
  frontier_.Finish(fetch->host, RequestEnd());
  Record record = EncodeTask(task, topics_.tasks);
  if (url) record.partition = PartitionForKey(url->HostKey(), partitions_);
  std::move(fetch->delivery).Ack({std::move(record)});
  metrics_.Forwarded();
}

void FetchLoop::EndWith(std::unique_ptr<Fetch> fetch,
                        const AnswerVerdict& verdict, int status) {
  frontier_.Finish(fetch->host, RequestEnd());
  v1::Outcome outcome;
  outcome.set_kind(verdict.outcome);
  outcome.set_reason(verdict.reason);
  outcome.set_detail(verdict.detail);
  outcome.set_http_status(status);
  // These speak of the article's page and raise its row's state.
  outcome.set_article_key(ArticleKeyOf(fetch->delivery.task(), sites_));
  *outcome.mutable_fetched_at() = ToProto(clock_.Now());
  std::move(fetch->delivery).Finish(std::move(outcome));
}

void FetchLoop::Failed(std::unique_ptr<Fetch> fetch,
                       const AnswerVerdict& verdict, int status) {
  frontier_.Finish(fetch->host, RequestEnd());
  if (const auto again = HostMayBeAskedAgain(verdict)) {
    HoldHost(fetch->host, *again);
  }
  Failure failure;
  failure.reason = verdict.reason;
  failure.detail = verdict.detail;
  failure.retryable = verdict.retryable;
  failure.http_status = status;
  failure.not_before = verdict.host_not_before;
  std::move(fetch->delivery).Fail(std::move(failure));
}

// What the server asked for; after a 429 that does not say, the first delay.
std::optional<Timestamp> FetchLoop::HostMayBeAskedAgain(
    const AnswerVerdict& verdict) const {
  if (verdict.host_not_before) return verdict.host_not_before;
  if (verdict.reason != v1::REASON_HTTP_TOO_MANY_REQUESTS ||
      config_.retry_delays.empty()) {
    return std::nullopt;
  }
  return clock_.Now() + config_.retry_delays.front();
}

// The whole host waits, and what waits too long for it does so on a topic.
void FetchLoop::HoldHost(const std::string& host, Timestamp until) {
  const Instant at = ToInstant(until);
  frontier_.WaitUntil(host, at);
  if (at <= clock_.Uptime() + kHoldTime || topics_.retries.empty()) return;
  for (const FetchId id : frontier_.TakeWaiting(host)) {
    const std::unique_ptr<Fetch> fetch = Take(id);
    Defer(std::move(fetch->delivery), until);
  }
}

// Short of something ourselves: nothing is held against the URL, and nothing is
// started for a while.
void FetchLoop::OwnFault(std::unique_ptr<Fetch> fetch,
                         const std::string& detail) {
  const Instant now = clock_.Uptime();
  if (paused_until_ <= now) {
    paused_until_ = now + own_fault_backoff_.Next();
    log::Error(
        "This machine cannot open connections; fetching pauses.",
        {{"cause", detail}, {"pause", FormatDuration(paused_until_ - now)}});
  }
  own_fault_ = detail;
  WaitAgain(std::move(fetch));
}

std::unique_ptr<FetchLoop::Fetch> FetchLoop::Take(FetchId id) {
  const auto found = fetches_.find(id);
  std::unique_ptr<Fetch> fetch = std::move(found->second);
  fetches_.erase(found);
  return fetch;
}

// Back into its host's queue, first in line; its request may have left.
void FetchLoop::WaitAgain(std::unique_ptr<Fetch> fetch) {
  if (draining_) return;  // handed back
  fetch->request.reset();
  frontier_.PutBack(fetch->host, fetch->id, RequestEnd());
  const FetchId id = fetch->id;
  fetches_.emplace(id, std::move(fetch));
}

Instant FetchLoop::ToInstant(Timestamp time) const {
  return clock_.Uptime() + (time - clock_.Now());
}

}  // namespace newsmill
