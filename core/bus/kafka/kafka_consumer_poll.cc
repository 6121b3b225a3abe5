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
// While records are waited for, the group's events wait no longer than this.
constexpr Duration kEventsWait = std::chrono::milliseconds(50);

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

bool KafkaConsumer::Batch::full() const {
  return messages.size() >= max || bytes >= kBatchBytes;
}

Result<std::vector<Message>> KafkaConsumer::Poll(size_t max, Duration timeout) {
  const Instant deadline = Boottime::now() + timeout;
  if (!unplaced_.empty()) {
    in_callback_ = true;
    TakeOver(std::exchange(unplaced_, {}));
    in_callback_ = false;
  }
  Batch batch{.max = max};
  ServeEvents(Duration(0));
  while (!broken_ && !failure_) {
    Fill(batch);
    const auto left =
        std::chrono::duration_cast<Duration>(deadline - Boottime::now());
    if (!batch.messages.empty() || FirstError() || left <= Duration(0)) break;
    if (NothingWanted()) {
      ServeEvents(left);
    } else if (!ReadOne(batch, std::min(left, kEventsWait))) {
      ServeEvents(Duration(0));
    }
  }
  // What came before an error is told first; the error stays.
  if (!batch.messages.empty()) return std::move(batch.messages);
  if (broken_) return *broken_;
  if (failure_) return *std::exchange(failure_, std::nullopt);
  if (const auto error = FirstError()) return *error;
  return std::move(batch.messages);
}

void KafkaConsumer::Fill(Batch& batch) {
  RouteUnheard();
  TakeKept(batch);
  // All that came before it was given.
  if (FirstError()) return;
  while (!batch.full() && !NothingWanted() && ReadOne(batch, Duration(0))) {
  }
}

void KafkaConsumer::TakeKept(Batch& batch) {
  for (auto& [partition, state] : assigned_) {
    if (state.paused) continue;
    while (!batch.full() && kept_.Has(partition)) {
      Give(state, *kept_.Take(partition), batch);
    }
    if (state.fetch_paused && !kept_.Has(partition))
      SetFetching(partition, true);
  }
}

bool KafkaConsumer::NothingWanted() const {
  return !assigned_.empty() &&
         std::all_of(assigned_.begin(), assigned_.end(),
                     [](const auto& entry) { return entry.second.paused; });
}

std::optional<Error> KafkaConsumer::FirstError() const {
  for (const auto& [partition, state] : assigned_) {
    if (state.out_of_range && !state.paused && !kept_.Has(partition)) {
      return state.out_of_range;
    }
  }
  return std::nullopt;
}

bool KafkaConsumer::ReadOne(Batch& batch, Duration timeout) {
  const MessageHandle message(
      rd_kafka_consume_queue(records_.get(), Milliseconds(timeout)));
  if (!message) return false;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    Message record = MakeMessage(*message);
    const TopicPartition partition = record.topic_partition();
    const int64_t next = record.offset + 1;
    TakeFetched(partition, {std::move(record), next}, batch);
  } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    // The only sign of control records at the end.
    TakeFetched({rd_kafka_topic_name(message->rkt), message->partition},
                {std::nullopt, message->offset}, batch);
  } else {
    TakeError(*message);
  }
  return true;
}

void KafkaConsumer::TakeFetched(const TopicPartition& partition,
                                Fetched fetched, Batch& batch) {
  const auto found = assigned_.find(partition);
  // Of a partition that was let go meanwhile.
  if (found == assigned_.end()) return;
  Assigned& state = found->second;
  state.heard = true;
  state.fetched = fetched.next;
  if (!state.paused && !kept_.Has(partition)) {
    return Give(state, std::move(fetched), batch);
  }
  const bool enough = kept_.Keep(partition, std::move(fetched));
  if (enough && !state.fetch_paused) SetFetching(partition, false);
}

void KafkaConsumer::Give(Assigned& state, Fetched fetched, Batch& batch) {
  state.position = fetched.next;
  if (!fetched.message) return;
  batch.bytes += static_cast<int64_t>(fetched.message->value.size()) + 1;
  batch.messages.push_back(*std::move(fetched.message));
}

void KafkaConsumer::ServeEvents(Duration timeout) {
  MessageHandle event(
      rd_kafka_consumer_poll(client_.get(), Milliseconds(timeout)));
  for (; event; event.reset(rd_kafka_consumer_poll(client_.get(), 0))) {
    TakeError(*event);
  }
}

void KafkaConsumer::TakeError(const rd_kafka_message_t& event) {
  const TopicPartition partition{
      event.rkt == nullptr ? "" : rd_kafka_topic_name(event.rkt),
      event.partition};
  if (event.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      event.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
      event.err == RD_KAFKA_RESP_ERR__NO_OFFSET) {
    const auto found = assigned_.find(partition);
    if (found == assigned_.end()) return;
    found->second.heard = true;
    found->second.out_of_range = OutOfRange(partition, found->second.fetched);
    return;
  }
  const std::string what =
      event.payload == nullptr
          ? "Kafka"
          : std::string(static_cast<const char*>(event.payload), event.len);
  const Error error = MakeError(event.err, what);
  if (rd_kafka_fatal_error(client_.get(), nullptr, 0) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    Break(error);
  } else if (error.code == Code::kNotFound ||
             error.code == Code::kBadConfiguration) {
    failure_ = error;
  } else {
    // librdkafka tries again by itself.
    log::Debug("A Kafka consumer met an error.", {{"error", error.message}});
  }
}

// Whoever polls tries again where an error may pass; this one does not.
void KafkaConsumer::Break(const Error& error) {
  const bool passing = IsRetryable(error.code) || error.code == Code::kFenced;
  broken_ = Error{passing ? Code::kInternal : error.code,
                  "the Kafka consumer cannot go on: " + error.message};
}

void KafkaConsumer::BreakForTesting() {
  rd_kafka_test_fatal_error(client_.get(), RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                            "broken by a test");
}

void KafkaConsumer::Route(const TopicPartition& partition) {
  const QueueHandle queue(rd_kafka_queue_get_partition(
      client_.get(), partition.topic.c_str(), partition.partition));
  if (queue) rd_kafka_queue_forward(queue.get(), records_.get());
}

// librdkafka takes the forwarding back when it ends an assignment, which may
// be after the same partition was assigned anew.
void KafkaConsumer::RouteUnheard() {
  for (const auto& [partition, state] : assigned_) {
    if (!state.heard) Route(partition);
  }
}

void KafkaConsumer::SetFetching(const TopicPartition& partition, bool on) {
  const ListHandle list = MakeList(std::vector<TopicPartition>{partition});
  const auto error = on ? rd_kafka_resume_partitions(client_.get(), list.get())
                        : rd_kafka_pause_partitions(client_.get(), list.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    assigned_[partition].fetch_paused = !on;
  } else {
    failure_ = MakeError(
        error, (on ? "cannot resume " : "cannot pause ") + Describe(partition));
  }
}

}  // namespace newsmill::kafka
