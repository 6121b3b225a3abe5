#include "core/flow/settler.h"

#include <algorithm>
#include <utility>

#include "core/base/id.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_codec.h"
#include "core/flow/task_id.h"

namespace newsmill {
namespace {

// What every record about a task names it by.
struct Identity {
  std::string task_id;
  std::string traceparent;
};

Identity IdentityOf(const Settlement& settlement) {
  Identity identity{settlement.task.task_id(), settlement.task.traceparent()};
  const std::string* id = settlement.message.FindHeader(kTaskIdHeader);
  if (identity.task_id.empty() && id != nullptr && IsTaskId(*id)) {
    identity.task_id = *id;
  }
  if (identity.task_id.empty()) identity.task_id = TaskIdOf(settlement.message);
  const std::string* trace = settlement.message.FindHeader(kTraceparentHeader);
  if (identity.traceparent.empty() && trace != nullptr && IsPlainText(*trace)) {
    identity.traceparent = *trace;
  }
  if (identity.traceparent.empty()) {
    identity.traceparent = TraceparentOf(identity.task_id);
  }
  return identity;
}

// Refusals that came before anything was tried are no attempts.
bool WasAttempted(const Failure& failure) {
  return failure.retryable || failure.http_status != 0;
}

void AppendAttempt(const Failure& failure, Timestamp now,
                   google::protobuf::RepeatedPtrField<v1::Attempt>* attempts) {
  v1::Attempt& attempt = *attempts->Add();
  *attempt.mutable_at() = ToProto(now);
  attempt.set_reason(failure.reason);
  attempt.set_detail(ToValidUtf8(failure.detail));
  attempt.set_http_status(failure.http_status);
}

// What outcome and dead letter say of the task.
template <typename Message>
void DescribeTask(const Settlement& settlement, Message& about) {
  const v1::FetchTask& task = settlement.task;
  const Identity identity = IdentityOf(settlement);
  about.set_task_id(identity.task_id);
  about.set_target(task.target());
  if (about.url().empty()) {
    about.set_url(task.url().empty() ? task.requested_url() : task.url());
  }
  about.set_site(task.site());
  about.set_batch(task.batch());
  *about.mutable_labels() = task.labels();
  about.set_traceparent(identity.traceparent);
}

// Where the failed record stood, and what it was.
void DescribeRecord(const Message& message, bool with_value,
                    v1::DeadLetter& letter) {
  letter.set_topic(message.topic);
  letter.set_partition(message.partition);
  letter.set_offset(message.offset);
  *letter.mutable_appended_at() = ToProto(message.append_time);
  if (message.key) letter.set_key(*message.key);
  for (const Header& header : message.headers) {
    v1::HttpHeader& copy = *letter.add_headers();
    copy.set_name(ToValidUtf8(header.name));
    copy.set_value(ToValidUtf8(header.value));
  }
  const bool small = message.value.size() <= kMostDeadValue;
  if (with_value && small) letter.set_value(message.value);
  letter.set_value_sha256(Sha256(message.value));
  letter.set_value_size(static_cast<int64_t>(message.value.size()));
}

// What tools for Kafka Connect's dead letter queues look for; values are text,
// as Connect's are.
std::vector<Header> ConnectHeaders(const v1::DeadLetter& letter) {
  const std::string stage =
      v1::Stage_Name(letter.stage()).substr(sizeof "STAGE_" - 1);
  return {{"__connect.errors.topic", letter.topic()},
          {"__connect.errors.partition", std::to_string(letter.partition())},
          {"__connect.errors.offset", std::to_string(letter.offset())},
          {"__connect.errors.connector.name", "newsmill"},
          {"__connect.errors.task.id", "0"},
          {"__connect.errors.stage", stage},
          {"__connect.errors.class.name", "newsmill." + stage},
          {"__connect.errors.exception.class.name",
           v1::Reason_Name(letter.reason())},
          {"__connect.errors.exception.message", letter.detail()},
          {"__connect.errors.exception.stacktrace", ""}};
}

template <typename Message>
Record Encode(const Message& message, const std::string& topic,
              std::optional<std::string> key) {
  Record record;
  record.topic = topic;
  record.key = std::move(key);
  record.value = message.SerializeAsString();
  record.headers = RecordHeaders(Message::descriptor()->full_name(),
                                 message.task_id(), message.traceparent());
  return record;
}

}  // namespace

size_t RetryTier(const std::vector<Duration>& delays, size_t first,
                 Duration wanted) {
  for (size_t tier = first; tier < delays.size(); ++tier) {
    if (delays[tier] >= wanted) return tier;
  }
  return delays.size() - 1;
}

Settler::Settler(v1::Stage stage, const Topics& topics,
                 std::vector<Duration> retry_delays)
    : stage_(stage), topics_(topics), retry_delays_(std::move(retry_delays)) {}

Settler::Decision Settler::Decide(Settlement& settlement, Timestamp now) const {
  switch (settlement.kind) {
    case Settlement::Kind::kReturned:
    case Settlement::Kind::kAck:
      return {Kind::kAck, std::move(settlement.outputs)};
    case Settlement::Kind::kFinish: {
      Decision decision{Kind::kFinish, {}};
      decision.outputs.push_back(
          OutcomeRecord(settlement, settlement.outcome, now));
      return decision;
    }
    case Settlement::Kind::kFail:
      break;
  }
  const v1::FetchTask& task = settlement.task;
  // Only a task that names what to ask can be asked again.
  const bool again =
      settlement.failure.retryable &&
      static_cast<size_t>(std::max(task.attempt(), 0)) < retry_delays_.size() &&
      !(task.url().empty() && task.target().empty());
  if (!again) {
    return {Kind::kDead, Bury(settlement, settlement.failure, true, now)};
  }
  Decision decision{Kind::kRetry, {}};
  decision.outputs.push_back(Retry(settlement, now));
  return decision;
}

Record Settler::Retry(const Settlement& settlement, Timestamp now) const {
  const Failure& failure = settlement.failure;
  const auto made = static_cast<size_t>(std::max(settlement.task.attempt(), 0));
  Timestamp due = now + retry_delays_[made];
  if (failure.not_before) due = std::max(due, *failure.not_before);

  v1::FetchTask task = settlement.task;
  const Identity identity = IdentityOf(settlement);
  task.set_task_id(identity.task_id);
  task.set_traceparent(identity.traceparent);
  task.set_attempt(static_cast<int32_t>(made) + 1);
  AppendAttempt(failure, now, task.mutable_attempts());
  *task.mutable_not_before() = ToProto(due);
  const size_t tier = RetryTier(retry_delays_, made, due - now);
  return EncodeTask(task, topics_.retries[tier]);
}

std::vector<Record> Settler::Bury(const Settlement& settlement,
                                  const Failure& failure, bool with_value,
                                  Timestamp now) const {
  v1::Outcome outcome;
  outcome.set_kind(v1::DEAD);
  outcome.set_reason(failure.reason);
  outcome.set_detail(failure.detail);
  outcome.set_http_status(failure.http_status);
  outcome.set_attempts(settlement.task.attempt() +
                       (WasAttempted(failure) ? 1 : 0));
  std::vector<Record> records;
  records.push_back(DeadRecord(settlement, failure, with_value, now));
  records.push_back(OutcomeRecord(settlement, std::move(outcome), now));
  return records;
}

Record Settler::OutcomeRecord(const Settlement& settlement, v1::Outcome outcome,
                              Timestamp now) const {
  DescribeTask(settlement, outcome);
  outcome.set_detail(ToValidUtf8(outcome.detail()));
  outcome.set_stage(stage_);
  if (outcome.attempts() == 0) {
    // An answer of a server was an attempt.
    outcome.set_attempts(settlement.task.attempt() +
                         (outcome.http_status() != 0 ? 1 : 0));
  }
  if (!outcome.has_occurred_at()) *outcome.mutable_occurred_at() = ToProto(now);
  const std::string key = outcome.task_id();
  return Encode(outcome, topics_.outcomes, key);
}

Record Settler::DeadRecord(const Settlement& settlement, const Failure& failure,
                           bool with_value, Timestamp now) const {
  v1::DeadLetter letter;
  DescribeTask(settlement, letter);
  letter.set_stage(stage_);
  letter.set_reason(failure.reason);
  letter.set_detail(ToValidUtf8(failure.detail));
  *letter.mutable_attempts() = settlement.task.attempts();
  if (WasAttempted(failure)) {
    AppendAttempt(failure, now, letter.mutable_attempts());
  }
  DescribeRecord(settlement.message, with_value, letter);
  *letter.mutable_died_at() = ToProto(now);
  Record record = Encode(letter, topics_.dead, settlement.message.key);
  for (Header& header : ConnectHeaders(letter)) {
    record.headers.push_back(std::move(header));
  }
  return record;
}

}  // namespace newsmill
