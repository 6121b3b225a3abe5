#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/embedded/log_file.h"
#include "core/bus/embedded/topic_table.h"

namespace newsmill::embedded {

// Group commit: what was produced while the last transaction was written goes
// into the next one, so a single record waits for nobody and many records share
// one fsync.
class EmbeddedProducer : public Producer {
 public:
  struct Limits {
    // Of what waits or is being written; one larger record is let in alone.
    int64_t queue_bytes = int64_t{32} << 20;
    int64_t batch_bytes = int64_t{8} << 20;
    // How long a write is tried again while the disk is full or the file busy.
    Duration retry_for = std::chrono::seconds(30);
  };

  // `log` outlives the producer.
  static std::unique_ptr<EmbeddedProducer> Create(LogFile& log,
                                                  const Limits& limits);
  // Writes what still waits, without trying again.
  ~EmbeddedProducer() override;

  void Produce(Record record, Done done) override;
  Result<void> Flush(Duration timeout) override;

 private:
  struct Pending {
    Record record;
    Done done;
    int64_t size = 0;
    std::optional<Result<RecordMetadata>> result;
  };
  using Batch = std::vector<Pending>;

  EmbeddedProducer(LogFile& log, const Limits& limits)
      : log_(log), limits_(limits) {}

  void WriteUntilStopped();
  Batch TakeBatch();  // waits; empty: stopped and nothing is left
  // Tries until it works, the error is final, or time is up.
  Result<void> WriteBatch(Batch& batch);
  Result<void> WriteBatchOnce(Connection& db, Batch& batch);
  Result<RecordMetadata> Append(Connection& db, const Record& record,
                                Timestamp now);
  Result<const TopicInfo*> LookUpTopic(Connection& db, const std::string& name);
  Result<PartitionRow*> LookUpPartition(Connection& db,
                                        const TopicPartition& partition);
  bool WaitBeforeRetry(Duration delay);  // false: stopped
  void Settle(Batch& batch, const Result<void>& written);

  LogFile& log_;
  const Limits limits_;

  // Of the writing thread; the rows within one transaction only.
  std::map<std::string, TopicInfo> topics_;
  std::map<TopicPartition, PartitionRow> rows_;
  uint32_t next_keyless_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Pending> queue_;
  int64_t unsettled_bytes_ = 0;
  uint64_t produced_ = 0;
  uint64_t settled_ = 0;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace newsmill::embedded
