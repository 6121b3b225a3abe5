// The partitions that KafkaConsumer gets from its group, and how it leaves it.

#include <algorithm>
#include <thread>
#include <utility>

#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/kafka_admin.h"
#include "core/bus/kafka/kafka_consumer.h"
#include "core/bus/kafka/partition_list.h"
#include "core/runtime/log.h"

namespace newsmill::kafka {
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
    const bool first = !std::exchange(had_assignment_, true);
    rebalancing_ = false;
    TakeOver(partitions);
    if (first && partitions.empty() && listener_ != nullptr) {
      listener_->OnAssigned({});
    }
  } else {
    LetGo(partitions, rd_kafka_assignment_lost(client_.get()) != 0);
  }
  in_callback_ = false;
}

void KafkaConsumer::TakeOver(const std::vector<TopicPartition>& partitions) {
  auto starts = FindStarts(partitions);
  if (!starts) return TakeOverLater(partitions, starts.error());
  for (const auto& [partition, offset] : *starts) {
    assigned_[partition].position = assigned_[partition].fetched = offset;
  }
  if (listener_ != nullptr && !partitions.empty()) {
    for (const auto& [partition, offset] : listener_->OnAssigned(partitions)) {
      if (auto sought = Seek(partition, offset); !sought) {
        Break(sought.error());
      }
    }
  }
  Offsets positions;
  for (const TopicPartition& partition : partitions) {
    positions[partition] = assigned_[partition].position;
    Route(partition);
  }
  const ListHandle list = MakeList(positions);
  const ErrorHandle error(
      rd_kafka_incremental_assign(client_.get(), list.get()));
  if (error) Break(MakeError(*error, "cannot take partitions over"));
}

// Nothing may be read from a place that is not known: the next poll looks
// again. The group, which waits for an answer, gets one.
void KafkaConsumer::TakeOverLater(const std::vector<TopicPartition>& partitions,
                                  const Error& error) {
  // A member whose group went on without it hears so next, and joins again.
  if (IsRetryable(error.code) || error.code == Code::kFenced) {
    unplaced_.insert(unplaced_.end(), partitions.begin(), partitions.end());
    failure_ = error;
  } else {
    Break(error);
  }
  const ListHandle none = MakeList(std::vector<TopicPartition>());
  ErrorHandle(rd_kafka_incremental_assign(client_.get(), none.get()));
}

// The group's offsets; the beginning of partitions of which it knows nothing.
Result<Offsets> KafkaConsumer::FindStarts(
    const std::vector<TopicPartition>& partitions) {
  Offsets starts;
  if (partitions.empty()) return starts;
  // The group waits for us meanwhile; the next poll looks again.
  const Instant give_up = Boottime::now() + options_.session_timeout / 2;
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
  const auto begins = ListOffsets(
      metadata_client_, unknown, RD_KAFKA_OFFSET_BEGINNING,
      std::chrono::duration_cast<Duration>(give_up - Boottime::now()));
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
  for (const TopicPartition& partition : partitions) kept_.Drop(partition);
  if (listener_ != nullptr && !partitions.empty()) {
    if (lost) {
      listener_->OnLost(partitions);
    } else {
      listener_->OnRevoked(partitions);
    }
  }
  for (const TopicPartition& partition : partitions) {
    // It would be remembered when the partition comes back.
    if (assigned_[partition].fetch_paused) SetFetching(partition, true);
    assigned_.erase(partition);
  }
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

Result<void> KafkaConsumer::Close(Duration deadline) {
  if (!client_) return {};
  const Instant give_up = Boottime::now() + deadline;
  // Before the first assignment 2.0.2 may crash when it is closed.
  while (listener_ != nullptr && !had_assignment_ &&
         Boottime::now() < give_up) {
    ServeEvents(Duration(50));
  }
  const auto closed = CloseGroup(give_up);
  records_.reset();
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
