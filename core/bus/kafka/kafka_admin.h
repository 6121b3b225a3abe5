#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/bus/bus.h"
#include "core/bus/kafka/client.h"

namespace newsmill::kafka {

class KafkaAdmin : public Admin {
 public:
  // `config`, `state` and `client` outlive this. The client is a consumer that
  // reads committed records only, so that ends are last stable offsets.
  KafkaAdmin(const BusConfig& config, const ConnectionState& state,
             rd_kafka_t* client)
      : config_(config), state_(state), client_(client) {}

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
  Result<EventHandle> Await(const QueueHandle& queue, const std::string& what);
  Result<void> AwaitLeaders(const TopicSpec& spec);
  Result<void> ReadConfigs(std::vector<TopicInfo>& topics);

  const BusConfig& config_;
  const ConnectionState& state_;
  rd_kafka_t* const client_;
};

// The offsets that the partitions' leaders name for a time, or for
// RD_KAFKA_OFFSET_BEGINNING or _END; -1 where no record is that new. What may
// pass is tried again until `timeout` is over.
Result<Offsets> ListOffsets(rd_kafka_t* client,
                            const std::vector<TopicPartition>& partitions,
                            int64_t time,
                            Duration timeout = std::chrono::seconds(30));

}  // namespace newsmill::kafka
