#include "fetcher/attempt_log.h"

#include <utility>

#include "core/flow/task_codec.h"
#include "core/runtime/log.h"
#include "fetcher/http/response_head.h"

namespace newsmill {
namespace {

constexpr Duration kFarewell = std::chrono::seconds(5);

prometheus::Counter& Records(const std::string& result) {
  return metrics::Counter("newsmill_fetcher_log_records_total",
                          "Attempts for the topic fetch_log, by what became "
                          "of them.",
                          {{"result", result}});
}

v1::FetchAttempt::Result ResultOf(const AnswerVerdict& verdict) {
  switch (verdict.kind) {
    case AnswerVerdict::Kind::kPage:
      return v1::FetchAttempt::FETCHED;
    case AnswerVerdict::Kind::kRedirect:
      return v1::FetchAttempt::REDIRECTED;
    case AnswerVerdict::Kind::kOutcome:
      return v1::FetchAttempt::ENDED;
    case AnswerVerdict::Kind::kFailure:
      return verdict.retryable ? v1::FetchAttempt::TRY_AGAIN
                               : v1::FetchAttempt::FAILED;
    case AnswerVerdict::Kind::kOwnFault:
      return v1::FetchAttempt::OWN_FAULT;
  }
  return v1::FetchAttempt::RESULT_UNSPECIFIED;
}

std::string FieldOf(const HttpResponse& response, std::string_view name) {
  const std::string* const value = FindHeader(response.headers, name);
  return value == nullptr ? "" : *value;
}

}  // namespace

v1::FetchAttempt MakeAttempt(const std::string& url, const std::string& host,
                             v1::FetchAttempt::Purpose purpose,
                             const v1::FetchTask* task,
                             const HttpResponse& response,
                             const AnswerVerdict& verdict, Timestamp at) {
  v1::FetchAttempt attempt;
  *attempt.mutable_at() = ToProto(at);
  attempt.set_purpose(purpose);
  attempt.set_result(ResultOf(verdict));
  attempt.set_reason(verdict.reason);
  attempt.set_detail(verdict.detail);
  attempt.set_url(url);
  attempt.set_host(host);
  attempt.set_location(verdict.location);
  if (task != nullptr) {
    attempt.set_task_id(task->task_id());
    attempt.set_site(task->site());
    attempt.set_batch(task->batch());
    attempt.set_attempt(task->attempts_size());
    attempt.set_traceparent(task->traceparent());
  }
  attempt.set_http_status(response.status);
  attempt.set_body_bytes(static_cast<int64_t>(response.body.size()));
  attempt.set_content_type(FieldOf(response, "content-type"));
  attempt.set_content_encoding(FieldOf(response, "content-encoding"));
  attempt.set_truncated(response.truncated);
  *attempt.mutable_timing() = response.timing;
  attempt.set_remote_address(response.remote_address);
  attempt.set_http_version(response.http_version);
  return attempt;
}

Result<std::unique_ptr<AttemptLog>> AttemptLog::Open(Bus& bus,
                                                     std::string topic) {
  auto producer = bus.NewProducer({.client_id = "newsmill-fetch-log"});
  if (!producer) return producer.error();
  return std::make_unique<AttemptLog>(std::move(topic), std::move(*producer));
}

AttemptLog::AttemptLog(std::string topic, std::unique_ptr<Producer> producer)
    : topic_(std::move(topic)),
      written_(Records("written")),
      dropped_(Records("dropped")),
      failed_(Records("failed")),
      producer_(std::move(producer)) {}

AttemptLog::~AttemptLog() {
  if (unsettled_ == 0 || producer_->Flush(kFarewell)) return;
  log::Warn("Attempts did not reach the topic fetch_log in time.",
            {{"records", unsettled_.load()}});
}

void AttemptLog::Write(const v1::FetchAttempt& attempt) {
  if (unsettled_ >= kMostUnsettled) {
    dropped_.Increment();
    return;
  }
  Record record;
  record.topic = topic_;
  record.key = attempt.host();
  record.value = attempt.SerializeAsString();
  record.headers = RecordHeaders(attempt.GetDescriptor()->full_name(),
                                 attempt.task_id(), attempt.traceparent());
  ++unsettled_;
  producer_->Produce(std::move(record),
                     [this](const Result<RecordMetadata>& result) {
                       (result ? written_ : failed_).Increment();
                       --unsettled_;
                     });
}

}  // namespace newsmill
