// FetchLoop, answers: what one means, and how its task is settled.

#include <utility>

#include "core/bus/partitioner.h"
#include "core/flow/task_codec.h"
#include "core/runtime/log.h"
#include "fetcher/fetch_loop.h"
#include "fetcher/page.h"
#include "fetcher/redirect.h"
#include "fetcher/seen/conditional.h"

namespace newsmill {

void FetchLoop::Answered(FetchId id, HttpResponse response) {
  std::unique_ptr<Fetch> fetch = Take(id);
  --running_[fetch->partition];
  fetch->request.reset();
  fetch->address = {};
  if (fetch->stale) return WaitAgain(std::move(fetch));
  metrics_.Answered(response);

  AnswerVerdict verdict =
      fetch->seen == nullptr
          ? JudgeAnswer(response, clock_.Now())
          : JudgeSeenAgain(*fetch->seen, response, clock_.Now());
  if (!response.refused_by_guard) gate_.ExplainRefusal(fetch->host, verdict);
  const auto made = static_cast<size_t>(fetch->delivery.task().attempts_size());
  if (config_.keep_truncated && made >= config_.retry_delays.size()) {
    SettleForPart(verdict);
  }
  metrics_.Judged(verdict);
  if (attempts_ != nullptr) {
    const v1::FetchTask& task = fetch->delivery.task();
    attempts_->Write(MakeAttempt(task.url(), fetch->host,
                                 v1::FetchAttempt::PAGE, &task, response,
                                 verdict, clock_.Now()));
  }
  if (verdict.kind != AnswerVerdict::Kind::kOwnFault) NoOwnFault();
  LearnFrom(fetch->host, &fetch->delivery.task(), response, verdict);
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
      OwnFault(verdict.detail);
      return WaitAgain(std::move(fetch));
  }
}

void FetchLoop::SendPage(std::unique_ptr<Fetch> fetch, HttpResponse response) {
  FinishRequest(*fetch);
  v1::FetchedPage page = MakePage(fetch->delivery.task(), fetch->url,
                                  std::move(response), sites_, fetch->asked_at);
  // Erased while it was fetched, or only a redirect showed which one it is.
  if (EndIfSuppressed(fetch->delivery, page.article_key())) return;
  NoteOptOuts(robots_.terms().agent, tdm_, fetch->url, page);
  RememberWhenDurable(*fetch, page);
  Record record = EncodePage(page, topics_.pages);
  if (!WantsRevisit(fetch->delivery.task())) {
    // Not by an initializer list, which would copy the page once more.
    std::vector<Record> outputs;
    outputs.push_back(std::move(record));
    return std::move(fetch->delivery).Ack(std::move(outputs));
  }
  const PageChange change = ChangeOf(page, fetch->partition);
  SettlePlanned(std::move(fetch), change,
                [record = std::move(record)](Delivery delivery) {
                  std::move(delivery).Ack({record});
                });
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
  Result<Url> url = Url::Parse(task.url());
  if (url && url->HostKey() == fetch->host) {
    fetch->url = *std::move(url);
    return WaitAgain(std::move(fetch));  // it goes on before others begin
  }
  FinishRequest(*fetch);
  Record record = EncodeTask(task, topics_.tasks);
  if (url) record.partition = PartitionForKey(url->HostKey(), partitions_);
  std::move(fetch->delivery).Ack({std::move(record)});
  metrics_.Forwarded();
}

void FetchLoop::EndWith(std::unique_ptr<Fetch> fetch,
                        const AnswerVerdict& verdict, int status) {
  FinishRequest(*fetch);
  v1::Outcome outcome;
  outcome.set_kind(verdict.outcome);
  outcome.set_reason(verdict.reason);
  outcome.set_detail(verdict.detail);
  outcome.set_http_status(status);
  // These speak of the article's page and raise its row's state.
  outcome.set_article_key(
      ArticleKeyOf(fetch->delivery.task(), fetch->url, sites_));
  *outcome.mutable_fetched_at() = ToProto(fetch->asked_at);
  if (verdict.outcome == v1::UNCHANGED) {
    outcome.set_validated_by_task_id(fetch->seen->task_id());
    *outcome.mutable_validated_fetched_at() = fetch->seen->fetched_at();
  }
  if (!WantsRevisit(fetch->delivery.task()) || EndsRevisits(verdict.reason)) {
    return std::move(fetch->delivery).Finish(std::move(outcome));
  }
  SettlePlanned(std::move(fetch), PageChange::kSame,
                [outcome = std::move(outcome)](Delivery delivery) {
                  std::move(delivery).Finish(outcome);
                });
}

// Without a request, so nothing is known of the article's page.
void FetchLoop::EndUnasked(std::unique_ptr<Fetch> fetch,
                           const AnswerVerdict& verdict) {
  metrics_.Judged(verdict);
  if (verdict.kind == AnswerVerdict::Kind::kOutcome) {
    v1::Outcome outcome;
    outcome.set_kind(verdict.outcome);
    outcome.set_reason(verdict.reason);
    outcome.set_detail(verdict.detail);
    return SettlePlanned(std::move(fetch), PageChange::kSame,
                         [outcome = std::move(outcome)](Delivery delivery) {
                           std::move(delivery).Finish(outcome);
                         });
  }
  Failure failure;
  failure.reason = verdict.reason;
  failure.detail = verdict.detail;
  failure.retryable = verdict.retryable;
  Fail(std::move(fetch), std::move(failure), false);
}

void FetchLoop::Failed(std::unique_ptr<Fetch> fetch,
                       const AnswerVerdict& verdict, int status) {
  FinishRequest(*fetch);
  Failure failure;
  failure.reason = verdict.reason;
  failure.detail = verdict.detail;
  failure.retryable = verdict.retryable;
  failure.http_status = status;
  failure.not_before = verdict.host_not_before;
  const HostHold hold = hosts_.HoldOn(fetch->host, clock_.Now());
  if (hold.kind != HostHold::Kind::kNone) Hold(fetch->host, hold);
  const bool host_waits = HostMayBeAskedAgain(verdict).has_value();
  Fail(std::move(fetch), std::move(failure), host_waits);
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

// Short of something ourselves: nothing is held against the URL, and nothing is
// started for a while.
void FetchLoop::OwnFault(const std::string& detail) {
  const Instant now = clock_.Uptime();
  if (paused_until_ <= now) {
    paused_until_ = now + own_fault_backoff_.Next();
    log::Error(
        "This machine cannot open connections; fetching pauses.",
        {{"cause", detail}, {"pause", FormatDuration(paused_until_ - now)}});
  }
  own_fault_ = detail;
}

void FetchLoop::NoOwnFault() {
  own_fault_.clear();
  own_fault_backoff_.Reset();
}

}  // namespace newsmill
