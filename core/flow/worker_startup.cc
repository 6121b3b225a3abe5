// How a worker comes to its consumer: the log may not be there yet, its topics
// may not be what the configuration says.

#include <algorithm>
#include <thread>

#include "core/flow/worker_loop.h"
#include "core/runtime/log.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

constexpr Duration kFirstDelay = std::chrono::milliseconds(200);
constexpr Duration kLongestDelay = std::chrono::seconds(5);
constexpr Duration kLookForLag = std::chrono::seconds(10);
// A signal does not wake a sleeping thread.
constexpr Duration kSlice = std::chrono::milliseconds(50);

Error WrongCount(const TopicSpec& wanted, int32_t found) {
  return {Code::kBadConfiguration,
          "topic '" + wanted.name + "' has " + std::to_string(found) +
              " partitions, the configuration says " +
              std::to_string(wanted.partitions) +
              "; a host's tasks and an article's records must keep their "
              "partition, so make the two agree ([log] in the configuration, "
              "or another prefix)"};
}

Error MissingTopic(const std::string& name) {
  return {Code::kBadConfiguration,
          "topic '" + name +
              "' does not exist; make the topics with 'newsmill topics "
              "create'"};
}

}  // namespace

Result<void> Worker::Loop::Start() {
  started_ = clock_.Uptime();
  Backoff backoff(kFirstDelay, kLongestDelay);
  while (true) {
    last_turn_ = clock_.Uptime().time_since_epoch().count();
    const Result<void> tried = TryStart();
    if (tried) break;
    const Error& error = tried.error();
    if (!IsRetryable(error.code)) return error;
    if (clock_.Uptime() - started_ >= options_.startup_timeout) {
      return Error{Code::kUnavailable,
                   "the log could not be reached for " +
                       FormatDuration(options_.startup_timeout) + ": " +
                       error.message};
    }
    const Duration delay = backoff.Next();
    log::Warn("The log cannot be reached.",
              {{"worker", options_.name},
               {"error", error.message},
               {"next_attempt_in", FormatDuration(delay)}});
    {
      const std::lock_guard lock(status_mutex_);
      not_ready_ = "the log cannot be reached: " + error.message;
    }
    Duration waited{0};
    for (; waited < delay && !stop_ && !StopRequested(); waited += kSlice) {
      Idle(std::min(kSlice, delay - waited));
    }
    if (!stop_ && !StopRequested()) continue;
    stopped_ = true;
    phase_ = Phase::kEnded;
    return {};
  }
  phase_ = Phase::kRunning;
  lag_ = std::make_unique<LagMonitor>(
      bus_.admin(), kLookForLag, [this](int64_t lag) { metrics_.SetLag(lag); });
  last_record_ = clock_.Uptime();
  log::Info("Started.", {{"worker", options_.name}, {"group", options_.group}});
  return {};
}

Result<void> Worker::Loop::TryStart() {
  if (const Result<void> checked = CheckTopics(); !checked) return checked;
  if (const Result<void> opened = outbox_.Open(); !opened) return opened;
  const std::vector<TopicPartition> range = Range();
  if (const Result<void> taken = TakeEnds(range); !taken) return taken;
  Result<std::unique_ptr<Consumer>> consumer = bus_.NewConsumer(
      ConsumerOptions{options_.group, options_.name, options_.session_timeout});
  if (!consumer) return consumer.error();
  consumer_ = *std::move(consumer);
  if (options_.bounds.by_hand()) return AssignByHand(range);
  return consumer_->Subscribe(options_.topics, *this);
}

Result<void> Worker::Loop::CheckTopics() {
  const Result<std::vector<TopicInfo>> found = bus_.admin().ListTopics();
  if (!found) return found.error();
  for (const TopicSpec& spec : topics_.specs) {
    const auto topic = std::find_if(
        found->begin(), found->end(),
        [&](const TopicInfo& info) { return info.name == spec.name; });
    if (topic == found->end()) return MissingTopic(spec.name);
    if (topic->partitions != spec.partitions) {
      return WrongCount(spec, topic->partitions);
    }
  }
  return {};
}

std::vector<TopicPartition> Worker::Loop::Range() const {
  const int count = options_.bounds.job_count.value_or(1);
  const int index = options_.bounds.job_index.value_or(0);
  std::vector<TopicPartition> range;
  for (const auto& [name, marks] : options_.bounds.range) {
    if (name.partition % count == index) range.push_back(name);
  }
  if (!options_.bounds.range.empty()) return range;
  for (const std::string& topic : options_.topics) {
    for (int32_t p = 0; p < topics_.PartitionsOf(topic); ++p) {
      if (p % count == index) range.push_back({topic, p});
    }
  }
  return range;
}

Result<void> Worker::Loop::TakeEnds(const std::vector<TopicPartition>& range) {
  // Once: what is written while the worker waits for the log is beyond.
  for (const TopicPartition& name : range) {
    const auto given = options_.bounds.range.find(name);
    if (given != options_.bounds.range.end()) ends_[name] = given->second;
  }
  if (!options_.bounds.until_end || !ends_.empty()) return {};
  Result<std::map<TopicPartition, Watermarks>> ends =
      bus_.admin().FetchWatermarks(range);
  if (!ends) return ends.error();
  ends_ = *std::move(ends);
  return {};
}

Result<void> Worker::Loop::AssignByHand(
    const std::vector<TopicPartition>& range) {
  const Result<CommittedOffsets> committed = consumer_->Committed(range);
  if (!committed) return committed.error();
  Take(range);
  const Result<Offsets> starts = Claim(range);
  if (!starts) return starts.error();
  Offsets positions;
  for (const TopicPartition& name : range) {
    const auto known = committed->find(name);
    const auto start = starts->find(name);
    int64_t position = kOffsetBeginning;
    const auto given = options_.bounds.range.find(name);
    if (given != options_.bounds.range.end()) position = given->second.begin;
    if (known != committed->end()) position = known->second.next;
    if (start != starts->end()) position = start->second;
    positions[name] = position;
    partitions_[name].claimed = true;
    partitions_[name].checkpoint = Checkpoint(position);
  }
  return consumer_->Assign(positions);
}

}  // namespace newsmill
