#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/embedded/connection.h"
#include "core/bus/embedded/log_file.h"
#include "core/bus/embedded/membership.h"

namespace newsmill::embedded {

class EmbeddedConsumer : public Consumer {
 public:
  // `log` outlives the consumer.
  static Result<std::unique_ptr<Consumer>> Create(
      LogFile& log, const ConsumerOptions& options);
  // Leaves the group without a callback where Close was not called.
  ~EmbeddedConsumer() override;

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
  struct Assigned {
    int64_t id = 0;
    int64_t position = 0;
    bool paused = false;
  };
  using Batch = std::vector<Message>;

  EmbeddedConsumer(LogFile& log, std::unique_ptr<Connection> reader,
                   ConsumerOptions options)
      : log_(log), reader_(std::move(reader)), options_(std::move(options)) {}

  // Brings the assignment up to the group's version, with the callbacks.
  Result<void> FollowGroup();
  // Ends the transaction of a look, whatever became of it.
  Result<void> EndRead();
  Result<void> FollowGroupOnce(int64_t version, bool is_member,
                               const std::vector<OwnedPartition>& ownership);
  void TellLost(const std::vector<TopicPartition>& partitions);
  void TellRevoked(const std::vector<TopicPartition>& partitions);
  Result<void> TakeOver();

  // What can be read now, in one snapshot; nothing where the group moved on.
  Result<Batch> Read(size_t max);
  Result<void> ReadAssigned(
      size_t max, Batch& batch,
      std::vector<std::pair<Assigned*, int64_t>>& positions);
  void WaitForChange(uint64_t writes, Duration timeout);

  Result<void> SetPaused(const std::vector<TopicPartition>& partitions,
                         bool paused);
  Result<Assigned*> FindAssigned(const TopicPartition& partition);

  LogFile& log_;
  const std::unique_ptr<Connection> reader_;
  const ConsumerOptions options_;

  RebalanceListener* listener_ = nullptr;
  std::unique_ptr<Membership> membership_;
  int64_t group_version_ = -1;  // up to which the assignment is told

  std::map<TopicPartition, Assigned> assigned_;
  // Where the next read begins, so that none of many full partitions starves.
  TopicPartition turn_;
};

}  // namespace newsmill::embedded
