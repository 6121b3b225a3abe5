#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/flow/worker.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "tests/support/fake_bus.h"
#include "tests/support/manual_clock.h"

namespace newsmill {

using namespace std::chrono_literals;  // NOLINT: tests speak of times

// Keeps what it is handed until the test settles it.
class HoldingHandler : public Handler {
 public:
  // What happened, in order: "assigned t/0", "handle t/0@3", "revoked t/0".
  std::vector<std::string> events;
  std::deque<Delivery> held;
  WorkerPort* port = nullptr;
  // What the test may decide.
  std::function<Result<Offsets>(const std::vector<TopicPartition>&)> assign;
  std::function<bool(const TopicPartition&)> has_room;
  std::function<void(Delivery)> handle;
  std::function<void()> on_revoked;
  std::function<void()> on_drain;
  std::string not_ready;
  std::optional<SidePosition> side;
  bool has_more = false;
  std::string tally;
  std::map<TopicPartition, std::string> recalled_tally;
  std::map<TopicPartition, SidePosition> recalled;

  void Attach(WorkerPort& to) override { port = &to; }

  void Recall(const TopicPartition& partition,
              const SidePosition& position) override {
    recalled[partition] = position;
  }
  std::optional<SidePosition> SideOf(const TopicPartition&) const override {
    return side;
  }
  std::string TallyOf(const TopicPartition&) const override { return tally; }
  void RecallTally(const TopicPartition& partition,
                   const std::string& counts) override {
    recalled_tally[partition] = counts;
  }
  void Durable(const TopicPartition& partition, int64_t offset) override {
    events.push_back("durable " + Name(partition) + "@" +
                     std::to_string(offset));
  }
  bool HasMore() const override { return has_more; }

  Result<Offsets> Assigned(
      const std::vector<TopicPartition>& partitions) override {
    Note("assigned", partitions);
    return assign ? assign(partitions) : Offsets();
  }

  void Revoked(const std::vector<TopicPartition>& partitions,
               bool lost) override {
    Note(lost ? "lost" : "revoked", partitions);
    if (on_revoked) on_revoked();
  }

  void Handle(Delivery delivery) override {
    const Message& m = delivery.message();
    events.push_back("handle " + Name(m.topic_partition()) + "@" +
                     std::to_string(m.offset));
    if (handle) return handle(std::move(delivery));
    held.push_back(std::move(delivery));
  }

  bool HasRoom(const TopicPartition& partition) const override {
    return !has_room || has_room(partition);
  }

  void Tick(Instant) override { ++ticks; }

  void Drain() override {
    events.emplace_back("drain");
    if (on_drain) on_drain();
  }

  std::string NotReadyBecause() const override { return not_ready; }

  // The delivery of this offset, which the handler holds.
  Delivery Take(int64_t offset) {
    for (auto it = held.begin(); it != held.end(); ++it) {
      if (it->message().offset != offset) continue;
      Delivery delivery = std::move(*it);
      held.erase(it);
      return delivery;
    }
    ADD_FAILURE() << "offset " << offset << " is not held";
    std::abort();
  }

  size_t Count(const std::string& event) const {
    return static_cast<size_t>(std::count(events.begin(), events.end(), event));
  }

  int ticks = 0;

 private:
  static std::string Name(const TopicPartition& partition) {
    return partition.topic.substr(partition.topic.rfind('.') + 1) + "/" +
           std::to_string(partition.partition);
  }
  void Note(const std::string& what,
            const std::vector<TopicPartition>& partitions) {
    for (const auto& p : partitions) events.push_back(what + " " + Name(p));
  }
};

// A worker over a log in memory. A test is a list of steps, one per poll, that
// run on the worker's thread between its turns; after the last one the worker
// is asked to stop.
class WorkerFixture : public testing::Test {
 protected:
  WorkerFixture() : topics(Config(), Delays()), bus(clock) {
    bus.CreateTopics(topics);
    options.stage = v1::STAGE_FETCHER;
    options.name = "test";
    options.group = "newsmill.test";
    options.topics = {topics.tasks};
    options.retry_delays = Delays();
    bus.OnPoll([this] { NextStep(); });
  }

  static BusConfig Config() {
    BusConfig config;
    config.tasks_partitions = 2;
    config.retry_partitions = 1;
    config.pages_partitions = 2;
    config.articles_partitions = 1;
    config.outcomes_partitions = 1;
    config.dead_partitions = 1;
    return config;
  }
  static std::vector<Duration> Delays() { return {10s, 60s}; }

  // Runs at the next poll.
  void Step(std::function<void()> step) {
    steps_.push_back({[] { return true; }, std::move(step)});
  }
  // Runs at the first poll at which `condition` holds.
  void When(std::function<bool()> condition, std::function<void()> step) {
    steps_.push_back({std::move(condition), std::move(step)});
  }
  // Lets the worker turn.
  void Turns(int count) {
    for (int i = 0; i < count; ++i) Step([] {});
  }
  // Lets the clock of an idle worker go on by that much.
  void WaitFor(Duration time) {
    auto until = std::make_shared<Instant>();
    Step([this, until, time] { *until = clock.Uptime() + time; });
    When([this, until] { return clock.Uptime() >= *until; }, [] {});
  }

  Result<RunEnd> Run() {
    worker = std::make_unique<Worker>(options, bus, topics, handler, clock);
    return worker->Run();
  }
  void RunToFinish() {
    const Result<RunEnd> end = Run();
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_EQ(*end, RunEnd::kFinished);
  }

  TopicPartition Tasks(int32_t partition) const {
    return {topics.tasks, partition};
  }
  int64_t Committed(int32_t partition) const {
    return bus.CommittedOf(Tasks(partition)).value_or(-1);
  }
  Record Page(const std::string& value) const {
    Record record;
    record.topic = topics.pages;
    record.key = "key";
    record.value = value;
    return record;
  }
  void Ack(int64_t offset) {
    std::vector<Record> outputs;
    outputs.push_back(Page("page"));
    handler.Take(offset).Ack(std::move(outputs));
  }
  static v1::FetchTask Task(const std::string& id) {
    v1::FetchTask task;
    task.set_task_id(id);
    task.set_target("site:1");
    task.set_requested_url("https://news.example/1");
    task.set_url("https://news.example/1");
    task.set_site("site");
    task.set_batch("batch");
    task.set_traceparent(
        "00-11111111111111111111111111111111-2222222222222222-01");
    v1::Label& label = *task.add_labels();
    label.set_name("team");
    label.set_value("a");
    return task;
  }
  template <typename Proto>
  std::vector<Proto> Read(const std::string& topic) const {
    std::vector<Proto> protos;
    for (const Message& message : bus.RecordsOf(topic)) {
      EXPECT_TRUE(protos.emplace_back().ParseFromString(message.value));
    }
    return protos;
  }

  ManualClock clock;
  Topics topics;
  FakeBus bus;
  HoldingHandler handler;
  WorkerOptions options;
  std::unique_ptr<Worker> worker;
  bool stop_after_steps = true;

 private:
  struct StepOfTest {
    std::function<bool()> condition;
    std::function<void()> act;
  };

  void NextStep() {
    if (steps_.empty()) {
      if (std::exchange(stop_after_steps, false)) worker->RequestStop();
      return;
    }
    if (!steps_.front().condition()) return;
    const StepOfTest step = std::move(steps_.front());
    steps_.pop_front();
    step.act();
  }

  std::deque<StepOfTest> steps_;
};

}  // namespace newsmill
