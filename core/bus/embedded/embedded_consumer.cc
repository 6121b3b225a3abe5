#include "core/bus/embedded/embedded_consumer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/bus/embedded/topic_table.h"

namespace newsmill::embedded {
namespace {

// Of the values of one poll; a batch of large records ends earlier.
constexpr int64_t kBatchBytes = int64_t{16} << 20;

// How often an idle reader looks for the writes of other processes. Writes of
// its own process wake it at once.
constexpr Duration kFirstLook{2};
constexpr Duration kLastLook{25};

Error NotAssigned(const TopicPartition& partition) {
  return {Code::kInvalidArgument,
          "partition " + std::to_string(partition.partition) + " of topic \"" +
              partition.topic + "\" is not assigned to this consumer"};
}

Error OutOfRange(const TopicPartition& partition, int64_t offset,
                 const PartitionRow& row) {
  return {Code::kOutOfRange,
          "offset " + std::to_string(offset) + " of partition " +
              std::to_string(partition.partition) + " of topic \"" +
              partition.topic + "\" is not in the log, which holds " +
              std::to_string(row.begin) + " to " + std::to_string(row.next)};
}

}  // namespace

Result<std::unique_ptr<Consumer>> EmbeddedConsumer::Create(
    LogFile& log, const ConsumerOptions& options) {
  auto reader = log.OpenReader();
  if (!reader) return reader.error();
  return std::unique_ptr<Consumer>(
      new EmbeddedConsumer(log, *std::move(reader), options));
}

EmbeddedConsumer::~EmbeddedConsumer() {
  // Where this fails the lease ends by itself.
  if (membership_) static_cast<void>(membership_->Leave());
}

Result<void> EmbeddedConsumer::Subscribe(const std::vector<std::string>& topics,
                                         RebalanceListener& listener) {
  if (options_.group.empty() || listener_ != nullptr) {
    return Error{Code::kInvalidArgument,
                 "Subscribe needs a group, and works once per consumer"};
  }
  for (const std::string& topic : topics) {
    const bool known = FindTopic(*reader_, topic).has_value();
    if (auto read = reader_->TakeError(); !read) return read;
    if (!known) return UnknownTopic(topic);
  }
  auto joined =
      Membership::Join(log_, options_.group, topics, options_.session_timeout);
  if (!joined) return joined.error();
  membership_ = *std::move(joined);
  listener_ = &listener;
  return {};
}

Result<void> EmbeddedConsumer::Assign(const Offsets& positions) {
  if (listener_ != nullptr) {
    return Error{Code::kInvalidArgument,
                 "a consumer that is subscribed cannot assign by hand"};
  }
  std::map<TopicPartition, Assigned> assigned;
  for (const auto& [partition, offset] : positions) {
    const auto row = FindPartition(*reader_, partition);
    if (auto read = reader_->TakeError(); !read) return read;
    if (!row) return UnknownPartition(partition);
    assigned[partition] = {
        .id = row->id,
        .position = offset == kOffsetBeginning ? row->begin : offset};
  }
  assigned_ = std::move(assigned);
  return {};
}

Result<std::vector<Message>> EmbeddedConsumer::Poll(size_t max,
                                                    Duration timeout) {
  const Instant deadline = Boottime::now() + timeout;
  if (membership_) membership_->Touch();
  Duration look = kFirstLook;
  while (true) {
    // Taken before reading, so that no write between goes unseen.
    const uint64_t writes = log_.Writes();
    const int64_t version = reader_->DataVersion();
    if (auto followed = FollowGroup(); !followed) return followed.error();
    Result<Batch> batch = Read(max);
    if (!batch || !batch->empty()) return batch;

    do {
      const Instant now = Boottime::now();
      if (now >= deadline) return batch;
      log_.WaitForWrite(writes, std::min(look, Duration(deadline - now)));
      look = std::min(look * 2, kLastLook);
    } while (!reader_->failed() && reader_->DataVersion() == version);
    look = kFirstLook;
  }
}

Result<void> EmbeddedConsumer::FollowGroup() {
  if (listener_ == nullptr) return {};
  reader_->Execute("BEGIN");
  const int64_t version = GroupVersion(*reader_, options_.group);
  std::vector<OwnedPartition> ownership;
  bool is_member = true;
  if (version != group_version_) {
    is_member = IsMember(*reader_, membership_->member());
    ownership = ReadOwnership(*reader_, options_.group);
  }
  if (auto read = EndRead(); !read) return read;
  if (version == group_version_) return {};
  return FollowGroupOnce(version, is_member, ownership);
}

Result<void> EmbeddedConsumer::EndRead() {
  reader_->Execute("END");
  Result<void> read = reader_->TakeError();
  // After an error END was not run, and no later BEGIN would be.
  if (reader_->InTransaction()) {
    reader_->Execute("ROLLBACK");
    static_cast<void>(reader_->TakeError());
  }
  return read;
}

Result<void> EmbeddedConsumer::FollowGroupOnce(
    int64_t version, bool is_member,
    const std::vector<OwnedPartition>& ownership) {
  const std::string& me = membership_->member().id;
  std::vector<TopicPartition> lost;
  std::vector<TopicPartition> revoked;
  std::vector<int64_t> unwanted;
  bool promised = false;
  for (const OwnedPartition& partition : ownership) {
    const bool told = assigned_.contains(partition.partition);
    const bool mine = partition.owner == me;
    if (told && !mine) lost.push_back(partition.partition);
    if (mine && partition.target != me) {
      unwanted.push_back(partition.id);
      if (told) revoked.push_back(partition.partition);
    }
    promised |=
        !told && partition.target == me && (mine || partition.owner.empty());
  }
  TellLost(lost);
  if (!is_member) {
    // Under a new ID; the group's version rises, so the next look goes on.
    return membership_->Rejoin();
  }
  TellRevoked(revoked);
  if (!unwanted.empty()) {
    auto released = log_.Write([&](Connection& db) -> Result<void> {
      Release(db, membership_->member(), unwanted);
      return {};
    });
    if (!released) return released;
  }
  if (promised) {
    if (auto taken = TakeOver(); !taken) return taken;
  } else if (group_version_ < 0) {
    listener_->OnAssigned({});  // joined, and there is nothing to have
  }
  group_version_ = version;
  return {};
}

void EmbeddedConsumer::TellLost(const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return;
  for (const TopicPartition& partition : partitions) assigned_.erase(partition);
  listener_->OnLost(partitions);
}

void EmbeddedConsumer::TellRevoked(
    const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return;
  listener_->OnRevoked(partitions);
  for (const TopicPartition& partition : partitions) assigned_.erase(partition);
}

Result<void> EmbeddedConsumer::TakeOver() {
  std::vector<int64_t> held;
  for (const auto& [partition, state] : assigned_) held.push_back(state.id);
  std::vector<Acquired> acquired;
  auto written = log_.Write([&](Connection& db) -> Result<void> {
    acquired = Acquire(db, membership_->member(), held);
    return {};
  });
  if (!written) return written;
  if (acquired.empty()) return {};

  std::vector<TopicPartition> partitions;
  for (const Acquired& partition : acquired) {
    partitions.push_back(partition.partition);
    assigned_[partition.partition] = {.id = partition.id,
                                      .position = partition.start};
  }
  for (const auto& [partition, offset] : listener_->OnAssigned(partitions)) {
    if (auto sought = Seek(partition, offset); !sought) return sought;
  }
  return {};
}

Result<EmbeddedConsumer::Batch> EmbeddedConsumer::Read(size_t max) {
  Batch batch;
  Result<void> result;
  reader_->Execute("BEGIN");
  // In the same snapshot: what is read here was ours when it was read.
  const bool current = listener_ == nullptr ||
                       GroupVersion(*reader_, options_.group) == group_version_;
  std::vector<std::pair<Assigned*, int64_t>> positions;
  if (current) result = ReadAssigned(max, batch, positions);
  if (auto read = EndRead(); !read) result = read;
  if (!result) return result.error();
  for (const auto& [state, position] : positions) state->position = position;
  return batch;
}

Result<void> EmbeddedConsumer::ReadAssigned(
    size_t max, Batch& batch,
    std::vector<std::pair<Assigned*, int64_t>>& positions) {
  struct Readable {
    const TopicPartition* partition;
    Assigned* state;
    PartitionRow row;
  };
  std::vector<Readable> readable;
  for (auto& [partition, state] : assigned_) {
    if (state.paused) continue;
    const auto row = FindPartition(*reader_, partition);
    if (!row)
      return reader_->failed() ? Result<void>() : UnknownPartition(partition);
    if (state.position < row->begin || state.position > row->next) {
      return OutOfRange(partition, state.position, *row);
    }
    if (state.position < row->next)
      readable.push_back({&partition, &state, *row});
  }
  if (readable.empty()) return {};

  const auto first =
      std::find_if(readable.begin(), readable.end(),
                   [this](const Readable& r) { return *r.partition > turn_; });
  std::rotate(readable.begin(), first, readable.end());
  int64_t budget = kBatchBytes;
  for (size_t i = 0; i < readable.size() && batch.size() < max && budget > 0;
       ++i) {
    const auto& [partition, state, row] = readable[i];
    const size_t left = max - batch.size();
    const size_t share = std::max<size_t>(left / (readable.size() - i), 1);
    const int64_t next = ReadRecords(*reader_, *partition, row, state->position,
                                     share, budget, batch);
    positions.emplace_back(state, next);
    turn_ = *partition;
  }
  return {};
}

Result<void> EmbeddedConsumer::Commit(const CommittedOffsets& offsets) {
  if (options_.group.empty()) {
    return Error{Code::kInvalidArgument, "a commit needs a group"};
  }
  return log_.Write([&](Connection& db) {
    return membership_ ? CommitOffsets(db, membership_->member(), offsets,
                                       Boottime::now())
                       : CommitByHand(db, options_.group, offsets);
  });
}

Result<CommittedOffsets> EmbeddedConsumer::Committed(
    const std::vector<TopicPartition>& partitions) {
  auto offsets = ReadCommitted(*reader_, options_.group, partitions);
  if (auto read = reader_->TakeError(); !read) return read.error();
  return offsets;
}

Result<EmbeddedConsumer::Assigned*> EmbeddedConsumer::FindAssigned(
    const TopicPartition& partition) {
  const auto found = assigned_.find(partition);
  if (found == assigned_.end()) return NotAssigned(partition);
  return &found->second;
}

Result<void> EmbeddedConsumer::SetPaused(
    const std::vector<TopicPartition>& partitions, bool paused) {
  for (const TopicPartition& partition : partitions) {
    auto state = FindAssigned(partition);
    if (!state) return state.error();
    (*state)->paused = paused;
  }
  return {};
}

Result<void> EmbeddedConsumer::Pause(
    const std::vector<TopicPartition>& partitions) {
  return SetPaused(partitions, true);
}

Result<void> EmbeddedConsumer::Resume(
    const std::vector<TopicPartition>& partitions) {
  return SetPaused(partitions, false);
}

Result<void> EmbeddedConsumer::Seek(const TopicPartition& partition,
                                    int64_t offset) {
  auto state = FindAssigned(partition);
  if (!state) return state.error();
  if (offset == kOffsetBeginning) {
    const auto row = FindPartition(*reader_, partition);
    if (auto read = reader_->TakeError(); !read) return read;
    if (!row) return UnknownPartition(partition);
    offset = row->begin;
  }
  (*state)->position = offset;
  return {};
}

Result<int64_t> EmbeddedConsumer::Position(const TopicPartition& partition) {
  auto state = FindAssigned(partition);
  if (!state) return state.error();
  return (*state)->position;
}

Result<void> EmbeddedConsumer::Close(Duration /*deadline*/) {
  if (!membership_) return {};
  std::vector<TopicPartition> owned;
  for (const auto& [partition, state] : assigned_) owned.push_back(partition);
  TellRevoked(owned);
  auto left = membership_->Leave();
  membership_.reset();
  return left;
}

}  // namespace newsmill::embedded
