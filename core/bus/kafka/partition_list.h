#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/kafka/handles.h"

namespace newsmill::kafka {

ListHandle MakeList(const std::vector<TopicPartition>& partitions);
ListHandle MakeList(const Offsets& offsets);
ListHandle MakeList(const CommittedOffsets& offsets);

TopicPartition PartitionOf(const rd_kafka_topic_partition_t& element);
std::vector<TopicPartition> PartitionsOf(
    const rd_kafka_topic_partition_list_t& list);
// Partitions without a committed offset are left out.
CommittedOffsets CommittedOf(const rd_kafka_topic_partition_list_t& list);
// The first error of a partition in it.
const rd_kafka_topic_partition_t* FindFailed(
    const rd_kafka_topic_partition_list_t& list);

// "partition 3 of topic "t"".
std::string Describe(const TopicPartition& partition);

}  // namespace newsmill::kafka
