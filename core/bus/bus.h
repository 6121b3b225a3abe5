#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

// The log: partitioned, append-only topics with consumer groups, after Apache
// Kafka, whose words are used throughout. The smallest interface that serves
// the stages and the commands; every backend passes tests/contract/bus.

namespace newsmill {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&,
                          const TopicPartition&) = default;
};

// Per partition, the offset of the next record.
using Offsets = std::map<TopicPartition, int64_t>;

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

// A record that was read.
struct Message {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  Timestamp append_time{};  // the log's clock, not the producer's
  std::optional<std::string> key;
  std::string value;
  std::vector<Header> headers;

  TopicPartition topic_partition() const { return {topic, partition}; }
  // The first header of that name, or nullptr.
  const std::string* FindHeader(std::string_view name) const;
};

// A record to be written. Without a partition the key decides (murmur2, as the
// Java client; core/bus/partitioner.h), without a key any. On a compacted topic
// an empty value takes back what was said under its key: some time later the
// log holds nothing of it.
struct Record {
  std::string topic;
  std::optional<int32_t> partition;
  std::optional<std::string> key;
  std::string value;
  std::vector<Header> headers;
};

struct RecordMetadata {
  TopicPartition topic_partition;
  int64_t offset = 0;
};

// What a group keeps per partition: the next offset and a note of at most 4
// KiB.
struct CommittedOffset {
  int64_t next = 0;
  std::string metadata;
};
using CommittedOffsets = std::map<TopicPartition, CommittedOffset>;

// Called on the thread that polls, from within Consumer::Poll or Close.
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;

  // New partitions; the result says where to start those that must not start
  // at the group's committed offset. A partition of which the group knows
  // nothing starts at its beginning. Told of none when the member has joined a
  // group that has none for it; others may come later.
  virtual Offsets OnAssigned(const std::vector<TopicPartition>& partitions) = 0;

  // Still owned until this returns: finish, commit, let go.
  virtual void OnRevoked(const std::vector<TopicPartition>& partitions) = 0;

  // Owned by somebody else already: let go, commit nothing.
  virtual void OnLost(const std::vector<TopicPartition>& partitions) = 0;
};

// Reads partitions, in a group or by hand. Used by one thread at a time.
class Consumer {
 public:
  virtual ~Consumer() = default;

  // Joins the group of ConsumerOptions; partitions come through `listener`,
  // which outlives the consumer. Once per consumer; not together with Assign.
  // kNotFound: one of the topics is missing.
  virtual Result<void> Subscribe(const std::vector<std::string>& topics,
                                 RebalanceListener& listener) = 0;

  // Reads exactly these partitions from these offsets, without a group.
  // kOffsetBeginning stands for the first one retained. kNotFound: one of them
  // is missing.
  virtual Result<void> Assign(const Offsets& positions) = 0;

  // Up to `max` records, per partition in order; waits up to `timeout` for the
  // first one. kOutOfRange: a position is not in the log (any more); the
  // message names partition and offset, the position stays, nothing is
  // skipped. Retryable errors have been retried inside.
  virtual Result<std::vector<Message>> Poll(size_t max, Duration timeout) = 0;

  // Returns when the group's coordinator acknowledged. kFenced: a partition is
  // not ours any more, and nothing of the call was kept. kConflict: a rebalance
  // is under way; poll, and commit then. Other retryable errors: nothing is
  // known of what was kept, committing again does no harm.
  virtual Result<void> Commit(const CommittedOffsets& offsets) = 0;
  virtual Result<CommittedOffsets> Committed(
      const std::vector<TopicPartition>& partitions) = 0;

  // A paused partition gives no records and stays assigned; its position stays.
  // A pause ends with a resume or with the assignment: a partition that was
  // revoked or lost and comes back is not paused.
  virtual Result<void> Pause(const std::vector<TopicPartition>& partitions) = 0;
  virtual Result<void> Resume(
      const std::vector<TopicPartition>& partitions) = 0;
  virtual Result<void> Seek(const TopicPartition& partition,
                            int64_t offset) = 0;

  // The offset that is read next; moves past control records and holes, which
  // no message shows.
  virtual Result<int64_t> Position(const TopicPartition& partition) = 0;

  // Leaves the group; OnRevoked is called for what is still owned. Returns by
  // `deadline` at the latest.
  virtual Result<void> Close(Duration deadline) = 0;
};

inline constexpr int64_t kOffsetBeginning = -2;

// Appends records. Thread-safe; records of one thread to one partition keep
// their order.
class Producer {
 public:
  // Exactly once per record, from any thread; must not block.
  using Done = std::function<void(Result<RecordMetadata>)>;

  virtual ~Producer() = default;

  // `done` is told when the record is durable (acks=all), or why it will not
  // be. kTooLarge, kNotFound (the topic) and kInvalidArgument (the partition)
  // are final; others were retried inside.
  // Blocks while the producer's own memory bound is reached.
  virtual void Produce(Record record, Done done) = 0;

  // Waits until every record produced so far is settled.
  virtual Result<void> Flush(Duration timeout) = 0;
};

// Appends in the name of whoever owns something: making another one with the
// same ID, in any process, ends the rights of all that were made before. Used
// by one thread at a time.
class FencedProducer {
 public:
  virtual ~FencedProducer() = default;

  // All of the records or none, each with its partition named; returns when
  // they are durable and can be read. kFenced: another one was made under this
  // ID, for good. kTooLarge, kNotFound and kInvalidArgument are final for these
  // records. Of a retryable error nothing is known; writing again does no harm
  // where the records replace each other.
  virtual Result<void> Write(const std::vector<Record>& records) = 0;
};

struct TopicSpec {
  std::string name;
  int32_t partitions = 1;
  // nullopt: kept for ever (until trimmed).
  std::optional<Duration> retention;
  bool compacted = false;
  std::optional<int64_t> max_message_bytes;
};

struct TopicInfo {
  std::string name;
  int32_t partitions = 0;
  std::optional<Duration> retention;
  bool compacted = false;
  int64_t max_message_bytes = 0;
};

struct Watermarks {
  int64_t begin = 0;  // first offset retained
  int64_t end = 0;    // next offset that will be written (or becomes stable)
};

// Questions about the log and changes to its topics. Thread-safe.
class Admin {
 public:
  virtual ~Admin() = default;

  // Identifies this log for ever; another cluster has another one.
  virtual Result<std::string> ClusterId() = 0;
  // A topic that exists with as many partitions is left as it is; with another
  // number it is kBadConfiguration.
  virtual Result<void> CreateTopic(const TopicSpec& spec) = 0;
  virtual Result<std::vector<TopicInfo>> ListTopics() = 0;
  // kNotFound where one of the partitions is missing; so OffsetsForTime.
  virtual Result<std::map<TopicPartition, Watermarks>> FetchWatermarks(
      const std::vector<TopicPartition>& partitions) = 0;
  // The first offset whose append time is at or after `time`; the end where
  // there is none.
  virtual Result<Offsets> OffsetsForTime(
      const std::vector<TopicPartition>& partitions, Timestamp time) = 0;
  // Partitions of which the group knows nothing are left out.
  virtual Result<CommittedOffsets> GroupOffsets(
      const std::string& group,
      const std::vector<TopicPartition>& partitions) = 0;
  // Forgets all records below these offsets. kOutOfRange beyond the end.
  virtual Result<void> DeleteRecords(const Offsets& before) = 0;
};

struct ConsumerOptions {
  std::string group;  // empty: manual assignment only
  std::string client_id;
  Duration session_timeout = std::chrono::seconds(10);
};

struct ProducerOptions {
  std::string client_id;
};

struct FencedProducerOptions {
  // With the prefix: unique on the whole log.
  std::string id;
  std::string client_id;
  // Of one call, the making of it included.
  Duration timeout = std::chrono::seconds(10);
};

// A log that was opened. Outlives what it makes. Thread-safe.
class Bus {
 public:
  virtual ~Bus() = default;

  virtual Result<std::unique_ptr<Consumer>> NewConsumer(
      const ConsumerOptions& options) = 0;
  virtual Result<std::unique_ptr<Producer>> NewProducer(
      const ProducerOptions& options) = 0;
  // When this returns, those made before under the same ID are fenced and what
  // they wrote can be read.
  virtual Result<std::unique_ptr<FencedProducer>> NewFencedProducer(
      const FencedProducerOptions& options) = 0;
  virtual Admin& admin() = 0;
};

}  // namespace newsmill
