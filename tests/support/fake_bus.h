#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "tests/support/manual_clock.h"

namespace newsmill {

// A log in memory that does what a test tells it, on the thread that polls: a
// worker that runs over it is deterministic. A poll that finds nothing moves
// the clock by its timeout instead of waiting.
//
// The first poll after Subscribe assigns every partition of the topics, unless
// AssignByTest() was called. Thread-safe apart from the script, which is set
// before the worker runs.
class FakeBus : public Bus {
 public:
  explicit FakeBus(ManualClock& clock) : clock_(clock) {}
  ~FakeBus() override = default;

  // The content of the log.
  void CreateTopics(const Topics& topics);
  void SetPartitions(const std::string& topic, int32_t partitions);
  void DropTopic(const std::string& topic);
  // At the clock's present time; gives the offset.
  int64_t Append(const TopicPartition& where, Message message);
  int64_t Append(const TopicPartition& where, const std::string& value);
  // A control record: an offset that no message shows.
  void AppendHole(const TopicPartition& where);
  // What was produced to a topic and acknowledged, partition by partition.
  std::vector<Message> RecordsOf(const std::string& topic) const;
  void TrimBefore(const TopicPartition& where, int64_t offset);

  // Groups.
  struct CommitCall {
    CommittedOffsets offsets;
    Instant at;
    std::optional<Code> failed;
  };
  std::vector<CommitCall> commits() const;
  std::optional<int64_t> CommittedOf(const TopicPartition& partition) const;
  void SetCommitted(const TopicPartition& partition, int64_t next,
                    std::string metadata = "");
  void AssignByTest() { assign_by_test_ = true; }
  // Told to the listener in the next poll.
  void AssignNext(std::vector<TopicPartition> partitions);
  void RevokeNext(std::vector<TopicPartition> partitions);
  // Somebody else's from now on; the listener hears it in the next poll.
  void Steal(const TopicPartition& partition);

  // The script: called at the start of each poll, on its thread.
  void OnPoll(std::function<void()> script) { script_ = std::move(script); }
  int polls() const { return polls_; }
  std::set<TopicPartition> paused() const;
  std::set<TopicPartition> assigned() const;
  bool closed() const { return closed_; }

  // Failures: the next calls give these errors, one each.
  void FailListTopics(Error error, int times = 1);
  void FailPolls(Error error, int times = 1);
  void FailCommits(Error error, int times = 1);
  // Closing ends with this error before the listener is told anything.
  void FailClose(Error error) { close_error_ = std::move(error); }
  // What a record is answered with; nullopt: it is taken.
  using Refusal = std::function<std::optional<Error>(const Record&)>;
  void Refuse(Refusal refusal) { refusal_ = std::move(refusal); }
  // Records are durable and not acknowledged until ReleaseAcks.
  void HoldAcks() { hold_acks_ = true; }
  void ReleaseAcks();
  size_t held_acks() const { return held_acks_.size(); }
  int producers_made() const { return producers_made_; }

  // Bus
  Result<std::unique_ptr<Consumer>> NewConsumer(
      const ConsumerOptions& options) override;
  Result<std::unique_ptr<Producer>> NewProducer(
      const ProducerOptions& options) override;
  Result<std::unique_ptr<FencedProducer>> NewFencedProducer(
      const FencedProducerOptions& options) override;
  Admin& admin() override;

 private:
  class FakeConsumer;
  class FakeProducer;
  class FakeFencedProducer;
  class FakeAdmin;

  struct Partition {
    int64_t begin = 0;
    int64_t end = 0;
    std::map<int64_t, Message> records;
  };
  struct Change {
    enum class Kind { kAssign, kRevoke, kLose } kind;
    std::vector<TopicPartition> partitions;
  };
  struct HeldAck {
    Producer::Done done;
    RecordMetadata metadata;
  };

  int64_t AppendLocked(const TopicPartition& where, Message message);
  void ProduceNow(Record record, const Producer::Done& done);
  static std::optional<Error> Next(std::deque<Error>& errors);

  ManualClock& clock_;
  mutable std::mutex mutex_;
  std::map<TopicPartition, Partition> partitions_;  // guarded by mutex_
  std::map<std::string, TopicInfo> topics_;         // guarded by mutex_
  CommittedOffsets committed_;                      // guarded by mutex_
  std::map<std::string, int64_t> fences_;           // guarded by mutex_
  std::deque<Error> list_errors_;                   // guarded by mutex_

  // Of the polling thread.
  std::function<void()> script_;
  std::vector<CommitCall> commits_;
  std::deque<Change> changes_;
  std::set<TopicPartition> stolen_;
  std::map<TopicPartition, int64_t> positions_;  // of what is assigned
  std::set<TopicPartition> paused_;
  std::deque<Error> poll_errors_, commit_errors_;
  std::optional<Error> close_error_;
  bool assign_by_test_ = false;
  bool closed_ = false;
  int polls_ = 0;
  Refusal refusal_;
  bool hold_acks_ = false;
  std::deque<HeldAck> held_acks_;
  int producers_made_ = 0;
  std::unique_ptr<Admin> admin_;
};

}  // namespace newsmill
