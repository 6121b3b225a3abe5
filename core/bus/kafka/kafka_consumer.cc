#include "core/bus/kafka/kafka_consumer.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "core/base/id.h"
#include "core/bus/kafka/errors.h"
#include "core/bus/kafka/kafka_admin.h"
#include "core/bus/kafka/partition_list.h"

namespace newsmill::kafka {
namespace {

constexpr Duration kRequestTimeout = std::chrono::seconds(10);
constexpr int kHasQueueBackoff = 0x02020000;
constexpr Duration kSeekTimeout = std::chrono::seconds(10);
// A commit waits for the assignment after a revoke no longer than this.
constexpr int kSessionsToWait = 2;

Error NotAssigned(const TopicPartition& partition) {
  return {Code::kInvalidArgument,
          Describe(partition) + " is not assigned to this consumer"};
}

// Before 2.1 the timeout of a seek was taken for microseconds.
int SeekTimeoutMs() {
  constexpr int kFixedIn = 0x020100ff & ~0xff;
  const int factor = rd_kafka_version() < kFixedIn ? 1000 : 1;
  return Milliseconds(kSeekTimeout) * factor;
}

}  // namespace

KafkaConsumer::KafkaConsumer(const BusConfig& config,
                             rd_kafka_t* metadata_client,
                             const ConsumerOptions& options)
    : config_(config), metadata_client_(metadata_client), options_(options) {
  context_.consumer = this;
}

Result<std::unique_ptr<Consumer>> KafkaConsumer::Create(
    const BusConfig& config, rd_kafka_t* metadata_client,
    const ConsumerOptions& options) {
  std::unique_ptr<KafkaConsumer> consumer(
      new KafkaConsumer(config, metadata_client, options));
  if (auto made = consumer->Connect(); !made) return made.error();
  return std::unique_ptr<Consumer>(std::move(consumer));
}

Result<void> KafkaConsumer::Connect() {
  const auto session = options_.session_timeout.count();
  Properties defaults{
      {"client.id",
       options_.client_id.empty() ? "newsmill" : options_.client_id},
      {"session.timeout.ms", std::to_string(session)},
      {"heartbeat.interval.ms",
       std::to_string(std::max<int64_t>(session / 4, 1))},
      // Of all partitions together, as they share one queue.
      {"queued.max.messages.kbytes", "32768"},
      // A request that is under way holds up a partition that was just assigned
      // or resumed.
      {"fetch.wait.max.ms", "100"},
  };
  // How long a full queue stops the fetching; before there was the property it
  // was a second.
  if (rd_kafka_version() >= kHasQueueBackoff) {
    defaults["fetch.queue.backoff.ms"] = "100";
  }
  const Properties fixed{
      // Assignment by hand needs a name, too, but nothing is kept under it.
      {"group.id", options_.group.empty() ? config_.prefix + "reader." +
                                                NewUuidV7(Clock::System().Now())
                                          : options_.group},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      {"isolation.level", "read_committed"},
      {"partition.assignment.strategy", "cooperative-sticky"},
  };
  auto conf = MakeConf(config_, defaults, fixed, context_);
  if (!conf) return conf.error();
  rd_kafka_conf_set_rebalance_cb(conf->get(), OnRebalance);
  auto client = MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client) return client.error();
  client_ = *std::move(client);
  rd_kafka_poll_set_consumer(client_.get());
  records_.reset(rd_kafka_queue_new(client_.get()));
  return {};
}

KafkaConsumer::~KafkaConsumer() {
  listener_ = nullptr;
  if (client_)
    static_cast<void>(KafkaConsumer::Close(std::chrono::seconds(10)));
}

Result<void> KafkaConsumer::Subscribe(const std::vector<std::string>& topics,
                                      RebalanceListener& listener) {
  if (options_.group.empty() || listener_ != nullptr) {
    return Error{Code::kInvalidArgument,
                 "Subscribe needs a group, and works once per consumer"};
  }
  for (const std::string& topic : topics) {
    const auto count =
        FetchPartitionCount(client_.get(), topic, kRequestTimeout);
    if (!count) return count.error();
  }
  const ListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(),
                                      RD_KAFKA_PARTITION_UA);
  }
  const auto error = rd_kafka_subscribe(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return MakeError(error, "cannot subscribe");
  }
  listener_ = &listener;
  return {};
}

Result<void> KafkaConsumer::Assign(const Offsets& positions) {
  if (listener_ != nullptr) {
    return Error{Code::kInvalidArgument,
                 "a consumer that is subscribed cannot assign by hand"};
  }
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, offset] : positions) {
    partitions.push_back(partition);
  }
  // Also tells whether they are there.
  const auto begins =
      ListOffsets(metadata_client_, partitions, RD_KAFKA_OFFSET_BEGINNING);
  if (!begins) return begins.error();
  std::set<std::string> topics;
  for (const auto& [partition, begin] : *begins) topics.insert(partition.topic);
  for (const std::string& topic : topics) {
    // Acquaints this client with it; by itself it looks once a second.
    const auto count =
        FetchPartitionCount(client_.get(), topic, kRequestTimeout);
    if (!count) return count.error();
  }
  for (const auto& [partition, state] : assigned_) {
    // It would be remembered.
    if (state.fetch_paused) SetFetching(partition, true);
  }
  assigned_.clear();
  for (const auto& [partition, offset] : positions) {
    assigned_[partition].position =
        offset == kOffsetBeginning ? begins->at(partition) : offset;
  }
  return AssignAll();
}

Result<void> KafkaConsumer::AssignAll() {
  Offsets positions;
  for (auto& [partition, state] : assigned_) {
    positions[partition] = state.fetched = state.position;
    if (state.fetch_paused) SetFetching(partition, true);
    state.heard = false;
    Route(partition);
  }
  kept_.Clear();
  const ListHandle list = MakeList(positions);
  const auto error = rd_kafka_assign(client_.get(), list.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return MakeError(error, "cannot assign partitions");
}

Result<void> KafkaConsumer::Commit(const CommittedOffsets& offsets) {
  if (options_.group.empty()) {
    return Error{Code::kInvalidArgument, "a commit needs a group"};
  }
  const std::string what = "cannot commit to group " + options_.group;
  if (listener_ != nullptr) {
    // The broker knows members, not who of them owns what.
    for (const auto& [partition, offset] : offsets) {
      if (assigned_.contains(partition)) continue;
      return Error{Code::kFenced,
                   what + ": " + Describe(partition) + " is not this member's"};
    }
    const Duration waiting = Boottime::now() - rebalancing_since_;
    if (rebalancing_ && !in_callback_ &&
        waiting < options_.session_timeout * kSessionsToWait) {
      return Error{Code::kConflict, what + ": a rebalance is under way"};
    }
  }
  if (offsets.empty()) return {};
  const ListHandle list = MakeList(offsets);
  auto error = rd_kafka_commit(client_.get(), list.get(), 0);
  const rd_kafka_topic_partition_t* failed = FindFailed(*list);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && failed != nullptr) {
    error = failed->err;
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return MakeError(error, what);
}

Result<CommittedOffsets> KafkaConsumer::Committed(
    const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return CommittedOffsets();
  const std::string what = "cannot read the offsets of group " + options_.group;
  const ListHandle list = MakeList(partitions);
  auto error = rd_kafka_committed(client_.get(), list.get(),
                                  Milliseconds(kRequestTimeout));
  const rd_kafka_topic_partition_t* failed = FindFailed(*list);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && failed != nullptr) {
    error = failed->err;
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return MakeError(error, what);
  return CommittedOf(*list);
}

Result<void> KafkaConsumer::CheckAssigned(
    const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& partition : partitions) {
    if (!assigned_.contains(partition)) return NotAssigned(partition);
  }
  return {};
}

Result<void> KafkaConsumer::Pause(
    const std::vector<TopicPartition>& partitions) {
  if (auto good = CheckAssigned(partitions); !good) return good;
  for (const TopicPartition& partition : partitions) {
    assigned_[partition].paused = true;
  }
  return {};
}

Result<void> KafkaConsumer::Resume(
    const std::vector<TopicPartition>& partitions) {
  if (auto good = CheckAssigned(partitions); !good) return good;
  for (const TopicPartition& partition : partitions) {
    assigned_[partition].paused = false;
  }
  return {};
}

Result<void> KafkaConsumer::Seek(const TopicPartition& partition,
                                 int64_t offset) {
  if (auto good = CheckAssigned({partition}); !good) return good;
  if (offset == kOffsetBeginning) {
    const auto begins =
        ListOffsets(metadata_client_, {partition}, RD_KAFKA_OFFSET_BEGINNING);
    if (!begins) return begins.error();
    offset = begins->at(partition);
  }
  Assigned& state = assigned_[partition];
  state.position = state.fetched = offset;
  kept_.Drop(partition);
  const bool stopped = state.out_of_range.has_value();
  state.out_of_range.reset();
  if (in_callback_) return {};  // told to librdkafka with the assignment
  if (!stopped) return SeekNow(partition, offset);
  // librdkafka gave the partition up, and cannot seek in it.
  return listener_ == nullptr ? AssignAll() : AssignAgain(partition);
}

Result<void> KafkaConsumer::SeekNow(const TopicPartition& partition,
                                    int64_t offset) {
  const Instant give_up = Boottime::now() + kSeekTimeout;
  while (true) {
    const ListHandle list = MakeList(Offsets{{partition, offset}});
    const ErrorHandle error(
        rd_kafka_seek_partitions(client_.get(), list.get(), SeekTimeoutMs()));
    const auto code =
        error ? rd_kafka_error_code(error.get()) : list->elems[0].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    // The assignment is not yet in effect.
    if (code != RD_KAFKA_RESP_ERR__STATE || Boottime::now() > give_up) {
      return MakeError(code, "cannot seek in " + Describe(partition));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Result<void> KafkaConsumer::AssignAgain(const TopicPartition& partition) {
  Assigned& state = assigned_[partition];
  if (state.fetch_paused) SetFetching(partition, true);
  state.heard = false;
  const ListHandle list = MakeList(Offsets{{partition, state.position}});
  ErrorHandle error(rd_kafka_incremental_unassign(client_.get(), list.get()));
  Route(partition);
  if (!error) {
    error.reset(rd_kafka_incremental_assign(client_.get(), list.get()));
  }
  if (!error) return {};
  return MakeError(*error, "cannot read on in " + Describe(partition));
}

Result<int64_t> KafkaConsumer::Position(const TopicPartition& partition) {
  if (auto good = CheckAssigned({partition}); !good) return good.error();
  return assigned_[partition].position;
}

}  // namespace newsmill::kafka
