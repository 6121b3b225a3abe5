#include "core/bus/kafka/partition_list.h"

#include <cstdlib>
#include <cstring>

namespace newsmill::kafka {
namespace {

rd_kafka_topic_partition_t& Add(const ListHandle& list,
                                const TopicPartition& partition) {
  return *rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                            partition.partition);
}

ListHandle NewList(size_t size) {
  return ListHandle(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

}  // namespace

ListHandle MakeList(const std::vector<TopicPartition>& partitions) {
  ListHandle list = NewList(partitions.size());
  for (const TopicPartition& partition : partitions) Add(list, partition);
  return list;
}

ListHandle MakeList(const Offsets& offsets) {
  ListHandle list = NewList(offsets.size());
  for (const auto& [partition, offset] : offsets) {
    Add(list, partition).offset = offset;
  }
  return list;
}

ListHandle MakeList(const CommittedOffsets& offsets) {
  ListHandle list = NewList(offsets.size());
  for (const auto& [partition, committed] : offsets) {
    rd_kafka_topic_partition_t& element = Add(list, partition);
    element.offset = committed.next;
    const std::string& metadata = committed.metadata;
    // The list frees it.
    element.metadata = std::malloc(metadata.size() + 1);
    if (element.metadata == nullptr) std::abort();
    std::memcpy(element.metadata, metadata.c_str(), metadata.size() + 1);
    element.metadata_size = metadata.size();
  }
  return list;
}

TopicPartition PartitionOf(const rd_kafka_topic_partition_t& element) {
  return {element.topic, element.partition};
}

std::vector<TopicPartition> PartitionsOf(
    const rd_kafka_topic_partition_list_t& list) {
  std::vector<TopicPartition> partitions;
  partitions.reserve(static_cast<size_t>(list.cnt));
  for (int i = 0; i < list.cnt; ++i) {
    partitions.push_back(PartitionOf(list.elems[i]));
  }
  return partitions;
}

CommittedOffsets CommittedOf(const rd_kafka_topic_partition_list_t& list) {
  CommittedOffsets offsets;
  for (int i = 0; i < list.cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list.elems[i];
    if (element.offset < 0) continue;
    CommittedOffset& committed = offsets[PartitionOf(element)];
    committed.next = element.offset;
    if (element.metadata != nullptr) {
      committed.metadata.assign(static_cast<const char*>(element.metadata),
                                element.metadata_size);
    }
  }
  return offsets;
}

const rd_kafka_topic_partition_t* FindFailed(
    const rd_kafka_topic_partition_list_t& list) {
  for (int i = 0; i < list.cnt; ++i) {
    if (list.elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return &list.elems[i];
  }
  return nullptr;
}

std::string Describe(const TopicPartition& partition) {
  return "partition " + std::to_string(partition.partition) + " of topic \"" +
         partition.topic + "\"";
}

}  // namespace newsmill::kafka
