#include "core/bus/kafka/kafka_consumer.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "core/base/id.h"
#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/kafka_admin.h"
#include "core/bus/kafka/partition_list.h"
#include "core/runtime/log.h"

namespace newsmill::kafka {
namespace {

constexpr Duration kRequestTimeout = std::chrono::seconds(10);
constexpr Duration kLookUpTimeout = std::chrono::seconds(10);
constexpr Duration kSeekTimeout = std::chrono::seconds(10);
// Of the values of one poll.
constexpr int64_t kBatchBytes = int64_t{16} << 20;
// A commit waits for the assignment after a revoke no longer than this.
constexpr int kSessionsToWait = 2;

Error NotAssigned(const TopicPartition& partition) {
  return {Code::kInvalidArgument,
          Describe(partition) + " is not assigned to this consumer"};
}

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

// Before 2.1 the timeout of a seek was taken for microseconds.
int SeekTimeoutMs() {
  constexpr int kFixedIn = 0x020100ff & ~0xff;
  const int factor = rd_kafka_version() < kFixedIn ? 1000 : 1;
  return Milliseconds(kSeekTimeout) * factor;
}

}  // namespace

KafkaConsumer::KafkaConsumer(const BusConfig& config,
                             rd_kafka_t* metadata_client,
                             const ConsumerOptions& options)
    : config_(config), metadata_client_(metadata_client), options_(options) {
  context_.consumer = this;
}

Result<std::unique_ptr<Consumer>> KafkaConsumer::Create(
    const BusConfig& config, rd_kafka_t* metadata_client,
    const ConsumerOptions& options) {
  std::unique_ptr<KafkaConsumer> consumer(
      new KafkaConsumer(config, metadata_client, options));
  if (auto made = consumer->Connect(); !made) return made.error();
  return std::unique_ptr<Consumer>(std::move(consumer));
}

Result<void> KafkaConsumer::Connect() {
  const auto session = options_.session_timeout.count();
  const Properties defaults{
      {"client.id",
       options_.client_id.empty() ? "newsmill" : options_.client_id},
      {"session.timeout.ms", std::to_string(session)},
      {"heartbeat.interval.ms",
       std::to_string(std::max<int64_t>(session / 4, 1))},
  };
  const Properties fixed{
      // Assignment by hand needs a name, too, but nothing is kept under it.
      {"group.id", options_.group.empty() ? config_.prefix + "reader." +
                                                NewUuidV7(Clock::System().Now())
                                          : options_.group},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      {"isolation.level", "read_committed"},
      {"partition.assignment.strategy", "cooperative-sticky"},
  };
  auto conf = MakeConf(config_, defaults, fixed, context_);
  if (!conf) return conf.error();
  rd_kafka_conf_set_rebalance_cb(conf->get(), OnRebalance);
  auto client = MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client) return client.error();
  client_ = *std::move(client);
  rd_kafka_poll_set_consumer(client_.get());
  return {};
}

KafkaConsumer::~KafkaConsumer() {
  listener_ = nullptr;
  if (client_)
    static_cast<void>(KafkaConsumer::Close(std::chrono::seconds(10)));
}

Result<void> KafkaConsumer::Subscribe(const std::vector<std::string>& topics,
                                      RebalanceListener& listener) {
  if (options_.group.empty() || listener_ != nullptr) {
    return Error{Code::kInvalidArgument,
                 "Subscribe needs a group, and works once per consumer"};
  }
  for (const std::string& topic : topics) {
    const auto count =
        FetchPartitionCount(client_.get(), topic, kRequestTimeout);
    if (!count) return count.error();
  }
  const ListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(),
                                      RD_KAFKA_PARTITION_UA);
  }
  const auto error = rd_kafka_subscribe(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(error, "cannot subscribe");
  }
  listener_ = &listener;
  return {};
}

Result<void> KafkaConsumer::Assign(const Offsets& positions) {
  if (listener_ != nullptr) {
    return Error{Code::kInvalidArgument,
                 "a consumer that is subscribed cannot assign by hand"};
  }
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, offset] : positions) {
    partitions.push_back(partition);
  }
  // Also tells whether they are there.
  const auto begins =
      ListOffsets(metadata_client_, partitions, RD_KAFKA_OFFSET_BEGINNING);
  if (!begins) return begins.error();
  std::set<std::string> topics;
  for (const auto& [partition, begin] : *begins) topics.insert(partition.topic);
  for (const std::string& topic : topics) {
    // Acquaints this client with it; by itself it looks once a second.
    const auto count =
        FetchPartitionCount(client_.get(), topic, kRequestTimeout);
    if (!count) return count.error();
  }
  assigned_.clear();
  for (const auto& [partition, offset] : positions) {
    assigned_[partition].position =
        offset == kOffsetBeginning ? begins->at(partition) : offset;
  }
  return AssignAll();
}

Result<void> KafkaConsumer::AssignAll() {
  Offsets positions;
  std::vector<TopicPartition> paused;
  for (const auto& [partition, state] : assigned_) {
    positions[partition] = state.position;
    if (state.paused) paused.push_back(partition);
  }
  const ListHandle list = MakeList(positions);
  auto error = rd_kafka_assign(client_.get(), list.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && !paused.empty()) {
    error = rd_kafka_pause_partitions(client_.get(), MakeList(paused).get());
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return MakeError(error, "cannot assign partitions");
}

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

void KafkaConsumer::OnRebalance(rd_kafka_t* /*client*/,
                                rd_kafka_resp_err_t error,
                                rd_kafka_topic_partition_list_t* list,
                                void* opaque) {
  auto* context = static_cast<Context*>(static_cast<ConnectionState*>(opaque));
  context->consumer->Rebalance(error, *list);
}

void KafkaConsumer::Rebalance(rd_kafka_resp_err_t error,
                              const rd_kafka_topic_partition_list_t& list) {
  const std::vector<TopicPartition> partitions = PartitionsOf(list);
  in_callback_ = true;
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    had_assignment_ = true;
    rebalancing_ = false;
    TakeOver(partitions);
  } else {
    LetGo(partitions, rd_kafka_assignment_lost(client_.get()) != 0);
  }
  in_callback_ = false;
}

void KafkaConsumer::TakeOver(const std::vector<TopicPartition>& partitions) {
  auto starts = FindStarts(partitions);
  if (!starts) return TakeOverLater(partitions, starts.error());
  for (const auto& [partition, offset] : *starts) {
    assigned_[partition].position = offset;
  }
  if (listener_ != nullptr && !partitions.empty()) {
    for (const auto& [partition, offset] : listener_->OnAssigned(partitions)) {
      if (auto sought = Seek(partition, offset); !sought) {
        broken_ = sought.error();
      }
    }
  }
  Offsets positions;
  std::vector<TopicPartition> paused, resumed;
  for (const TopicPartition& partition : partitions) {
    positions[partition] = assigned_[partition].position;
    (assigned_[partition].paused ? paused : resumed).push_back(partition);
  }
  const ListHandle list = MakeList(positions);
  const ErrorHandle error(
      rd_kafka_incremental_assign(client_.get(), list.get()));
  if (error) broken_ = MakeError(*error, "cannot take partitions over");
  if (!paused.empty()) {
    rd_kafka_pause_partitions(client_.get(), MakeList(paused).get());
  }
  // librdkafka remembers a pause from before the partition was last lost.
  if (!resumed.empty()) {
    rd_kafka_resume_partitions(client_.get(), MakeList(resumed).get());
  }
}

// Nothing may be read from a place that is not known: the next poll looks
// again. The group, which waits for an answer, gets one.
void KafkaConsumer::TakeOverLater(const std::vector<TopicPartition>& partitions,
                                  const Error& error) {
  if (IsRetryable(error.code)) {
    unplaced_.insert(unplaced_.end(), partitions.begin(), partitions.end());
    failure_ = error;
  } else {
    broken_ = error;
  }
  const ListHandle none = MakeList(std::vector<TopicPartition>());
  ErrorHandle(rd_kafka_incremental_assign(client_.get(), none.get()));
}

// The group's offsets; the beginning of partitions of which it knows nothing.
Result<Offsets> KafkaConsumer::FindStarts(
    const std::vector<TopicPartition>& partitions) {
  Offsets starts;
  if (partitions.empty()) return starts;
  const Instant give_up = Boottime::now() + kLookUpTimeout;
  auto committed = Committed(partitions);
  while (!committed && IsRetryable(committed.error().code) &&
         Boottime::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    committed = Committed(partitions);
  }
  if (!committed) return committed.error();

  std::vector<TopicPartition> unknown;
  for (const TopicPartition& partition : partitions) {
    const auto found = committed->find(partition);
    if (found == committed->end()) {
      unknown.push_back(partition);
    } else {
      starts[partition] = found->second.next;
    }
  }
  const auto begins =
      ListOffsets(metadata_client_, unknown, RD_KAFKA_OFFSET_BEGINNING);
  if (!begins) return begins;
  starts.insert(begins->begin(), begins->end());
  return starts;
}

void KafkaConsumer::LetGo(const std::vector<TopicPartition>& revoked,
                          bool lost) {
  // What was not taken over yet librdkafka does not have, and it would refuse
  // to give it up.
  std::vector<TopicPartition> partitions;
  for (const TopicPartition& partition : revoked) {
    std::erase(unplaced_, partition);
    if (assigned_.contains(partition)) partitions.push_back(partition);
  }
  // Not yet returned by Poll, and not committed: the next owner reads it.
  std::erase_if(batch_, [&](const Message& message) {
    return std::find(partitions.begin(), partitions.end(),
                     message.topic_partition()) != partitions.end();
  });
  for (const TopicPartition& partition : partitions) {
    next_positions_.erase(partition);
  }
  if (listener_ != nullptr && !partitions.empty()) {
    if (lost) {
      listener_->OnLost(partitions);
    } else {
      listener_->OnRevoked(partitions);
    }
  }
  for (const TopicPartition& partition : partitions) assigned_.erase(partition);
  const ListHandle list = MakeList(partitions);
  const ErrorHandle error(
      rd_kafka_incremental_unassign(client_.get(), list.get()));
  if (error) {
    log::Warn("Partitions could not be let go.",
              {{"error", rd_kafka_error_string(error.get())}});
  }
  rebalancing_ = true;
  rebalancing_since_ = Boottime::now();
}

Result<void> KafkaConsumer::Commit(const CommittedOffsets& offsets) {
  if (options_.group.empty()) {
    return Error{Code::kInvalidArgument, "a commit needs a group"};
  }
  const std::string what = "cannot commit to group " + options_.group;
  if (listener_ != nullptr) {
    // The broker knows members, not who of them owns what.
    for (const auto& [partition, offset] : offsets) {
      if (assigned_.contains(partition)) continue;
      return Error{Code::kFenced,
                   what + ": " + Describe(partition) + " is not this member's"};
    }
    const Duration waiting = Boottime::now() - rebalancing_since_;
    if (rebalancing_ && !in_callback_ &&
        waiting < options_.session_timeout * kSessionsToWait) {
      return Error{Code::kConflict, what + ": a rebalance is under way"};
    }
  }
  if (offsets.empty()) return {};
  const ListHandle list = MakeList(offsets);
  auto error = rd_kafka_commit(client_.get(), list.get(), 0);
  const rd_kafka_topic_partition_t* failed = FindFailed(*list);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && failed != nullptr) {
    error = failed->err;
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return MakeError(error, what);
}

Result<CommittedOffsets> KafkaConsumer::Committed(
    const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return CommittedOffsets();
  const std::string what = "cannot read the offsets of group " + options_.group;
  const ListHandle list = MakeList(partitions);
  auto error = rd_kafka_committed(client_.get(), list.get(),
                                  Milliseconds(kRequestTimeout));
  const rd_kafka_topic_partition_t* failed = FindFailed(*list);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && failed != nullptr) {
    error = failed->err;
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return MakeError(error, what);
  return CommittedOf(*list);
}

Result<void> KafkaConsumer::CheckAssigned(
    const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& partition : partitions) {
    if (!assigned_.contains(partition)) return NotAssigned(partition);
  }
  return {};
}

Result<void> KafkaConsumer::Pause(
    const std::vector<TopicPartition>& partitions) {
  if (auto good = CheckAssigned(partitions); !good) return good;
  for (const TopicPartition& partition : partitions) {
    assigned_[partition].paused = true;
  }
  if (in_callback_) return {};  // told to librdkafka with the assignment
  const ListHandle list = MakeList(partitions);
  const auto error = rd_kafka_pause_partitions(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(error, "cannot pause");
  }
  return {};
}

Result<void> KafkaConsumer::Resume(
    const std::vector<TopicPartition>& partitions) {
  if (auto good = CheckAssigned(partitions); !good) return good;
  for (const TopicPartition& partition : partitions) {
    assigned_[partition].paused = false;
  }
  if (in_callback_) return {};
  const ListHandle list = MakeList(partitions);
  const auto error = rd_kafka_resume_partitions(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(error, "cannot resume");
  }
  return {};
}

Result<void> KafkaConsumer::Seek(const TopicPartition& partition,
                                 int64_t offset) {
  if (auto good = CheckAssigned({partition}); !good) return good;
  if (offset == kOffsetBeginning) {
    const auto begins =
        ListOffsets(metadata_client_, {partition}, RD_KAFKA_OFFSET_BEGINNING);
    if (!begins) return begins.error();
    offset = begins->at(partition);
  }
  Assigned& state = assigned_[partition];
  state.position = offset;
  const bool stopped = state.out_of_range.has_value();
  state.out_of_range.reset();
  if (in_callback_) return {};  // told to librdkafka with the assignment
  if (!stopped) return SeekNow(partition, offset);
  // librdkafka gave the partition up, and cannot seek in it.
  return listener_ == nullptr ? AssignAll() : AssignAgain(partition);
}

Result<void> KafkaConsumer::SeekNow(const TopicPartition& partition,
                                    int64_t offset) {
  const Instant give_up = Boottime::now() + kSeekTimeout;
  while (true) {
    const ListHandle list = MakeList(Offsets{{partition, offset}});
    const ErrorHandle error(
        rd_kafka_seek_partitions(client_.get(), list.get(), SeekTimeoutMs()));
    const auto code =
        error ? rd_kafka_error_code(error.get()) : list->elems[0].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    // The assignment is not yet in effect.
    if (code != RD_KAFKA_RESP_ERR__STATE || Boottime::now() > give_up) {
      return MakeError(code, "cannot seek in " + Describe(partition));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Result<void> KafkaConsumer::AssignAgain(const TopicPartition& partition) {
  const ListHandle list =
      MakeList(Offsets{{partition, assigned_[partition].position}});
  ErrorHandle error(rd_kafka_incremental_unassign(client_.get(), list.get()));
  if (!error) {
    error.reset(rd_kafka_incremental_assign(client_.get(), list.get()));
  }
  if (!error && assigned_[partition].paused) return Pause({partition});
  if (!error) return {};
  return MakeError(*error, "cannot read on in " + Describe(partition));
}

Result<int64_t> KafkaConsumer::Position(const TopicPartition& partition) {
  if (auto good = CheckAssigned({partition}); !good) return good.error();
  return assigned_[partition].position;
}

Result<void> KafkaConsumer::Close(Duration deadline) {
  if (!client_) return {};
  const Instant give_up = Boottime::now() + deadline;
  // Before the first assignment 2.0.2 may crash when it is closed.
  while (listener_ != nullptr && !had_assignment_ &&
         Boottime::now() < give_up) {
    PollOne(Duration(50));
    batch_.clear();
    next_positions_.clear();
  }
  const auto closed = CloseGroup(give_up);
  if (closed) {
    rd_kafka_destroy_flags(client_.release(),
                           RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  } else {
    // Destroying it would wait for what did not come. The process ends soon.
    static_cast<void>(client_.release());
  }
  return closed;
}

Result<void> KafkaConsumer::CloseGroup(Instant give_up) {
  const QueueHandle queue(rd_kafka_queue_new(client_.get()));
  const ErrorHandle error(
      rd_kafka_consumer_close_queue(client_.get(), queue.get()));
  if (error) return MakeError(*error, "cannot leave the group");
  while (rd_kafka_consumer_closed(client_.get()) == 0) {
    if (Boottime::now() >= give_up) {
      return Error{Code::kTimedOut, "the group " + options_.group +
                                        " could not be left in time"};
    }
    const EventHandle event(rd_kafka_queue_poll(queue.get(), 50));
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      Rebalance(rd_kafka_event_error(event.get()),
                *rd_kafka_event_topic_partition_list(event.get()));
    }
  }
  return {};
}

}  // namespace newsmill::kafka
