#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/bus/bus.h"
#include "core/bus/config.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/process/temp_folder.h"

// What the contract tests of the log share. Nothing here knows a backend but
// MakeBusConfig.

namespace newsmill::testing {

// Generous: a test ends when what it waits for is there.
inline constexpr Duration kPatience = std::chrono::seconds(60);

// Started when it is first asked for.
KafkaBroker& SharedKafka();

// A configuration under which `backend` can be opened: an empty folder, or a
// running broker. The same broker serves a whole test binary.
BusConfig MakeBusConfig(const std::string& backend, const std::string& folder);

// A log of its own, or names of its own on a shared broker.
class BusTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;

  // Everything closed and opened again, as by another process.
  void Reopen();
  Bus& bus() { return *bus_; }
  Admin& admin() { return bus_->admin(); }
  const BusConfig& config() const { return config_; }

  // Names that no other test uses.
  std::string MakeTopic(int32_t partitions, TopicSpec spec = {});
  std::string NewGroup() { return NewName("group"); }
  std::string NewName(const std::string& word);

  std::unique_ptr<Consumer> NewConsumer(const std::string& group);
  // A consumer that reads all partitions of the topic from their beginning.
  std::unique_ptr<Consumer> NewReader(const std::string& topic,
                                      int32_t partitions);
  std::unique_ptr<Producer> NewProducer();

  // Waits until the record is durable.
  Result<RecordMetadata> Write(Record record);
  // "0", "1", … to one partition.
  void WriteNumbers(const TopicPartition& to, int count, int first = 0);

 private:
  process::TempFolder folder_;
  BusConfig config_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Producer> writer_;
};

// Polls until `count` records came or the patience ends.
std::vector<Message> ReadRecords(Consumer& consumer, size_t count);
std::vector<std::string> Values(const std::vector<Message>& messages);

// Remembers what it was told; starts where `starts` says.
class RecordingListener : public RebalanceListener {
 public:
  Offsets OnAssigned(const std::vector<TopicPartition>& partitions) override;
  void OnRevoked(const std::vector<TopicPartition>& partitions) override;
  void OnLost(const std::vector<TopicPartition>& partitions) override;

  Offsets starts;
  std::function<void(const std::vector<TopicPartition>&)> before_revoked;
  std::vector<TopicPartition> assigned;  // now
  std::vector<TopicPartition> revoked;   // ever
  std::vector<TopicPartition> lost;      // ever
  int times_assigned = 0;                // also of nothing
};

// Who owns what at this moment, over all members of a test.
class OwnershipBook {
 public:
  void Take(const std::string& member,
            const std::vector<TopicPartition>& partitions);
  void Drop(const std::string& member,
            const std::vector<TopicPartition>& partitions);

  std::map<std::string, int> Counts() const;
  // Partitions that somebody took while another had them.
  int shared() const;

 private:
  mutable std::mutex mutex_;
  std::map<TopicPartition, std::string> owners_;
  int shared_ = 0;
};

// A member of a group on a thread of its own: reads, remembers, commits.
class GroupMember : private RebalanceListener {
 public:
  GroupMember(Bus& bus, const std::string& group, const std::string& topic,
              std::string name, OwnershipBook& book);
  ~GroupMember() override;  // leaves the group, if it has not

  void Leave();

  std::vector<std::pair<int32_t, int64_t>> Seen() const;

 private:
  Offsets OnAssigned(const std::vector<TopicPartition>& partitions) override;
  void OnRevoked(const std::vector<TopicPartition>& partitions) override;
  void OnLost(const std::vector<TopicPartition>& partitions) override;
  void Run();
  void Commit(const std::vector<TopicPartition>& partitions);

  const std::string name_;
  OwnershipBook& book_;
  std::unique_ptr<Consumer> consumer_;
  std::vector<TopicPartition> owned_;

  mutable std::mutex mutex_;
  std::vector<std::pair<int32_t, int64_t>> seen_;  // guarded by mutex_
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Waits until it holds; false when the patience ends.
bool Eventually(const std::function<bool()>& condition);

}  // namespace newsmill::testing
