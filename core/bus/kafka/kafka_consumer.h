#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/kafka/client.h"

namespace newsmill::kafka {

// A member of a group (cooperative-sticky), or a reader of partitions assigned
// by hand.
//
// Works around librdkafka 2.0.2, the oldest version that is supported: records
// are taken one by one (its batch consume loses and repeats records when
// partitions are paused, resumed and rebalanced before 2.1); positions are our
// own; nothing is committed between a revoke and the assignment that follows it
// (a member that does so may lose all); it is never closed before its first
// assignment, nor without a deadline.
class KafkaConsumer : public Consumer {
 public:
  // `config` and `metadata_client` outlive the consumer.
  static Result<std::unique_ptr<Consumer>> Create(
      const BusConfig& config, rd_kafka_t* metadata_client,
      const ConsumerOptions& options);
  // Leaves the group without a callback where Close was not called.
  ~KafkaConsumer() override;

  Result<void> Subscribe(const std::vector<std::string>& topics,
                         RebalanceListener& listener) override;
  Result<void> Assign(const Offsets& positions) override;
  Result<std::vector<Message>> Poll(size_t max, Duration timeout) override;
  Result<void> Commit(const CommittedOffsets& offsets) override;
  Result<CommittedOffsets> Committed(
      const std::vector<TopicPartition>& partitions) override;
  Result<void> Pause(const std::vector<TopicPartition>& partitions) override;
  Result<void> Resume(const std::vector<TopicPartition>& partitions) override;
  Result<void> Seek(const TopicPartition& partition, int64_t offset) override;
  Result<int64_t> Position(const TopicPartition& partition) override;
  Result<void> Close(Duration deadline) override;

 private:
  struct Context : ConnectionState {
    KafkaConsumer* consumer = nullptr;
  };
  struct Assigned {
    int64_t position = 0;
    bool paused = false;
    // Set: reading stopped there until a Seek.
    std::optional<Error> out_of_range;
  };
  using Batch = std::vector<Message>;

  KafkaConsumer(const BusConfig& config, rd_kafka_t* metadata_client,
                const ConsumerOptions& options);
  Result<void> Connect();

  // The callbacks of a rebalance, within a poll.
  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t error,
                          rd_kafka_topic_partition_list_t* list, void* opaque);
  void Rebalance(rd_kafka_resp_err_t error,
                 const rd_kafka_topic_partition_list_t& list);
  void TakeOver(const std::vector<TopicPartition>& partitions);
  void TakeOverLater(const std::vector<TopicPartition>& partitions,
                     const Error& error);
  void LetGo(const std::vector<TopicPartition>& revoked, bool lost);
  Result<Offsets> FindStarts(const std::vector<TopicPartition>& partitions);

  // One record or event; false where there was none in time.
  bool PollOne(Duration timeout);
  void TakeRecord(const rd_kafka_message_t& record);
  void TakeEvent(const rd_kafka_message_t& event);
  Result<Batch> FinishBatch();
  std::optional<Error> FirstError() const;

  // Manual assignment, at the present positions.
  Result<void> AssignAll();
  Result<void> SeekNow(const TopicPartition& partition, int64_t offset);
  // Of a group's partition, at its present position.
  Result<void> AssignAgain(const TopicPartition& partition);

  Result<void> CheckAssigned(const std::vector<TopicPartition>& partitions);
  Result<void> CloseGroup(Instant give_up);

  const BusConfig& config_;
  rd_kafka_t* const metadata_client_;
  const ConsumerOptions options_;
  Context context_;
  ClientHandle client_;

  RebalanceListener* listener_ = nullptr;
  std::map<TopicPartition, Assigned> assigned_;
  // The group's gift, of which it is not known yet where reading starts.
  std::vector<TopicPartition> unplaced_;
  bool had_assignment_ = false;
  // Between a revoke and the assignment that follows it.
  bool rebalancing_ = false;
  Instant rebalancing_since_{};
  bool in_callback_ = false;

  // Of the poll under way: what it will return, and where partitions stand
  // then. A partition that is revoked meanwhile drops out of both.
  Batch batch_;
  int64_t batch_bytes_ = 0;
  std::map<TopicPartition, int64_t> next_positions_;
  std::optional<Error> failure_;  // of the poll under way
  std::optional<Error> broken_;   // for good
};

}  // namespace newsmill::kafka
