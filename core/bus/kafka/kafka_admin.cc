#include "core/bus/kafka/kafka_admin.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/partition_list.h"

namespace newsmill::kafka {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(30);
constexpr int kTimeoutMs = 30'000;

using NewTopicHandle =
    std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using ResourceHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t,
                    Destroyer<rd_kafka_ConfigResource_destroy>>;

void SetConfig(const NewTopicHandle& topic, const char* name,
               const std::string& value) {
  rd_kafka_NewTopic_set_config(topic.get(), name, value.c_str());
}

Result<NewTopicHandle> MakeNewTopic(const TopicSpec& spec, int replication) {
  char message[512];
  NewTopicHandle topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions,
                                             replication, message,
                                             sizeof message));
  if (!topic) {
    return Error{Code::kInvalidArgument,
                 "topic \"" + spec.name + "\" cannot be made: " + message};
  }
  SetConfig(topic, "retention.ms",
            std::to_string(spec.retention ? spec.retention->count() : -1));
  const bool by_age = spec.retention || !spec.compacted;
  SetConfig(topic, "cleanup.policy",
            !spec.compacted ? "delete"
            : by_age        ? "compact,delete"
                            : "compact");
  // The times of records are the log's, not the producers'.
  SetConfig(topic, "message.timestamp.type", "LogAppendTime");
  if (spec.max_message_bytes) {
    SetConfig(topic, "max.message.bytes",
              std::to_string(*spec.max_message_bytes));
  }
  return topic;
}

void ApplyConfig(const std::string& name, const char* value, TopicInfo& topic) {
  if (value == nullptr) return;
  if (name == "retention.ms") {
    const int64_t ms = std::strtoll(value, nullptr, 10);
    if (ms >= 0) topic.retention = Duration(ms);
  } else if (name == "cleanup.policy") {
    topic.compacted = std::string(value).find("compact") != std::string::npos;
  } else if (name == "max.message.bytes") {
    topic.max_message_bytes = std::strtoll(value, nullptr, 10);
  }
}

Error NoSuchPartition(const TopicPartition& partition) {
  return {Code::kNotFound, "the log has no " + Describe(partition)};
}

Result<void> CheckList(const rd_kafka_topic_partition_list_t* list,
                       const std::string& what) {
  if (list == nullptr) {
    return Error{Code::kInternal, what + ": no answer for any partition"};
  }
  const rd_kafka_topic_partition_t* failed = FindFailed(*list);
  if (failed == nullptr) return {};
  if (failed->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
      failed->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return NoSuchPartition(PartitionOf(*failed));
  }
  return MakeError(failed->err, what + " " + Describe(PartitionOf(*failed)));
}

Result<Offsets> ListOffsetsOnce(rd_kafka_t* client,
                                const std::vector<TopicPartition>& partitions,
                                int64_t time, Duration timeout) {
  Offsets times;
  for (const TopicPartition& partition : partitions) times[partition] = time;
  if (times.empty()) return times;
  const ListHandle list = MakeList(times);
  const std::string what = "cannot look up offsets of";
  const auto error =
      rd_kafka_offsets_for_times(client, list.get(), Milliseconds(timeout));
  if (auto checked = CheckList(list.get(), what); !checked) {
    return checked.error();
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(error, what + " " + Describe(partitions[0]));
  }
  Offsets offsets;
  for (int i = 0; i < list->cnt; ++i) {
    offsets[PartitionOf(list->elems[i])] = list->elems[i].offset;
  }
  return offsets;
}

}  // namespace

Result<Offsets> ListOffsets(rd_kafka_t* client,
                            const std::vector<TopicPartition>& partitions,
                            int64_t time, Duration timeout) {
  // Leaders move, and are new after a topic was made.
  const Instant give_up = Boottime::now() + timeout;
  while (true) {
    const auto left =
        std::chrono::duration_cast<Duration>(give_up - Boottime::now());
    auto offsets =
        ListOffsetsOnce(client, partitions, time, std::max(left, Duration(0)));
    if (offsets || !IsRetryable(offsets.error().code) ||
        Boottime::now() >= give_up) {
      return offsets;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

Result<EventHandle> KafkaAdmin::Await(const QueueHandle& queue,
                                      const std::string& what) {
  EventHandle event(rd_kafka_queue_poll(queue.get(), kTimeoutMs + 5000));
  rd_kafka_poll(client_, 0);  // lets the client say what it met
  if (!event) return MakeError(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  const auto error = rd_kafka_event_error(event.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
  Error translated = MakeError(error, what);
  translated.message += "; Kafka at " + config_.kafka.at("bootstrap.servers") +
                        " " + state_.last_error();
  return translated;
}

Result<std::string> KafkaAdmin::ClusterId() {
  char* id = rd_kafka_clusterid(client_, kTimeoutMs);
  if (id == nullptr) {
    return Error{Code::kUnavailable, "no answer from Kafka at " +
                                         config_.kafka.at("bootstrap.servers") +
                                         "; " + state_.last_error()};
  }
  std::string copy = id;
  rd_kafka_mem_free(client_, id);
  return copy;
}

Result<void> KafkaAdmin::CreateTopic(const TopicSpec& spec) {
  const std::string what = "cannot make topic \"" + spec.name + "\"";
  const auto topic =
      MakeNewTopic(spec, static_cast<int>(config_.replication_factor));
  if (!topic) return topic.error();
  const QueueHandle queue(rd_kafka_queue_new(client_));
  rd_kafka_NewTopic_t* raw = topic->get();
  rd_kafka_CreateTopics(client_, &raw, 1, nullptr, queue.get());
  const auto event = Await(queue, what);
  if (!event) return event.error();

  size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event->get());
  const auto** topics = rd_kafka_CreateTopics_result_topics(result, &count);
  for (size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(topics[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR ||
        error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      continue;
    }
    const char* reason = rd_kafka_topic_result_error_string(topics[i]);
    return Error{Translate(error),
                 what + ": " + (reason ? reason : rd_kafka_err2str(error))};
  }
  return AwaitLeaders(spec);
}

// A topic that was just made is not known to every broker at once.
Result<void> KafkaAdmin::AwaitLeaders(const TopicSpec& spec) {
  const Instant give_up = Boottime::now() + kTimeout;
  while (true) {
    const auto count = FetchPartitionCount(client_, spec.name, kTimeout);
    if (count && *count != spec.partitions) {
      return Error{Code::kBadConfiguration,
                   "topic \"" + spec.name + "\" exists with " +
                       std::to_string(*count) + " partitions; expected " +
                       std::to_string(spec.partitions)};
    }
    if (count) return {};
    if (Boottime::now() > give_up) return count.error();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

Result<std::vector<TopicInfo>> KafkaAdmin::ListTopics() {
  const auto metadata = FetchMetadata(client_, config_, state_, kTimeout);
  if (!metadata) return metadata.error();
  std::vector<TopicInfo> topics;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& found = (*metadata)->topics[i];
    // Kafka's own begin with two underscores.
    if (std::strncmp(found.topic, "__", 2) == 0) continue;
    TopicInfo topic;
    topic.name = found.topic;
    topic.partitions = found.partition_cnt;
    topics.push_back(std::move(topic));
  }
  std::sort(topics.begin(), topics.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (auto read = ReadConfigs(topics); !read) return read.error();
  return topics;
}

Result<void> KafkaAdmin::ReadConfigs(std::vector<TopicInfo>& topics) {
  if (topics.empty()) return {};
  std::vector<ResourceHandle> resources;
  std::vector<rd_kafka_ConfigResource_t*> raw;
  for (const TopicInfo& topic : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC,
                                                       topic.name.c_str()));
    raw.push_back(resources.back().get());
  }
  const QueueHandle queue(rd_kafka_queue_new(client_));
  rd_kafka_DescribeConfigs(client_, raw.data(), raw.size(), nullptr,
                           queue.get());
  const auto event = Await(queue, "cannot read the settings of topics");
  if (!event) return event.error();

  size_t count = 0;
  const auto** described = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigResource_name(described[i]);
    const auto topic =
        std::find_if(topics.begin(), topics.end(),
                     [&](const TopicInfo& info) { return info.name == name; });
    if (topic == topics.end()) continue;
    size_t entries = 0;
    const auto** configs =
        rd_kafka_ConfigResource_configs(described[i], &entries);
    for (size_t k = 0; k < entries; ++k) {
      ApplyConfig(rd_kafka_ConfigEntry_name(configs[k]),
                  rd_kafka_ConfigEntry_value(configs[k]), *topic);
    }
  }
  return {};
}

Result<std::map<TopicPartition, Watermarks>> KafkaAdmin::FetchWatermarks(
    const std::vector<TopicPartition>& partitions) {
  const auto begins =
      ListOffsets(client_, partitions, RD_KAFKA_OFFSET_BEGINNING);
  if (!begins) return begins.error();
  const auto ends = ListOffsets(client_, partitions, RD_KAFKA_OFFSET_END);
  if (!ends) return ends.error();
  std::map<TopicPartition, Watermarks> watermarks;
  for (const auto& [partition, begin] : *begins) {
    watermarks[partition] = {begin, ends->at(partition)};
  }
  return watermarks;
}

Result<Offsets> KafkaAdmin::OffsetsForTime(
    const std::vector<TopicPartition>& partitions, Timestamp time) {
  // Negative times have a meaning of their own in the protocol.
  const int64_t ms = std::max<int64_t>(time.time_since_epoch().count(), 0);
  auto offsets = ListOffsets(client_, partitions, ms);
  if (!offsets) return offsets;
  const auto ends = ListOffsets(client_, partitions, RD_KAFKA_OFFSET_END);
  if (!ends) return ends;
  for (auto& [partition, offset] : *offsets) {
    if (offset < 0) offset = ends->at(partition);
  }
  return offsets;
}

Result<CommittedOffsets> KafkaAdmin::GroupOffsets(
    const std::string& group, const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return CommittedOffsets();
  const std::string what = "cannot read the offsets of group " + group;
  using Request =
      std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                      Destroyer<rd_kafka_ListConsumerGroupOffsets_destroy>>;
  const ListHandle list = MakeList(partitions);
  const Request request(
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get()));
  const QueueHandle queue(rd_kafka_queue_new(client_));
  rd_kafka_ListConsumerGroupOffsets_t* raw = request.get();
  rd_kafka_ListConsumerGroupOffsets(client_, &raw, 1, nullptr, queue.get());
  const auto event = Await(queue, what);
  if (!event) return event.error();

  size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event->get()), &count);
  if (count != 1) return Error{Code::kInternal, what + ": no answer"};
  if (const auto* error = rd_kafka_group_result_error(groups[0])) {
    return MakeError(*error, what);
  }
  const auto* found = rd_kafka_group_result_partitions(groups[0]);
  if (auto checked = CheckList(found, what + " for"); !checked) {
    return checked.error();
  }
  return CommittedOf(*found);
}

Result<void> KafkaAdmin::DeleteRecords(const Offsets& before) {
  if (before.empty()) return {};
  const std::string what = "cannot delete records of";
  using Request = std::unique_ptr<rd_kafka_DeleteRecords_t,
                                  Destroyer<rd_kafka_DeleteRecords_destroy>>;
  const ListHandle list = MakeList(before);
  const Request request(rd_kafka_DeleteRecords_new(list.get()));
  const QueueHandle queue(rd_kafka_queue_new(client_));
  rd_kafka_DeleteRecords_t* raw = request.get();
  rd_kafka_DeleteRecords(client_, &raw, 1, nullptr, queue.get());
  const auto event = Await(queue, what + " topics");
  if (!event) return event.error();
  const auto* offsets = rd_kafka_DeleteRecords_result_offsets(
      rd_kafka_event_DeleteRecords_result(event->get()));
  return CheckList(offsets, what);
}

}  // namespace newsmill::kafka
