#include "tests/support/fake_bus.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/bus/partitioner.h"

namespace newsmill {
namespace {

// A worker that turns that often without end has missed its stop.
constexpr int kMostPolls = 100000;

}  // namespace

class FakeBus::FakeConsumer : public Consumer {
 public:
  FakeConsumer(FakeBus& bus, ConsumerOptions options)
      : bus_(bus), options_(std::move(options)) {}

  Result<void> Subscribe(const std::vector<std::string>& topics,
                         RebalanceListener& listener) override {
    listener_ = &listener;
    if (bus_.assign_by_test_) return {};
    std::vector<TopicPartition> all;
    const std::lock_guard lock(bus_.mutex_);
    for (const auto& [name, partition] : bus_.partitions_) {
      for (const std::string& topic : topics) {
        if (name.topic == topic) all.push_back(name);
      }
    }
    bus_.changes_.push_back({Change::Kind::kAssign, std::move(all)});
    return {};
  }

  Result<void> Assign(const Offsets& positions) override {
    for (const auto& [name, offset] : positions) {
      bus_.positions_[name] = offset == kOffsetBeginning ? Begin(name) : offset;
      bus_.paused_.erase(name);  // by an earlier consumer, not by this one
    }
    return {};
  }

  Result<std::vector<Message>> Poll(size_t max, Duration timeout) override {
    if (++bus_.polls_ > kMostPolls) {
      std::fputs("FakeBus: the worker does not stop\n", stderr);
      std::abort();
    }
    if (bus_.script_) bus_.script_();
    if (auto error = FakeBus::Next(bus_.poll_errors_)) return *error;
    while (!bus_.changes_.empty()) {
      const Change change = std::move(bus_.changes_.front());
      bus_.changes_.pop_front();
      Tell(change);
    }
    Result<std::vector<Message>> messages = Read(max);
    if (messages && messages->empty()) bus_.clock_.Advance(timeout);
    return messages;
  }

  Result<void> Commit(const CommittedOffsets& offsets) override {
    CommitCall call{offsets, bus_.clock_.Uptime(), std::nullopt};
    std::optional<Error> error = FakeBus::Next(bus_.commit_errors_);
    for (const auto& [name, offset] : offsets) {
      const bool ours =
          bus_.positions_.contains(name) && !bus_.stolen_.contains(name);
      if (!ours) error = Error{Code::kFenced, "another owner took over"};
    }
    if (error) call.failed = error->code;
    bus_.commits_.push_back(call);
    if (error) return *error;
    const std::lock_guard lock(bus_.mutex_);
    for (const auto& [name, offset] : offsets) {
      bus_.committed_[name] = offset;
    }
    return {};
  }

  Result<CommittedOffsets> Committed(
      const std::vector<TopicPartition>& partitions) override {
    return bus_.admin().GroupOffsets(options_.group, partitions);
  }

  Result<void> Pause(const std::vector<TopicPartition>& partitions) override {
    bus_.paused_.insert(partitions.begin(), partitions.end());
    return {};
  }

  Result<void> Resume(const std::vector<TopicPartition>& partitions) override {
    for (const auto& name : partitions) bus_.paused_.erase(name);
    return {};
  }

  Result<void> Seek(const TopicPartition& partition, int64_t offset) override {
    bus_.positions_[partition] = offset;
    return {};
  }

  Result<int64_t> Position(const TopicPartition& partition) override {
    const auto found = bus_.positions_.find(partition);
    if (found == bus_.positions_.end()) {
      return Error{Code::kInvalidArgument, "not assigned"};
    }
    return found->second;
  }

  Result<void> Close(Duration) override {
    if (bus_.close_error_) return *bus_.close_error_;
    std::vector<TopicPartition> owned;
    for (const auto& [name, position] : bus_.positions_) owned.push_back(name);
    if (listener_ != nullptr) Tell({Change::Kind::kRevoke, owned});
    bus_.closed_ = true;
    return {};
  }

 private:
  int64_t Begin(const TopicPartition& name) {
    const std::lock_guard lock(bus_.mutex_);
    return bus_.partitions_[name].begin;
  }

  void Tell(const Change& change) {
    switch (change.kind) {
      case Change::Kind::kAssign:
        return TellAssigned(change.partitions);
      case Change::Kind::kRevoke:
        listener_->OnRevoked(change.partitions);
        break;
      case Change::Kind::kLose:
        listener_->OnLost(change.partitions);
        break;
    }
    for (const TopicPartition& name : change.partitions) {
      bus_.positions_.erase(name);
      bus_.paused_.erase(name);
    }
  }

  void TellAssigned(const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& name : partitions) {
      const std::optional<int64_t> committed = bus_.CommittedOf(name);
      bus_.positions_[name] = committed ? *committed : Begin(name);
      bus_.paused_.erase(name);
      bus_.stolen_.erase(name);
    }
    for (const auto& [name, offset] : listener_->OnAssigned(partitions)) {
      bus_.positions_[name] = offset;
    }
  }

  Result<std::vector<Message>> Read(size_t max) {
    std::vector<Message> messages;
    const std::lock_guard lock(bus_.mutex_);
    for (auto& [name, position] : bus_.positions_) {
      if (bus_.paused_.contains(name)) continue;
      const Partition& partition = bus_.partitions_[name];
      if (position < partition.begin || position > partition.end) {
        return Error{Code::kOutOfRange,
                     "offset " + std::to_string(position) + " of partition " +
                         std::to_string(name.partition) + " of topic \"" +
                         name.topic + "\" is not in the log"};
      }
      for (; position < partition.end && messages.size() < max; ++position) {
        const auto record = partition.records.find(position);
        if (record != partition.records.end()) {
          messages.push_back(record->second);
        }
      }
    }
    return messages;
  }

  FakeBus& bus_;
  const ConsumerOptions options_;
  RebalanceListener* listener_ = nullptr;
};

class FakeBus::FakeProducer : public Producer {
 public:
  explicit FakeProducer(FakeBus& bus) : bus_(bus) {}

  void Produce(Record record, Done done) override {
    bus_.ProduceNow(std::move(record), done);
  }

  Result<void> Flush(Duration timeout) override {
    if (bus_.held_acks_.empty()) return {};
    bus_.clock_.Advance(timeout);
    return Error{Code::kTimedOut, "not all is acknowledged"};
  }

 private:
  FakeBus& bus_;
};

class FakeBus::FakeFencedProducer : public FencedProducer {
 public:
  FakeFencedProducer(FakeBus& bus, std::string id, int64_t epoch)
      : bus_(bus), id_(std::move(id)), epoch_(epoch) {}

  Result<void> Write(const std::vector<Record>& records) override {
    const std::lock_guard lock(bus_.mutex_);
    if (bus_.fences_[id_] != epoch_) {
      return Error{Code::kFenced, "another producer was made as " + id_};
    }
    for (const Record& record : records) {
      Message message;
      message.key = record.key;
      message.value = record.value;
      message.headers = record.headers;
      bus_.AppendLocked({record.topic, record.partition.value_or(0)},
                        std::move(message));
    }
    return {};
  }

 private:
  FakeBus& bus_;
  const std::string id_;
  const int64_t epoch_;
};

class FakeBus::FakeAdmin : public Admin {
 public:
  explicit FakeAdmin(FakeBus& bus) : bus_(bus) {}

  Result<std::string> ClusterId() override { return std::string("fake"); }

  Result<void> CreateTopic(const TopicSpec& spec) override {
    bus_.SetPartitions(spec.name, spec.partitions);
    return {};
  }

  Result<std::vector<TopicInfo>> ListTopics() override {
    const std::lock_guard lock(bus_.mutex_);
    if (auto error = FakeBus::Next(bus_.list_errors_)) return *error;
    std::vector<TopicInfo> infos;
    for (const auto& [name, info] : bus_.topics_) infos.push_back(info);
    return infos;
  }

  Result<std::map<TopicPartition, Watermarks>> FetchWatermarks(
      const std::vector<TopicPartition>& partitions) override {
    const std::lock_guard lock(bus_.mutex_);
    std::map<TopicPartition, Watermarks> marks;
    for (const TopicPartition& name : partitions) {
      const Partition& partition = bus_.partitions_[name];
      marks[name] = {partition.begin, partition.end};
    }
    return marks;
  }

  Result<Offsets> OffsetsForTime(const std::vector<TopicPartition>& partitions,
                                 Timestamp time) override {
    const std::lock_guard lock(bus_.mutex_);
    Offsets offsets;
    for (const TopicPartition& name : partitions) {
      const Partition& partition = bus_.partitions_[name];
      offsets[name] = partition.end;
      for (const auto& [offset, record] : partition.records) {
        if (record.append_time < time) continue;
        offsets[name] = offset;
        break;
      }
    }
    return offsets;
  }

  Result<CommittedOffsets> GroupOffsets(
      const std::string&,
      const std::vector<TopicPartition>& partitions) override {
    CommittedOffsets offsets;
    for (const TopicPartition& name : partitions) {
      const std::lock_guard lock(bus_.mutex_);
      const auto found = bus_.committed_.find(name);
      if (found != bus_.committed_.end()) offsets[name] = found->second;
    }
    return offsets;
  }

  Result<void> DeleteRecords(const Offsets& before) override {
    for (const auto& [name, offset] : before) bus_.TrimBefore(name, offset);
    return {};
  }

 private:
  FakeBus& bus_;
};

void FakeBus::CreateTopics(const Topics& topics) {
  for (const TopicSpec& spec : topics.specs) {
    SetPartitions(spec.name, spec.partitions);
  }
}

void FakeBus::SetPartitions(const std::string& topic, int32_t partitions) {
  const std::lock_guard lock(mutex_);
  topics_[topic].name = topic;
  topics_[topic].partitions = partitions;
  for (int32_t p = 0; p < partitions; ++p) partitions_[{topic, p}];
}

void FakeBus::DropTopic(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  topics_.erase(topic);
}

int64_t FakeBus::Append(const TopicPartition& where, Message message) {
  const std::lock_guard lock(mutex_);
  return AppendLocked(where, std::move(message));
}

int64_t FakeBus::Append(const TopicPartition& where, const std::string& value) {
  Message message;
  message.value = value;
  return Append(where, std::move(message));
}

int64_t FakeBus::AppendLocked(const TopicPartition& where, Message message) {
  Partition& partition = partitions_[where];
  message.topic = where.topic;
  message.partition = where.partition;
  message.offset = partition.end++;
  message.append_time = clock_.Now();
  const int64_t offset = message.offset;
  partition.records[offset] = std::move(message);
  return offset;
}

void FakeBus::AppendHole(const TopicPartition& where) {
  const std::lock_guard lock(mutex_);
  ++partitions_[where].end;
}

std::vector<Message> FakeBus::RecordsOf(const std::string& topic) const {
  const std::lock_guard lock(mutex_);
  std::vector<Message> records;
  for (const auto& [name, partition] : partitions_) {
    if (name.topic != topic) continue;
    for (const auto& [offset, record] : partition.records) {
      records.push_back(record);
    }
  }
  return records;
}

void FakeBus::TrimBefore(const TopicPartition& where, int64_t offset) {
  const std::lock_guard lock(mutex_);
  Partition& partition = partitions_[where];
  partition.begin = offset;
  partition.records.erase(partition.records.begin(),
                          partition.records.lower_bound(offset));
}

std::vector<FakeBus::CommitCall> FakeBus::commits() const { return commits_; }

std::optional<int64_t> FakeBus::CommittedOf(
    const TopicPartition& partition) const {
  const std::lock_guard lock(mutex_);
  const auto found = committed_.find(partition);
  if (found == committed_.end()) return std::nullopt;
  return found->second.next;
}

void FakeBus::SetCommitted(const TopicPartition& partition, int64_t next,
                           std::string metadata) {
  const std::lock_guard lock(mutex_);
  committed_[partition] = {next, std::move(metadata)};
}

void FakeBus::AssignNext(std::vector<TopicPartition> partitions) {
  changes_.push_back({Change::Kind::kAssign, std::move(partitions)});
}

void FakeBus::RevokeNext(std::vector<TopicPartition> partitions) {
  changes_.push_back({Change::Kind::kRevoke, std::move(partitions)});
}

void FakeBus::Steal(const TopicPartition& partition) {
  stolen_.insert(partition);
  changes_.push_back({Change::Kind::kLose, {partition}});
}

std::set<TopicPartition> FakeBus::paused() const { return paused_; }

std::set<TopicPartition> FakeBus::assigned() const {
  std::set<TopicPartition> names;
  for (const auto& [name, position] : positions_) names.insert(name);
  return names;
}

void FakeBus::FailListTopics(Error error, int times) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < times; ++i) list_errors_.push_back(error);
}

void FakeBus::FailPolls(Error error, int times) {
  for (int i = 0; i < times; ++i) poll_errors_.push_back(error);
}

void FakeBus::FailCommits(Error error, int times) {
  for (int i = 0; i < times; ++i) commit_errors_.push_back(error);
}

std::optional<Error> FakeBus::Next(std::deque<Error>& errors) {
  if (errors.empty()) return std::nullopt;
  Error error = std::move(errors.front());
  errors.pop_front();
  return error;
}

void FakeBus::ProduceNow(Record record, const Producer::Done& done) {
  const std::optional<Error> refused =
      refusal_ ? refusal_(record) : std::nullopt;
  if (refused) return done(*refused);
  RecordMetadata metadata;
  {
    const std::lock_guard lock(mutex_);
    const auto topic = topics_.find(record.topic);
    if (topic == topics_.end()) {
      return done(Error{Code::kNotFound, "no topic " + record.topic});
    }
    const int32_t by_key =
        record.key ? PartitionForKey(*record.key, topic->second.partitions) : 0;
    const int32_t partition = record.partition.value_or(by_key);
    metadata.topic_partition = {record.topic, partition};
    Message message;
    message.key = std::move(record.key);
    message.value = std::move(record.value);
    message.headers = std::move(record.headers);
    metadata.offset =
        AppendLocked(metadata.topic_partition, std::move(message));
  }
  if (hold_acks_) {
    held_acks_.push_back({done, metadata});
  } else {
    done(metadata);
  }
}

void FakeBus::ReleaseAcks() {
  hold_acks_ = false;
  const std::deque<HeldAck> held = std::exchange(held_acks_, {});
  for (const HeldAck& ack : held) ack.done(ack.metadata);
}

Result<std::unique_ptr<Consumer>> FakeBus::NewConsumer(
    const ConsumerOptions& options) {
  return std::unique_ptr<Consumer>(new FakeConsumer(*this, options));
}

Result<std::unique_ptr<Producer>> FakeBus::NewProducer(const ProducerOptions&) {
  ++producers_made_;
  return std::unique_ptr<Producer>(new FakeProducer(*this));
}

Result<std::unique_ptr<FencedProducer>> FakeBus::NewFencedProducer(
    const FencedProducerOptions& options) {
  const std::lock_guard lock(mutex_);
  return std::unique_ptr<FencedProducer>(
      new FakeFencedProducer(*this, options.id, ++fences_[options.id]));
}

Admin& FakeBus::admin() {
  const std::lock_guard lock(mutex_);
  if (!admin_) admin_ = std::make_unique<FakeAdmin>(*this);
  return *admin_;
}

}  // namespace newsmill
