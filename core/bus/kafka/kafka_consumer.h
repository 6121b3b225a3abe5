#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/kafka/client.h"
#include "core/bus/kafka/paused_records.h"

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
//
// Records come through a queue of their own, apart from the group's events: a
// consumer whose partitions are all paused leaves them there and still hears of
// a rebalance. A pause of some partitions is told to librdkafka only when it
// lasts (PausedRecords says why).
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

  // As when another process has taken this member's place for good.
  void BreakForTesting();

 private:
  struct Context : ConnectionState {
    KafkaConsumer* consumer = nullptr;
  };
  struct Assigned {
    int64_t position = 0;  // of what Poll returns next
    int64_t fetched = 0;   // of what librdkafka gives next
    bool paused = false;
    bool fetch_paused = false;  // in librdkafka, too
    // Something came since it was assigned: its queue is where it should be.
    bool heard = false;
    // Set: reading stopped there until a Seek.
    std::optional<Error> out_of_range;
  };
  // What a poll will return.
  struct Batch {
    const size_t max;
    std::vector<Message> messages = {};
    int64_t bytes = 0;

    bool full() const;
  };

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

  // The group's events and errors; waits for the first one. Between polls of
  // records only: partitions may come and go.
  void ServeEvents(Duration timeout);
  // What is there, up to the batch's limits.
  void Fill(Batch& batch);
  void TakeKept(Batch& batch);
  // One record or what else stands among them; false where there was none in
  // time.
  bool ReadOne(Batch& batch, Duration timeout);
  void TakeFetched(const TopicPartition& partition, Fetched fetched,
                   Batch& batch);
  void TakeError(const rd_kafka_message_t& event);
  void Break(const Error& error);
  // To the batch, and the position with it.
  static void Give(Assigned& state, Fetched fetched, Batch& batch);
  bool NothingWanted() const;
  std::optional<Error> FirstError() const;

  // Makes librdkafka put what it fetches of these into our queue.
  void Route(const TopicPartition& partition);
  void RouteUnheard();
  // Whether librdkafka goes on fetching it.
  void SetFetching(const TopicPartition& partition, bool on);

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
  QueueHandle records_;  // of all partitions; goes before the client

  RebalanceListener* listener_ = nullptr;
  std::map<TopicPartition, Assigned> assigned_;
  // The group's gift, of which it is not known yet where reading starts.
  std::vector<TopicPartition> unplaced_;
  bool had_assignment_ = false;
  // Between a revoke and the assignment that follows it.
  bool rebalancing_ = false;
  Instant rebalancing_since_{};
  bool in_callback_ = false;

  PausedRecords kept_;
  std::optional<Error> failure_;  // of the poll under way, or the next
  std::optional<Error> broken_;   // for good
};

}  // namespace newsmill::kafka
