#include "sink/log_range.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "core/flow/task_codec.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/fetched_page.pb.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {
namespace {

constexpr size_t kPollBatch = 100;
constexpr Duration kPollTimeout = std::chrono::milliseconds(200);

// A read that is under way.
class RangeReader {
 public:
  RangeReader(Bus& bus, std::unique_ptr<Consumer> consumer, Offsets to)
      : bus_(bus), consumer_(std::move(consumer)), to_(std::move(to)) {}

  bool done() const { return to_.empty(); }

  // One poll; whether anything moved.
  Result<bool> Turn(const std::function<void(const Message&)>& visit,
                    const std::function<void(const TopicPartition&)>& trimmed);
  Result<void> Close() { return consumer_->Close(std::chrono::seconds(10)); }
  std::string Waiting() const;

 private:
  // Takes out what has been read to its end.
  Result<bool> Progress();
  Result<void> SkipTrimmed(
      const std::function<void(const TopicPartition&)>& trimmed);

  Bus& bus_;
  std::unique_ptr<Consumer> consumer_;
  Offsets to_;         // of what is not read to its end yet
  Offsets positions_;  // at the last look
};

Result<bool> RangeReader::Turn(
    const std::function<void(const Message&)>& visit,
    const std::function<void(const TopicPartition&)>& trimmed) {
  const auto messages = consumer_->Poll(kPollBatch, kPollTimeout);
  if (!messages) {
    if (messages.error().code != Code::kOutOfRange) return messages.error();
    const Result<void> skipped = SkipTrimmed(trimmed);
    if (!skipped) return skipped.error();
    return Progress();
  }
  for (const Message& message : *messages) {
    const auto end = to_.find(message.topic_partition());
    if (end != to_.end() && message.offset < end->second) visit(message);
  }
  return Progress();
}

Result<bool> RangeReader::Progress() {
  bool moved = false;
  std::vector<TopicPartition> finished;
  for (const auto& [partition, end] : to_) {
    const Result<int64_t> position = consumer_->Position(partition);
    if (!position) return position.error();
    const auto [known, is_new] = positions_.emplace(partition, *position);
    moved = moved || is_new || known->second != *position;
    known->second = *position;
    if (*position >= end) finished.push_back(partition);
  }
  for (const TopicPartition& partition : finished) to_.erase(partition);
  const Result<void> paused = consumer_->Pause(finished);
  if (!paused) return paused.error();
  return moved;
}

Result<void> RangeReader::SkipTrimmed(
    const std::function<void(const TopicPartition&)>& trimmed) {
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, end] : to_) partitions.push_back(partition);
  const auto log = bus_.admin().FetchWatermarks(partitions);
  if (!log) return log.error();
  for (const TopicPartition& partition : partitions) {
    const Result<int64_t> position = consumer_->Position(partition);
    if (!position) return position.error();
    const int64_t begin = log->at(partition).begin;
    if (*position >= begin) continue;
    trimmed(partition);
    const Result<void> sought = consumer_->Seek(partition, begin);
    if (!sought) return sought.error();
  }
  return {};
}

std::string RangeReader::Waiting() const {
  const auto& [partition, end] = *to_.begin();
  const auto at = positions_.find(partition);
  return fmt::format("{}[{}] at offset {} of {}", partition.topic,
                     partition.partition,
                     at == positions_.end() ? 0 : at->second, end);
}

}  // namespace

Result<void> VisitRange(
    Bus& bus, const Offsets& from, const Offsets& to, Duration patience,
    const std::function<void(const Message&)>& visit,
    const std::function<void(const TopicPartition&)>& trimmed) {
  Offsets start, end;
  for (const auto& [partition, offset] : to) {
    const auto given = from.find(partition);
    const int64_t first =
        given == from.end() ? kOffsetBeginning : given->second;
    if (first >= offset || offset <= 0) continue;
    start[partition] = first;
    end[partition] = offset;
  }
  if (end.empty()) return {};
  auto consumer = bus.NewConsumer({});
  if (!consumer) return consumer.error();
  const Result<void> assigned = (*consumer)->Assign(start);
  if (!assigned) return assigned.error();

  RangeReader reader(bus, std::move(*consumer), std::move(end));
  Instant last_move = Clock::System().Uptime();
  while (!reader.done()) {
    const Result<bool> moved = reader.Turn(visit, trimmed);
    if (!moved) return moved.error();
    const Instant now = Clock::System().Uptime();
    if (*moved) last_move = now;
    if (now - last_move > patience)
      return Error{Code::kTimedOut,
                   fmt::format("the log gave nothing for {}: {}",
                               FormatDuration(patience), reader.Waiting())};
  }
  return reader.Close();
}

std::string TaskIdOf(const Message& message, const Topics& topics) {
  if (const std::string* id = message.FindHeader(kTaskIdHeader)) return *id;
  if (message.topic == topics.pages) {
    v1::FetchedPage page;
    return page.ParseFromString(message.value) ? page.task().task_id() : "";
  }
  if (message.topic == topics.outcomes) {
    v1::Outcome outcome;
    return outcome.ParseFromString(message.value) ? outcome.task_id() : "";
  }
  v1::Article article;
  return article.ParseFromString(message.value) ? article.task_id() : "";
}

}  // namespace newsmill
