#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/bus/partitioner.h"
#include "core/flow/task_codec.h"
#include "fetcher/fetch_loop.h"
#include "tests/support/manual_clock.h"

namespace newsmill::testing {

// The backlog as a log in memory, which outlives its readers.
struct BacklogRecords {
  std::map<int32_t, std::vector<Message>> of;

  void Append(const Record& record, Timestamp now) {
    std::vector<Message>& partition = of[*record.partition];
    Message message;
    message.topic = record.topic;
    message.partition = *record.partition;
    message.offset = std::ssize(partition);
    message.append_time = now;
    message.key = record.key;
    message.value = record.value;
    message.headers = record.headers;
    partition.push_back(std::move(message));
  }
};

class SimulatedBacklogLog : public BacklogLog {
 public:
  SimulatedBacklogLog(BacklogRecords& records, const Clock& clock)
      : records_(records), clock_(clock) {}

  Result<Watermarks> Open(int32_t partition) override {
    return Watermarks{0, std::ssize(records_.of[partition])};
  }
  void Close(int32_t partition) override { positions_.erase(partition); }
  Result<void> Read(int32_t partition, int64_t offset) override {
    positions_[partition] = offset;
    paused_.erase(partition);
    return {};
  }
  Result<void> Pause(int32_t partition) override {
    paused_.insert(partition);
    return {};
  }
  Result<std::vector<Message>> Poll(size_t most) override {
    std::vector<Message> messages;
    for (auto& [partition, position] : positions_) {
      if (paused_.contains(partition)) continue;
      const std::vector<Message>& records = records_.of[partition];
      while (position < std::ssize(records) && messages.size() < most) {
        messages.push_back(records[static_cast<size_t>(position++)]);
      }
    }
    return messages;
  }
  void Append(Record record, Producer::Done done) override {
    records_.Append(record, clock_.Now());
    done(RecordMetadata{{record.topic, *record.partition}, 0});
  }

 private:
  BacklogRecords& records_;
  const Clock& clock_;
  std::map<int32_t, int64_t> positions_;
  std::set<int32_t> paused_;
};

// Every host answers with a page after the same time.
class SimulatedHttp : public HttpClient {
 public:
  explicit SimulatedHttp(ManualClock& clock) : clock_(clock) {}

  static constexpr Duration kAnswerTime = std::chrono::milliseconds(50);

  RequestId Start(HttpRequest request, MayRequest may, Done done) override {
    const RequestId id = ++last_id_;
    asked(request.url);
    running_.push_back(
        {id, clock_.Uptime() + kAnswerTime, std::move(may), std::move(done)});
    return id;
  }
  void Abort(RequestId id) override {
    std::erase_if(running_, [id](const Running& r) { return r.id == id; });
  }
  // Lets the time pass until something is due, at most `timeout`.
  void Poll(Duration timeout) override {
    const Instant now = clock_.Uptime();
    Instant until = now + timeout;
    if (!running_.empty()) until = std::min(until, running_.front().ends);
    if (until > now) clock_.Advance(until - now);
    while (!running_.empty() && running_.front().ends <= clock_.Uptime()) {
      Running ended = std::move(running_.front());
      running_.pop_front();
      HttpResponse response;
      if (ended.may(ended.id, "127.0.0.1")) {
        response.status = 200;
        response.body = "<p>page</p>";
      } else {
        response.failure = v1::REASON_ADDRESS_REFUSED;
      }
      ended.done(ended.id, std::move(response));
    }
  }
  void Wake() override {}
  size_t in_flight() const override { return running_.size(); }

  std::function<void(const std::string& url)> asked;

 private:
  struct Running {
    RequestId id;
    Instant ends;
    MayRequest may;
    Done done;
  };

  ManualClock& clock_;
  std::deque<Running> running_;  // all take equally long
  RequestId last_id_ = 0;
};

// A fetcher that owns every partition, between a log and hosts that are not
// there, in simulated time. Outputs are durable at once.
class Simulation : public WorkerPort, public SettlementSink {
 public:
  struct Task {
    std::string host;
    Timestamp appended{};
    int writes = 0;   // to `tasks` and its backlog
    int fetches = 0;  // requests
    int outcomes = 0;
    Duration waited{0};  // until the first request
    Timestamp done{};
  };

  Simulation(const BusConfig& bus, FetcherConfig config)
      : config_(WithoutRobots(std::move(config))),
        topics_(bus, config_.retry_delays) {
    Launch({});
  }

  // To the end of `tasks`, now; gives the task's index.
  size_t Append(const std::string& host, v1::FetchTask::Lane lane) {
    const size_t number = tasks.size();
    v1::FetchTask task;
    task.set_task_id("t" + std::to_string(number));
    task.set_target("http://" + host + "/" + std::to_string(number));
    task.set_requested_url(task.target());
    task.set_url(task.target());
    task.set_lane(lane);
    const Record record = EncodeTask(task, topics_.tasks);
    const int32_t partition =
        PartitionForKey(host, topics_.PartitionsOf(topics_.tasks));
    Message message;
    message.topic = topics_.tasks;
    message.partition = partition;
    message.offset = std::ssize(log_[partition]);
    message.append_time = clock.Now();
    message.value = record.value;
    message.headers = record.headers;
    log_[partition].push_back(std::move(message));
    settled_[partition].push_back(false);
    tasks.push_back({host, clock.Now(), 1, 0, 0, Duration(0), {}});
    return number;
  }

  // Reads at most so many records of `tasks` a second.
  void RunUntil(const std::function<bool()>& done, Duration most,
                int64_t records_a_second) {
    const Instant end = clock.Uptime() + most;
    while (!done() && clock.Uptime() < end) {
      const Instant before = clock.Uptime();
      const bool unread = Feed();
      loop_->Turn(Duration(unread ? 10 : 1000));
      const Duration passed = clock.Uptime() - before;
      may_read_ += passed.count() * records_a_second / 1000;
      may_read_ = std::min(may_read_, records_a_second / 10);
      CommitNow();
    }
  }

  // The process is killed; another one goes on from what was committed.
  void Crash() {
    ++assignment_;
    loop_.reset();
    read_.clear();
    durable_.clear();
    room_ = std::make_unique<Room>(config_.max_queued_bytes);
    Launch(committed_);
  }

  // WorkerPort
  bool IsFresh(const TopicPartition&) const override { return true; }
  void Reclaim(std::vector<TopicPartition>) override {}
  void Stop(Error) override {}
  void Wake() override {}
  std::optional<Delivery> Adopt(Message message,
                                const TopicPartition& owner) override {
    return Delivery(std::move(message), assignment_, Self(), owner);
  }

  // SettlementSink
  void Settle(Settlement settlement) override {
    if (settlement.kind == Settlement::Kind::kReturned ||
        settlement.assignment != assignment_) {
      return;
    }
    Task& task = tasks[NumberOf(settlement.task.task_id())];
    if (settlement.kind != Settlement::Kind::kAck) ++failed;
    for (const Record& record : settlement.outputs) {
      if (record.topic == topics_.backlog) {
        backlog.Append(record, clock.Now());
        ++task.writes;
      } else if (record.topic == topics_.pages) {
        if (task.outcomes++ == 0) ++finished;
        task.done = clock.Now();
      } else {
        ++elsewhere;
      }
    }
    const Message& message = settlement.message;
    if (settlement.owner) {
      durable_.emplace_back(message.partition, message.offset);
    } else {
      settled_[message.partition][static_cast<size_t>(message.offset)] = true;
    }
  }

  ManualClock clock;
  std::vector<Task> tasks;
  BacklogRecords backlog;
  int failed = 0;     // settled without a page
  int elsewhere = 0;  // outputs that are neither page nor backlog
  size_t finished = 0;
  int64_t memory() const { return room_->taken(); }

 private:
  // Nothing but pages is asked for.
  static FetcherConfig WithoutRobots(FetcherConfig config) {
    config.robots = "off";
    return config;
  }

  struct Unowned {
    void operator()(SettlementSink*) const {}
  };
  std::shared_ptr<SettlementSink> Self() { return {this, Unowned()}; }

  // "t17", "http://host/17"
  static size_t NumberOf(const std::string& text) {
    return std::stoul(text.substr(text.find_last_of("t/") + 1));
  }

  void Launch(const std::map<int32_t, SidePosition>& from) {
    auto http = std::make_unique<SimulatedHttp>(clock);
    http->asked = [this](const std::string& url) {
      if (url.ends_with("/robots.txt")) return;
      Task& task = tasks[NumberOf(url)];
      if (task.fetches++ == 0) task.waited = clock.Now() - task.appended;
    };
    loop_ = std::make_unique<FetchLoop>(
        FetchSurroundings{config_, sites_, topics_, clock}, std::move(http),
        *this);
    loop_->WaitOn(
        std::make_unique<Backlog>(
            topics_, std::make_unique<SimulatedBacklogLog>(backlog, clock),
            static_cast<size_t>(config_.max_queued_bytes)),
        *room_);
    for (int32_t p = 0; p < topics_.PartitionsOf(topics_.tasks); ++p) {
      loop_->Assign({p});
      const auto left = from.find(p);
      loop_->OpenBacklog(p, left == from.end() ? SidePosition() : left->second);
    }
  }

  // Whether more is to be read.
  bool Feed() {
    bool moved = true;
    while (moved && may_read_ > 0) {
      moved = false;
      for (auto& [partition, records] : log_) {
        size_t& next = read_[partition];
        // The note of the group keeps these from being read again.
        while (next < records.size() && settled_[partition][next]) ++next;
        if (next == records.size() || !room_->HasRoom()) continue;
        const Message& message = records[next++];
        --may_read_;
        moved = true;
        loop_->Accept(Delivery(message, assignment_, Self()),
                      room_->Take(MemoryOf(message)));
      }
    }
    for (const auto& [partition, records] : log_) {
      if (read_[partition] < records.size()) return true;
    }
    return false;
  }

  // As the worker does five times a second.
  void CommitNow() {
    for (const auto& [partition, offset] : durable_) {
      loop_->Durable(partition, offset);
    }
    durable_.clear();
    if (clock.Uptime() - committed_at_ < Duration(200)) return;
    committed_at_ = clock.Uptime();
    for (const int32_t partition : loop_->partitions()) {
      const auto position = loop_->BacklogPosition(partition);
      if (!position) continue;
      // Through the text that a group keeps.
      const CommitNote note{{}, *position};
      committed_[partition] = *CommitNote::Decode(0, note.Encode(0)).side;
    }
  }

  const FetcherConfig config_;
  const SiteCatalogue sites_;
  const Topics topics_;
  std::unique_ptr<Room> room_ =
      std::make_unique<Room>(config_.max_queued_bytes);
  std::map<int32_t, std::vector<Message>> log_;
  std::map<int32_t, std::vector<bool>> settled_;
  std::map<int32_t, size_t> read_;
  std::map<int32_t, SidePosition> committed_;
  std::vector<std::pair<int32_t, int64_t>> durable_;
  Instant committed_at_{};
  int64_t may_read_ = 0;
  uint64_t assignment_ = 1;
  std::unique_ptr<FetchLoop> loop_;
};

}  // namespace newsmill::testing
