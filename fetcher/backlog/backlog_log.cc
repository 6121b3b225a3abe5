#include "fetcher/backlog/backlog_log.h"

#include <set>
#include <utility>

namespace newsmill {
namespace {

class BusBacklogLog : public BacklogLog {
 public:
  BusBacklogLog(Bus& bus, std::string topic, std::unique_ptr<Consumer> consumer,
                std::unique_ptr<Producer> producer)
      : bus_(bus),
        topic_(std::move(topic)),
        consumer_(std::move(consumer)),
        producer_(std::move(producer)) {}

  Result<Watermarks> Open(int32_t partition) override {
    const TopicPartition name{topic_, partition};
    const auto marks = bus_.admin().FetchWatermarks({name});
    if (!marks) return marks.error();
    return marks->at(name);
  }

  void Close(int32_t partition) override {
    paused_.erase({topic_, partition});
    if (positions_.erase({topic_, partition}) == 0) return;
    assign_again_ = true;
  }

  Result<void> Read(int32_t partition, int64_t offset) override {
    const TopicPartition name{topic_, partition};
    const auto [at, is_new] = positions_.try_emplace(name, offset);
    at->second = offset;
    if (is_new || assign_again_) {
      paused_.erase(name);
      assign_again_ = true;
      return {};
    }
    if (Result<void> sought = consumer_->Seek(name, offset); !sought) {
      return sought;
    }
    paused_.erase(name);
    return consumer_->Resume({name});
  }

  Result<void> Pause(int32_t partition) override {
    const TopicPartition name{topic_, partition};
    if (!positions_.contains(name)) return {};
    paused_.insert(name);
    if (assign_again_) return {};
    return consumer_->Pause({name});
  }

  Result<std::vector<Message>> Poll(size_t most) override {
    if (assign_again_) {
      if (Result<void> assigned = consumer_->Assign(positions_); !assigned) {
        return assigned.error();
      }
      assign_again_ = false;
      const Result<void> paused = consumer_->Pause(
          std::vector<TopicPartition>(paused_.begin(), paused_.end()));
      if (!paused) return paused.error();
    }
    if (positions_.empty()) return std::vector<Message>();
    Result<std::vector<Message>> messages = consumer_->Poll(most, Duration(0));
    if (!messages) return messages;
    for (const Message& message : *messages) {
      positions_[message.topic_partition()] = message.offset + 1;
    }
    return messages;
  }

  void Append(Record record, Producer::Done done) override {
    producer_->Produce(std::move(record), std::move(done));
  }

 private:
  Bus& bus_;
  const std::string topic_;
  std::unique_ptr<Consumer> consumer_;
  std::unique_ptr<Producer> producer_;
  Offsets positions_;  // of what is read
  std::set<TopicPartition> paused_;
  bool assign_again_ = false;
};

}  // namespace

Result<std::unique_ptr<BacklogLog>> OpenBacklogLog(Bus& bus,
                                                   const std::string& topic) {
  Result<std::unique_ptr<Consumer>> consumer =
      bus.NewConsumer({.group = "", .client_id = "fetcher-backlog"});
  if (!consumer) return consumer.error();
  Result<std::unique_ptr<Producer>> producer =
      bus.NewProducer({.client_id = "fetcher-backlog"});
  if (!producer) return producer.error();
  return std::unique_ptr<BacklogLog>(std::make_unique<BusBacklogLog>(
      bus, topic, std::move(*consumer), std::move(*producer)));
}

}  // namespace newsmill
