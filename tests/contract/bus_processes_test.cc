// The embedded log between real processes that are frozen and killed.

#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bus/bus.h"
#include "core/bus/registry.h"
#include "tests/contract/bus_harness.h"
#include "tests/support/process/child_process.h"

namespace newsmill {
namespace {

constexpr char kTopic[] = "shared";
constexpr int32_t kPartitions = 4;
constexpr Duration kSession{2000};

void Say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::unique_ptr<Bus> OpenShared(const std::string& folder) {
  auto bus = OpenBus(testing::MakeBusConfig("embedded", folder));
  EXPECT_TRUE(bus) << bus.error().message;
  return *std::move(bus);
}

class TellingListener : public RebalanceListener {
 public:
  Offsets OnAssigned(const std::vector<TopicPartition>& partitions) override {
    for (const auto& [topic, number] : partitions) {
      Say("assigned " + std::to_string(number));
      owned.push_back({topic, number});
    }
    return {};
  }
  void OnRevoked(const std::vector<TopicPartition>& partitions) override {
    Drop("revoked ", partitions);
  }
  void OnLost(const std::vector<TopicPartition>& partitions) override {
    if (on_lost) on_lost(partitions);
    Drop("lost ", partitions);
  }

  std::function<void(const std::vector<TopicPartition>&)> on_lost;
  std::vector<TopicPartition> owned;

 private:
  void Drop(const std::string& word,
            const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& partition : partitions) {
      Say(word + std::to_string(partition.partition));
      std::erase(owned, partition);
    }
  }
};

// Child: reads as a member of the group, and tries to commit what it lost.
int RunMember(const std::string& folder, const std::string& group) {
  const auto bus = OpenShared(folder);
  auto consumer = bus->NewConsumer({group, "member", kSession});
  TellingListener listener;
  listener.on_lost = [&](const std::vector<TopicPartition>& partitions) {
    CommittedOffsets offsets;
    for (const TopicPartition& partition : partitions) offsets[partition] = {};
    const auto committed = (*consumer)->Commit(offsets);
    Say(committed ? "committed" : CodeName(committed.error().code));
  };
  if (!consumer || !(*consumer)->Subscribe({kTopic}, listener)) return 1;
  while (true) {
    if (!(*consumer)->Poll(10, Duration(20))) return 2;
  }
}

// Child: writes numbers to partition 0, under its name, and tells what is
// durable.
int RunWriter(const std::string& folder, const std::string& name, int count) {
  const auto bus = OpenShared(folder);
  auto producer = bus->NewProducer({"writer"});
  if (!producer) return 1;
  for (int i = 0; i < count; ++i) {
    const std::string value = name + " " + std::to_string(i);
    Record record;
    record.topic = kTopic;
    record.partition = 0;
    record.value = value;
    (*producer)->Produce(std::move(record),
                         [value](const Result<RecordMetadata>& result) {
                           if (result) Say(value);
                         });
  }
  return (*producer)->Flush(testing::kPatience) ? 0 : 2;
}

class BusProcesses : public ::testing::Test {
 protected:
  void SetUp() override {
    bus_ = OpenShared(folder_.path().string());
    TopicSpec spec;
    spec.name = kTopic;
    spec.partitions = kPartitions;
    ASSERT_TRUE(bus_->admin().CreateTopic(spec));
  }

  using Child = std::unique_ptr<process::ChildProcess>;

  // This test's own binary, run again with other arguments.
  static Child StartChild(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "/proc/self/exe");
    auto child = process::ChildProcess::Start({.argv = std::move(arguments)});
    EXPECT_TRUE(child) << child.error().message;
    return *std::move(child);
  }
  Child StartMember() {
    return StartChild({"member", folder_.path().string(), "g"});
  }
  Child StartWriter(const std::string& name, int count) {
    return StartChild(
        {"writer", folder_.path().string(), name, std::to_string(count)});
  }

  static std::vector<std::string> Lines(const process::ChildProcess& child) {
    std::istringstream output(child.Output());
    std::vector<std::string> lines;
    for (std::string line; std::getline(output, line);) lines.push_back(line);
    return lines;
  }
  static int Count(const process::ChildProcess& child, const char* beginning) {
    int count = 0;
    for (const std::string& line : Lines(child)) {
      count += line.starts_with(beginning);
    }
    return count;
  }

  // Who is frozen in the middle of a write holds up all others, which is not
  // what the test is about: then it may go on and is frozen again.
  void FreezeOutsideOfWrites(process::ChildProcess& member) {
    auto producer = bus_->NewProducer({"probe"});
    while (true) {
      ASSERT_TRUE(member.Stop());
      Record record;
      record.topic = kTopic;
      (*producer)->Produce(std::move(record), {});
      if ((*producer)->Flush(std::chrono::seconds(1))) return;
      ASSERT_TRUE(member.Continue());
    }
  }

  static int Owned(const process::ChildProcess& member) {
    return Count(member, "assigned ") - Count(member, "revoked ") -
           Count(member, "lost ");
  }

  std::vector<Message> ReadPartition0() {
    auto consumer = bus_->NewConsumer({});
    EXPECT_TRUE((*consumer)->Assign({{{kTopic, 0}, kOffsetBeginning}}));
    const auto ends = bus_->admin().FetchWatermarks({{kTopic, 0}});
    return testing::ReadRecords(**consumer,
                                static_cast<size_t>(ends->at({kTopic, 0}).end));
  }

  process::TempFolder folder_;
  std::unique_ptr<Bus> bus_;
};

TEST_F(BusProcesses, AKilledMembersPartitionsMoveWhenItsLeaseEnds) {
  const auto killed = StartMember();
  const auto other = StartMember();
  ASSERT_TRUE(testing::Eventually(
      [&] { return Owned(*killed) == 2 && Owned(*other) == 2; }));

  const Instant before = Boottime::now();
  ASSERT_TRUE(killed->Signal(SIGKILL));
  ASSERT_TRUE(testing::Eventually([&] { return Owned(*other) == 4; }));
  // Renewed every quarter of the session, the lease had this much left.
  EXPECT_GE(Boottime::now() - before, kSession / 2)
      << "taken over from a member that might have lived";
}

TEST_F(BusProcesses, AFrozenMemberIsFencedWhenItWakes) {
  const auto frozen = StartMember();
  const auto other = StartMember();
  ASSERT_TRUE(testing::Eventually(
      [&] { return Owned(*frozen) == 2 && Owned(*other) == 2; }));

  FreezeOutsideOfWrites(*frozen);
  ASSERT_TRUE(testing::Eventually([&] { return Owned(*other) == 4; }));
  EXPECT_EQ(Count(*frozen, "lost"), 0);
  ASSERT_TRUE(frozen->Continue());
  ASSERT_TRUE(testing::Eventually([&] { return Count(*frozen, "lost") == 2; }));
  EXPECT_EQ(Count(*frozen, "fenced"), 1);
  EXPECT_TRUE(testing::Eventually([&] {
    return Owned(*frozen) == 2 && Owned(*other) == 2;
  })) << "it joins again";
}

TEST_F(BusProcesses, WhatWasAcknowledgedOutlivesItsWriter) {
  const auto writer = StartWriter("w", 1'000'000);
  ASSERT_TRUE(
      testing::Eventually([&] { return Lines(*writer).size() > 2000; }));
  ASSERT_TRUE(writer->Signal(SIGKILL));
  const auto ended = writer->Wait(testing::kPatience);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->signal, std::optional<int>(SIGKILL));

  const std::vector<std::string> told = Lines(*writer);
  const std::vector<std::string> kept = testing::Values(ReadPartition0());
  ASSERT_GE(kept.size(), told.size());
  for (size_t i = 0; i < told.size(); ++i) ASSERT_EQ(kept[i], told[i]);
}

TEST_F(BusProcesses, WritersOfSeveralProcessesKeepTheirOrders) {
  std::vector<Child> writers;
  for (const char* name : {"a", "b", "c"}) {
    writers.push_back(StartWriter(name, 2000));
  }
  for (const auto& writer : writers) {
    const auto ended = writer->Wait(testing::kPatience);
    ASSERT_TRUE(ended);
    EXPECT_TRUE(ended->Succeeded()) << ended->ToString();
  }

  const std::vector<Message> messages = ReadPartition0();
  EXPECT_EQ(messages.size(), 6000u);
  std::map<char, int> next;
  for (size_t i = 0; i < messages.size(); ++i) {
    ASSERT_EQ(messages[i].offset, static_cast<int64_t>(i));
    const char name = messages[i].value[0];
    ASSERT_EQ(messages[i].value.substr(2), std::to_string(next[name]++));
  }
}

}  // namespace
}  // namespace newsmill

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "member") {
    return newsmill::RunMember(arguments[1], arguments[2]);
  }
  if (arguments.size() == 4 && arguments[0] == "writer") {
    return newsmill::RunWriter(arguments[1], arguments[2],
                               std::stoi(arguments[3]));
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
