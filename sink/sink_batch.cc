#include "sink/sink_batch.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/id.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_codec.h"
#include "core/runtime/metrics.h"

namespace newsmill {
namespace {

constexpr size_t kMaxInlineValue = 768 << 10;
// A fetch that claims to be later than this past its record's append time comes
// from a clock that is ahead; it would beat every honest fetch for long.
constexpr Duration kClockTolerance = std::chrono::minutes(5);

// As text that a message's string fields can hold; anyone may have sent it.
std::string HeaderOrEmpty(const Message& message, const char* name) {
  const std::string* value = message.FindHeader(name);
  return value == nullptr ? "" : ToValidUtf8(*value);
}

v1::DeadLetter DescribeRecord(const Message& message) {
  v1::DeadLetter dead;
  dead.set_stage(v1::STAGE_SINK);
  dead.set_topic(message.topic);
  dead.set_partition(message.partition);
  dead.set_offset(message.offset);
  *dead.mutable_appended_at() = ToProto(message.append_time);
  dead.set_key(message.key.value_or(""));
  for (const Header& header : message.headers) {
    v1::HttpHeader* copy = dead.add_headers();
    copy->set_name(ToValidUtf8(header.name));
    copy->set_value(ToValidUtf8(header.value));
  }
  if (message.value.size() <= kMaxInlineValue)
    dead.set_value(message.value);
  else
    dead.set_value_sha256(Sha256(message.value));
  dead.set_value_size(static_cast<int64_t>(message.value.size()));
  dead.set_traceparent(HeaderOrEmpty(message, kTraceparentHeader));
  return dead;
}

// The rule stands here for the fetchers' outcomes; the parser applies it to
// pages.
void CorrectClock(const Message& message, v1::Outcome& outcome) {
  if (outcome.stage() != v1::STAGE_FETCHER || !outcome.has_fetched_at()) return;
  if (FromProto(outcome.fetched_at()) <= message.append_time + kClockTolerance)
    return;
  *outcome.mutable_fetched_at() = ToProto(message.append_time);
  static prometheus::Counter& corrected = metrics::Counter(
      "newsmill_sink_clock_corrections_total",
      "Outcomes whose fetched_at lay more than five minutes after their "
      "record's append time and was replaced by it.");
  corrected.Increment();
}

}  // namespace

SinkBatch::SinkBatch(const Topics& topics, const SiteCatalogue& sites,
                     const Clock& clock)
    : topics_(topics), sites_(sites), clock_(clock) {}

void SinkBatch::Add(Delivery delivery) {
  bytes_ += delivery.message().value.size();
  entries_.push_back({std::move(delivery), Form::kRow, ""});
  Convert(entries_.size() - 1);
}

const StoreBatch& SinkBatch::Rows(
    const std::map<TopicPartition, Owned>& owned) {
  std::map<TopicPartition, RecordIdentity> last;
  for (const Entry& entry : entries_) {
    const Message& message = entry.delivery.message();
    last[message.topic_partition()] = {message.offset, message.append_time};
  }
  rows_.offsets.clear();
  for (const auto& [partition, identity] : last) {
    const Owned& mine = owned.at(partition);
    rows_.offsets.push_back(
        {partition, mine.next, identity.offset + 1, mine.epoch, identity});
  }
  return rows_;
}

void SinkBatch::Convert(size_t index) {
  const Entry& entry = entries_[index];
  const Message& message = entry.delivery.message();
  if (entry.form != Form::kRow)
    AddDeadLetter(index, v1::REASON_ROW_REFUSED, entry.why,
                  entry.form == Form::kDeadLetter
                      ? HeaderOrEmpty(message, kTaskIdHeader)
                      : "");
  else if (message.topic == topics_.outcomes)
    ConvertOutcome(index);
  else if (message.topic == topics_.dead)
    ConvertDeadLetter(index);
  else if (message.topic == topics_.tasks)
    ConvertTask(index);
  else
    ConvertArticle(index);
}

void SinkBatch::ConvertArticle(size_t index) {
  const Message& message = entries_[index].delivery.message();
  v1::Article article;
  if (!article.ParseFromString(message.value))
    return AddDeadLetter(index, v1::REASON_MALFORMED_RECORD,
                         "the value is not a newsmill.v1.Article",
                         HeaderOrEmpty(message, kTaskIdHeader));
  rows_.articles.push_back(std::move(article));
  article_entry_.push_back(index);
}

void SinkBatch::ConvertOutcome(size_t index) {
  const Message& message = entries_[index].delivery.message();
  v1::Outcome outcome;
  if (!outcome.ParseFromString(message.value))
    return AddDeadLetter(index, v1::REASON_MALFORMED_RECORD,
                         "the value is not a newsmill.v1.Outcome",
                         HeaderOrEmpty(message, kTaskIdHeader));
  if (outcome.kind() == v1::OUTCOME_KIND_UNSPECIFIED ||
      !v1::OutcomeKind_IsValid(outcome.kind()))
    return AddDeadLetter(
        index, v1::REASON_MALFORMED_RECORD,
        fmt::format("the outcome's kind {} is none that this binary knows",
                    static_cast<int>(outcome.kind())),
        outcome.task_id());
  CorrectClock(message, outcome);
  rows_.outcomes.push_back(std::move(outcome));
  outcome_entry_.push_back(index);
}

void SinkBatch::ConvertDeadLetter(size_t index) {
  const Message& message = entries_[index].delivery.message();
  v1::DeadLetter dead;
  if (!dead.ParseFromString(message.value))
    return AddDeadLetter(index, v1::REASON_MALFORMED_RECORD,
                         "the value is not a newsmill.v1.DeadLetter",
                         HeaderOrEmpty(message, kTaskIdHeader));
  rows_.dead_letters.push_back(std::move(dead));
  dead_letter_entry_.push_back(index);
}

// A task that cannot be worked on is accepted like any other: its outcome comes
// from the fetcher, which reads the same record.
void SinkBatch::ConvertTask(size_t index) {
  const Message& message = entries_[index].delivery.message();
  AcceptedTask accepted;
  accepted.task = DecodeTask(message, sites_).task;
  accepted.accepted_at = accepted.task.has_accepted_at()
                             ? FromProto(accepted.task.accepted_at())
                             : message.append_time;
  accepted.where = message.topic_partition();
  accepted.offset = message.offset;
  rows_.accepted.push_back(std::move(accepted));
  accepted_entry_.push_back(index);
}

void SinkBatch::AddDeadLetter(size_t index, v1::Reason reason,
                              const std::string& why,
                              const std::string& task_id) {
  const Message& message = entries_[index].delivery.message();
  v1::DeadLetter dead = DescribeRecord(message);
  dead.set_task_id(task_id);
  dead.set_reason(reason);
  dead.set_detail(ToValidUtf8(why));
  *dead.mutable_died_at() = ToProto(clock_.Now());
  if (!task_id.empty()) {
    v1::Outcome outcome;
    outcome.set_task_id(task_id);
    outcome.set_kind(v1::DEAD);
    outcome.set_reason(reason);
    outcome.set_detail(dead.detail());
    outcome.set_stage(v1::STAGE_SINK);
    *outcome.mutable_occurred_at() = dead.died_at();
    outcome.set_traceparent(dead.traceparent());
    rows_.outcomes.push_back(std::move(outcome));
    outcome_entry_.push_back(index);
  }
  rows_.dead_letters.push_back(std::move(dead));
  dead_letter_entry_.push_back(index);
}

bool SinkBatch::Refuse(const Refusal& refusal, const std::string& why) {
  const std::vector<size_t>* sources = nullptr;
  switch (refusal.what) {
    case Refusal::What::kArticle:
      sources = &article_entry_;
      break;
    case Refusal::What::kOutcome:
      sources = &outcome_entry_;
      break;
    case Refusal::What::kAccepted:
      sources = &accepted_entry_;
      break;
    case Refusal::What::kDeadLetter:
      sources = &dead_letter_entry_;
      break;
    case Refusal::What::kOffset:
      return false;
  }
  if (refusal.index >= sources->size()) return false;
  Entry& entry = entries_[(*sources)[refusal.index]];
  if (entry.form == Form::kDeadLetterAlone) return false;
  entry.form =
      entry.form == Form::kRow ? Form::kDeadLetter : Form::kDeadLetterAlone;
  entry.why = why;
  Rebuild();
  return true;
}

void SinkBatch::Drop(const TopicPartition& partition) {
  const auto dropped =
      std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.delivery.message().topic_partition() == partition;
      });
  if (dropped == entries_.end()) return;
  entries_.erase(dropped, entries_.end());
  Rebuild();
}

std::vector<Delivery> SinkBatch::Take() {
  std::vector<Delivery> deliveries;
  deliveries.reserve(entries_.size());
  for (Entry& entry : entries_) deliveries.push_back(std::move(entry.delivery));
  entries_.clear();
  bytes_ = 0;
  ClearRows();
  return deliveries;
}

void SinkBatch::Rebuild() {
  ClearRows();
  bytes_ = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    bytes_ += entries_[i].delivery.message().value.size();
    Convert(i);
  }
}

void SinkBatch::ClearRows() {
  rows_ = {};
  for (auto* sources : {&article_entry_, &outcome_entry_, &accepted_entry_,
                        &dead_letter_entry_})
    sources->clear();
}

}  // namespace newsmill
