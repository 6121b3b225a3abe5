// FetchLoop, hosts: what former owners, answers and operators say of a host,
// and what it means for the tasks that wait for it.

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "core/flow/planted_fault.h"
#include "fetcher/fetch_loop.h"

namespace newsmill {

void FetchLoop::Load(int32_t partition, std::vector<v1::HostState> states) {
#ifdef NEWSMILL_PLANTED_FAULTS
  if (planted_fault::Is("forgotten-delay")) return;
#endif
  hosts_.Load(partition, std::move(states), clock_.Now());
}

void FetchLoop::Obey(std::vector<v1::Order> orders) {
  hosts_.Obey(std::move(orders));
  std::set<std::string> waiting;
  for (const auto& [id, fetch] : fetches_) waiting.insert(fetch->host);
  for (const std::string& host : waiting) {
    frontier_.RefreshLimits(host);
    frontier_.EndWait(host);
    const HostHold hold = hosts_.HoldOn(host, clock_.Now());
    if (hold.kind != HostHold::Kind::kNone) Hold(host, hold);
  }
}

bool FetchLoop::PutAside(Fetch& fetch, Instant now) {
  HostHold hold = hosts_.HoldOn(fetch.host, clock_.Now());
  if (hold.kind == HostHold::Kind::kNone) {
    hold = hosts_.TakeFromBudgets(fetch.host, clock_.Now());
  }
  if (hold.kind == HostHold::Kind::kNone) return false;
  const std::string host = fetch.host;
  frontier_.Cancel(host);
  frontier_.Push(host, fetch.partition, owned_since_.at(fetch.partition),
                 fetch.id, now, fetch.lane);
  Hold(host, hold);
  return true;
}

// What waits too long does so on a topic.
void FetchLoop::Hold(const std::string& host, const HostHold& hold) {
  const bool blocked = hold.kind == HostHold::Kind::kBlocked;
  if (!blocked) {
    const Instant until = ToInstant(hold.until);
    frontier_.WaitUntil(host, until);
    if (until <= clock_.Uptime() + kHoldTime) return;
    if (backlog_ == nullptr && topics_.retries.empty()) return;
  }
  std::vector<FetchId> waiting = frontier_.TakeWaiting(host);
  // The last first: each that stands on the backlog goes back to its front.
  std::reverse(waiting.begin(), waiting.end());
  for (const FetchId id : waiting) {
    const std::unique_ptr<Fetch> fetch = Take(id);
    if (blocked) {
      EndSkipped(std::move(fetch->delivery), v1::REASON_BLOCKED_BY_OPERATOR,
                 hold.why);
    } else if (backlog_ != nullptr) {
      WaitOnLog(std::move(fetch->delivery), host, fetch->partition);
    } else {
      Defer(std::move(fetch->delivery), hold.until);
    }
  }
}

// Facts about the host, whatever becomes of the task.
void FetchLoop::LearnFrom(const std::string& host, const v1::FetchTask* task,
                          const HttpResponse& response,
                          const AnswerVerdict& verdict) {
  const Timestamp now = clock_.Now();
  const bool again = task != nullptr && task->attempts_size() > 0 &&
                     task->attempts().rbegin()->http_status() == 503;
  hosts_.Learn(host, response, verdict, again, now);
  if (const auto not_before = HostMayBeAskedAgain(verdict)) {
    hosts_.WaitUntil(host, *not_before, verdict.reason, verdict.detail, now);
  }
}

void FetchLoop::Fail(std::unique_ptr<Fetch> fetch, Failure failure,
                     bool host_waits) {
  const v1::FetchTask task = fetch->delivery.task();
  const bool dead = !failure.retryable || static_cast<size_t>(task.attempt()) >=
                                              config_.retry_delays.size();
  const bool planned = dead && WantsRevisit(task);
  if (!host_waits && !planned) {
    return std::move(fetch->delivery).Fail(std::move(failure));
  }
  const std::string host = fetch->host;
  const int32_t partition = fetch->partition;
  const std::string key = planned ? KeyOf(*fetch) : "";
  const HostBook::Durable durable =
      SettleAfter((host_waits ? 1 : 0) + (planned ? 1 : 0), std::move(fetch),
                  [failure = std::move(failure)](Delivery delivery) {
                    std::move(delivery).Fail(failure);
                  });
  if (host_waits) hosts_.WhenDurable(host, durable);
  if (planned) PlanRevisit(task, key, partition, PageChange::kSame, durable);
}

void FetchLoop::FinishRequest(const Fetch& fetch) {
  frontier_.RefreshLimits(fetch.host);
  frontier_.Finish(fetch.host, RequestEnd());
}

}  // namespace newsmill
