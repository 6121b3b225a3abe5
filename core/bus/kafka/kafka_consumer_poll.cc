// What a poll of KafkaConsumer does: records and events.

#include <algorithm>
#include <utility>

#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/kafka_consumer.h"
#include "core/bus/kafka/partition_list.h"
#include "core/runtime/log.h"

namespace newsmill::kafka {
namespace {

// Of the values of one poll.
constexpr int64_t kBatchBytes = int64_t{16} << 20;

Error OutOfRange(const TopicPartition& partition, int64_t offset) {
  return {Code::kOutOfRange, "offset " + std::to_string(offset) + " of " +
                                 Describe(partition) + " is not in the log"};
}

Message MakeMessage(const rd_kafka_message_t& record) {
  Message message;
  message.topic = rd_kafka_topic_name(record.rkt);
  message.partition = record.partition;
  message.offset = record.offset;
  message.append_time =
      Timestamp(Duration(rd_kafka_message_timestamp(&record, nullptr)));
  if (record.key != nullptr) {
    message.key.emplace(static_cast<const char*>(record.key), record.key_len);
  }
  if (record.payload != nullptr) {
    message.value.assign(static_cast<const char*>(record.payload), record.len);
  }
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&record, &headers) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return message;
  }
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
       RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    message.headers.push_back(
        {name, std::string(static_cast<const char*>(value), size)});
  }
  return message;
}

}  // namespace

Result<std::vector<Message>> KafkaConsumer::Poll(size_t max, Duration timeout) {
  const Instant deadline = Boottime::now() + timeout;
  Duration wait = timeout;
  if (!unplaced_.empty()) {
    in_callback_ = true;
    TakeOver(std::exchange(unplaced_, {}));
    in_callback_ = false;
  }
  while (batch_.size() < max && batch_bytes_ < kBatchBytes) {
    const bool came = PollOne(batch_.empty() ? wait : Duration(0));
    if (broken_ || failure_) break;
    if (const auto error = FirstError()) break;
    const Instant now = Boottime::now();
    if (!came && (!batch_.empty() || now >= deadline)) break;
    wait = std::max(Duration(deadline - now), Duration(0));
  }
  return FinishBatch();
}

Result<KafkaConsumer::Batch> KafkaConsumer::FinishBatch() {
  for (const auto& [partition, position] : next_positions_) {
    assigned_[partition].position = position;
  }
  next_positions_.clear();
  batch_bytes_ = 0;
  Batch batch = std::exchange(batch_, {});
  // What came before the error is told first; the error stays.
  if (!batch.empty()) return batch;
  if (broken_) return *broken_;
  if (failure_) return *std::exchange(failure_, std::nullopt);
  if (const auto error = FirstError()) return *error;
  return batch;
}

std::optional<Error> KafkaConsumer::FirstError() const {
  for (const auto& [partition, state] : assigned_) {
    if (state.out_of_range && !state.paused) return state.out_of_range;
  }
  return std::nullopt;
}

bool KafkaConsumer::PollOne(Duration timeout) {
  const MessageHandle message(
      rd_kafka_consumer_poll(client_.get(), Milliseconds(timeout)));
  if (!message) return false;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    TakeRecord(*message);
  } else {
    TakeEvent(*message);
  }
  return true;
}

void KafkaConsumer::TakeRecord(const rd_kafka_message_t& record) {
  Message message = MakeMessage(record);
  const TopicPartition partition = message.topic_partition();
  // Of a partition that was let go meanwhile.
  if (!assigned_.contains(partition)) return;
  next_positions_[partition] = message.offset + 1;
  batch_bytes_ += static_cast<int64_t>(message.value.size()) + 1;
  batch_.push_back(std::move(message));
}

void KafkaConsumer::TakeEvent(const rd_kafka_message_t& event) {
  const TopicPartition partition{
      event.rkt == nullptr ? "" : rd_kafka_topic_name(event.rkt),
      event.partition};
  const auto found = assigned_.find(partition);
  switch (event.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      // The only sign of control records at the end.
      if (found != assigned_.end()) next_positions_[partition] = event.offset;
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      if (found == assigned_.end()) return;
      found->second.out_of_range =
          OutOfRange(partition, next_positions_.contains(partition)
                                    ? next_positions_[partition]
                                    : found->second.position);
      return;
    default:
      break;
  }
  const std::string what =
      event.payload == nullptr
          ? "Kafka"
          : std::string(static_cast<const char*>(event.payload), event.len);
  const Error error = MakeError(event.err, what);
  if (rd_kafka_fatal_error(client_.get(), nullptr, 0) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    broken_ = error;
  } else if (error.code == Code::kNotFound ||
             error.code == Code::kBadConfiguration) {
    failure_ = error;
  } else {
    // librdkafka tries again by itself.
    log::Debug("A Kafka consumer met an error.", {{"error", error.message}});
  }
}

}  // namespace newsmill::kafka
