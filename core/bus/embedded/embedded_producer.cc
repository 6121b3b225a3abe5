#include "core/bus/embedded/embedded_producer.h"

#include <algorithm>
#include <utility>

#include "core/bus/partitioner.h"

namespace newsmill::embedded {
namespace {

constexpr Duration kFirstRetry{20};
constexpr Duration kLastRetry{1000};
// What a queued record costs besides its bytes.
constexpr int64_t kOverheadBytes = 256;

Error TooLarge(const Record& record, const TopicInfo& topic) {
  return {Code::kTooLarge, "a record of " + std::to_string(SizeOf(record)) +
                               " bytes is too large for topic \"" + topic.name +
                               "\", which takes up to " +
                               std::to_string(topic.max_message_bytes)};
}

}  // namespace

std::unique_ptr<EmbeddedProducer> EmbeddedProducer::Create(
    LogFile& log, const Limits& limits) {
  std::unique_ptr<EmbeddedProducer> producer(new EmbeddedProducer(log, limits));
  producer->thread_ =
      std::thread([raw = producer.get()] { raw->WriteUntilStopped(); });
  return producer;
}

EmbeddedProducer::~EmbeddedProducer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EmbeddedProducer::Produce(Record record, Done done) {
  const int64_t size = SizeOf(record) + kOverheadBytes;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return unsettled_bytes_ == 0 ||
             unsettled_bytes_ + size <= limits_.queue_bytes;
    });
    unsettled_bytes_ += size;
    ++produced_;
    queue_.push_back({std::move(record), std::move(done), size, {}});
  }
  changed_.notify_all();
}

Result<void> EmbeddedProducer::Flush(Duration timeout) {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = produced_;
  // Records are settled in the order they came.
  if (changed_.wait_for(lock, timeout, [&] { return settled_ >= wanted; })) {
    return {};
  }
  return Error{Code::kTimedOut,
               std::to_string(wanted - settled_) +
                   " records were not written to the embedded log within " +
                   FormatDuration(timeout)};
}

void EmbeddedProducer::WriteUntilStopped() {
  while (true) {
    Batch batch = TakeBatch();
    if (batch.empty()) return;
    const Result<void> written = WriteBatch(batch);
    Settle(batch, written);
  }
}

EmbeddedProducer::Batch EmbeddedProducer::TakeBatch() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
  Batch batch;
  int64_t bytes = 0;
  while (!queue_.empty()) {
    bytes += queue_.front().size;
    if (!batch.empty() && bytes > limits_.batch_bytes) break;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

Result<void> EmbeddedProducer::WriteBatch(Batch& batch) {
  const Instant give_up = Boottime::now() + limits_.retry_for;
  Duration delay = kFirstRetry;
  while (true) {
    const auto written =
        log_.Write([&](Connection& db) { return WriteBatchOnce(db, batch); });
    if (written || !IsRetryable(written.error().code)) return written;
    if (Boottime::now() + delay > give_up) return written;
    if (!WaitBeforeRetry(delay)) return written;
    delay = std::min(delay * 2, kLastRetry);
  }
}

Result<void> EmbeddedProducer::WriteBatchOnce(Connection& db, Batch& batch) {
  rows_.clear();
  const Timestamp now = Clock::System().Now();
  for (Pending& pending : batch) {
    pending.result = Append(db, pending.record, now);
  }
  for (const auto& [partition, row] : rows_) StorePartition(db, row);
  return {};
}

Result<RecordMetadata> EmbeddedProducer::Append(Connection& db,
                                                const Record& record,
                                                Timestamp now) {
  const auto topic = LookUpTopic(db, record.topic);
  if (!topic) return topic.error();
  if (SizeOf(record) > (*topic)->max_message_bytes) {
    return TooLarge(record, **topic);
  }
  TopicPartition to{record.topic, 0};
  if (record.partition) {
    to.partition = *record.partition;
  } else if (record.key) {
    to.partition = PartitionForKey(*record.key, (*topic)->partitions);
  } else {
    to.partition = static_cast<int32_t>(
        next_keyless_++ % static_cast<uint32_t>((*topic)->partitions));
  }
  const auto row = LookUpPartition(db, to);
  if (!row) return row.error();
  const int64_t offset = (*row)->next;
  AppendRecord(db, **row, record, now);
  return RecordMetadata{std::move(to), offset};
}

Result<const TopicInfo*> EmbeddedProducer::LookUpTopic(
    Connection& db, const std::string& name) {
  auto known = topics_.find(name);
  if (known == topics_.end()) {
    auto topic = FindTopic(db, name);
    if (!topic) return UnknownTopic(name);
    known = topics_.emplace(name, *std::move(topic)).first;
  }
  return &known->second;
}

Result<PartitionRow*> EmbeddedProducer::LookUpPartition(
    Connection& db, const TopicPartition& partition) {
  auto known = rows_.find(partition);
  if (known == rows_.end()) {
    const auto row = FindPartition(db, partition);
    if (!row) {
      Error error = UnknownPartition(partition);
      error.code = Code::kInvalidArgument;
      return error;
    }
    known = rows_.emplace(partition, *row).first;
  }
  return &known->second;
}

bool EmbeddedProducer::WaitBeforeRetry(Duration delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [this] { return stop_; });
}

void EmbeddedProducer::Settle(Batch& batch, const Result<void>& written) {
  int64_t bytes = 0;
  for (Pending& pending : batch) {
    bytes += pending.size;
    if (!written) pending.result = written.error();
    if (pending.done) pending.done(*std::move(pending.result));
  }
  {
    const std::lock_guard lock(mutex_);
    unsettled_bytes_ -= bytes;
    settled_ += batch.size();
  }
  changed_.notify_all();
}

}  // namespace newsmill::embedded
