// FetchLoop, taking in: tasks are understood, routed and put in line.

#include <algorithm>
#include <utility>

#include "core/bus/partitioner.h"
#include "core/flow/planted_fault.h"
#include "core/flow/settler.h"
#include "core/flow/task_codec.h"
#include "fetcher/fetch_loop.h"
#include "fetcher/page.h"

namespace newsmill {
namespace {

constexpr int kMostHops = 2;

// What no repeating cures.
Failure Final(v1::Reason reason, std::string detail) {
  Failure failure;
  failure.reason = reason;
  failure.detail = std::move(detail);
  return failure;
}

}  // namespace

void FetchLoop::Assign(const std::vector<int32_t>& partitions) {
  Revoke(partitions);  // nothing of an earlier assignment counts
  for (const int32_t partition : partitions) {
    owned_since_[partition] = clock_.Uptime();
#ifdef NEWSMILL_PLANTED_FAULTS
    if (planted_fault::Is("forgotten-delay")) {
      owned_since_[partition] -= std::chrono::hours(1);
    }
#endif
  }
}

void FetchLoop::Revoke(const std::vector<int32_t>& partitions) {
  for (const int32_t partition : partitions) {
    AbandonRobots([partition](const RobotsFetch& robots) {
      return robots.partition == partition ||
             robots.turn_partition == partition;
    });
    owned_since_.erase(partition);
    hosts_.Drop(partition);
    ForgetSeen(partition);
    revisits_.Drop(partition);
    if (backlog_ != nullptr) backlog_->Close(partition);
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
  const std::string host = decoded.url->HostKey();
  const int32_t partition = PartitionForKey(host, partitions_);
#ifdef NEWSMILL_PLANTED_FAULTS
  if (planted_fault::Is("two-owners") && delivery.task().attempt() > 0) {
    const int32_t here = delivery.message().partition;
    if (draining_ || !owned_since_.contains(here)) return;
    return Enqueue(std::move(delivery), std::move(place),
                   *std::move(decoded.url), host, here);
  }
#endif
  if (Route(delivery, host, partition)) return;
  if (EndIfExpired(delivery)) return;
  // Not ours any more, or nothing is begun: handed back.
  if (draining_ || !owned_since_.contains(partition)) return;
  if (seen_.size() > 0 || hosts_.orders().SuppressAny()) {
    const std::string key = ArticleKeyOf(delivery.task(), *decoded.url, sites_);
    if (EndIfSuppressed(delivery, key)) return;
    if (EndIfSeen(delivery, key, partition)) return;
  }
  Enqueue(std::move(delivery), std::move(place), *std::move(decoded.url), host,
          partition);
}

// Whether the task stood on another partition than its host's and was settled.
bool FetchLoop::Route(Delivery& delivery, const std::string& host,
                      int32_t partition) {
  const Message& message = delivery.message();
  const bool of_ours = message.topic == topics_.tasks || delivery.adopted();
  if (of_ours && message.partition == partition) {
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
  EndSkipped(std::move(delivery), v1::REASON_EXPIRED,
             "expires_at was " + FormatRfc3339(expires_at));
  return true;
}

bool FetchLoop::EndIfSuppressed(Delivery& delivery, const std::string& key) {
  if (!hosts_.orders().IsSuppressed(key)) return false;
  EndSkipped(std::move(delivery), v1::REASON_SUPPRESSED, key + " was erased");
  return true;
}

void FetchLoop::EndSkipped(Delivery delivery, v1::Reason reason,
                           std::string detail) {
  AnswerVerdict skipped;
  skipped.kind = AnswerVerdict::Kind::kOutcome;
  skipped.outcome = v1::SKIPPED;
  skipped.reason = reason;
  metrics_.Judged(skipped);
  v1::Outcome outcome;
  outcome.set_kind(v1::SKIPPED);
  outcome.set_reason(reason);
  outcome.set_detail(std::move(detail));
  std::move(delivery).Finish(std::move(outcome));
}

void FetchLoop::Enqueue(Delivery delivery, Room::Place place, Url url,
                        const std::string& host, int32_t partition) {
  const HostHold hold = hosts_.HoldOn(host, clock_.Now());
  if (hold.kind == HostHold::Kind::kBlocked) {
    return EndSkipped(std::move(delivery), v1::REASON_BLOCKED_BY_OPERATOR,
                      hold.why);
  }
  const Instant now = clock_.Uptime();
  const std::optional<Instant> earliest = EarliestFor(delivery.task());
  Instant latest = earliest.value_or(now);
  const bool own_time = latest > now + kHoldTime;
  if (hold.kind == HostHold::Kind::kWait) {
    latest = std::max(latest, ToInstant(hold.until));
  }
  const bool late = latest > now + kHoldTime;
  if (late && (own_time || backlog_ == nullptr) && !topics_.retries.empty()) {
    Defer(std::move(delivery), clock_.Now() + (latest - now));
    return;
  }
  const Lane lane = LaneOf(delivery.task());
  const bool wait = backlog_ != nullptr && !delivery.adopted() &&
                    MustWait(host, partition, lane);
  if (wait || (late && !own_time && backlog_ != nullptr)) {
    return WaitOnLog(std::move(delivery), host, partition);
  }
  const FetchId id = next_id_++;
  Keep(std::make_unique<Fetch>(Fetch{id, std::move(delivery), std::move(place),
                                     std::move(url), host, partition, lane}));
  frontier_.Push(host, partition, owned_since_.at(partition), id, earliest,
                 lane);
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

}  // namespace newsmill
