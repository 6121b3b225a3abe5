#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/bus/bus.h"
#include "core/bus/kafka/client.h"

namespace newsmill::kafka {

// An idempotent producer, acks=all. Every record is kept until the broker
// acknowledged it: when librdkafka gives a producer up for good (its idempotent
// sequence broke), a new one gets the whole unacknowledged window again, in
// order.
class KafkaProducer : public Producer {
 public:
  // `config` and `metadata_client`, which is asked for the partitions of
  // topics, outlive the producer.
  static Result<std::unique_ptr<KafkaProducer>> Create(
      const BusConfig& config, rd_kafka_t* metadata_client,
      const ProducerOptions& options);
  // Waits a while for what is on its way; the rest is kCancelled.
  ~KafkaProducer() override;

  void Produce(Record record, Done done) override;
  Result<void> Flush(Duration timeout) override;

  // As if librdkafka had given the producer up for good; for tests.
  void BreakForTesting();

 private:
  struct Context : ConnectionState {
    KafkaProducer* producer = nullptr;
  };
  struct Pending {
    Record record;
    Done done;
    int64_t size = 0;
    bool settling = false;  // `done` is being told
  };

  KafkaProducer(const BusConfig& config, rd_kafka_t* metadata_client,
                std::string client_id)
      : config_(config),
        metadata_client_(metadata_client),
        client_id_(std::move(client_id)) {
    context_.producer = this;
  }

  Result<ClientHandle> NewClient();
  Result<void> ChoosePartition(Record& record);
  Result<int32_t> PartitionCount(const std::string& topic);
  // Hands the record to librdkafka, which borrows it. An error is final. The
  // caller holds mutex_.
  Result<void> Send(uint64_t sequence, const Record& record);

  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message,
                         void* opaque);
  void Settle(uint64_t sequence, Result<RecordMetadata> result);
  void PollUntilStopped();
  // Replaces the client and sends what is unacknowledged again.
  void Recover();

  const BusConfig& config_;
  rd_kafka_t* const metadata_client_;
  const std::string client_id_;
  Context context_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Replaced by the polling thread, under mutex_.
  ClientHandle client_;
  // Guarded by mutex_.
  std::map<std::string, int32_t> partition_counts_;
  std::map<uint64_t, Pending> pending_;  // by the order of Produce
  int64_t pending_bytes_ = 0;
  uint64_t next_sequence_ = 1;
  uint32_t next_keyless_ = 0;

  std::atomic<bool> stop_ = false;
  std::thread poller_;
};

}  // namespace newsmill::kafka
