#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "core/bus/bus.h"
#include "core/bus/embedded/connection.h"
#include "core/bus/embedded/log_file.h"

namespace newsmill::embedded {

class EmbeddedAdmin : public Admin {
 public:
  // `log` outlives this.
  EmbeddedAdmin(LogFile& log, std::unique_ptr<Connection> reader)
      : log_(log), reader_(std::move(reader)) {}

  Result<std::string> ClusterId() override;
  Result<void> CreateTopic(const TopicSpec& spec) override;
  Result<std::vector<TopicInfo>> ListTopics() override;
  Result<std::map<TopicPartition, Watermarks>> FetchWatermarks(
      const std::vector<TopicPartition>& partitions) override;
  Result<Offsets> OffsetsForTime(const std::vector<TopicPartition>& partitions,
                                 Timestamp time) override;
  Result<CommittedOffsets> GroupOffsets(
      const std::string& group,
      const std::vector<TopicPartition>& partitions) override;
  Result<void> DeleteRecords(const Offsets& before) override;

 private:
  // Runs `body` in one snapshot.
  Result<void> Read(const LogFile::Body& body);

  LogFile& log_;
  std::mutex mutex_;
  const std::unique_ptr<Connection> reader_;  // guarded by mutex_
};

}  // namespace newsmill::embedded
