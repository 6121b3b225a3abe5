#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/bus/topics.h"
#include "core/flow/handler.h"

namespace newsmill {

// The handler of the retry topics: holds each task until it is due and puts it
// back on `tasks`, at the partition of its host. It never fetches: only the
// assignment of `tasks` decides who may ask a host.
//
// All tasks of one topic wait equally long, so they come due in the order they
// were written, and waiting for the first holds nobody up. What has to wait
// longer than its topic's delay (a long Retry-After) goes round again.
class RetryForwarder : public Handler {
 public:
  // Of one partition, what may be held; the log holds the rest.
  static constexpr size_t kMostHeld = 256;

  // `delays` belong to `topics.retries`, one by one.
  RetryForwarder(const Topics& topics, std::vector<Duration> delays,
                 const Clock& clock);

  void Attach(WorkerPort& port) override;
  Result<Offsets> Assigned(
      const std::vector<TopicPartition>& partitions) override;
  void Revoked(const std::vector<TopicPartition>& partitions,
               bool lost) override;
  void Handle(Delivery delivery) override;
  bool HasRoom(const TopicPartition& partition) const override;
  void Tick(Instant now) override;
  void Drain() override;
  std::string NotReadyBecause() const override { return {}; }

 private:
  struct Held {
    Delivery delivery;
    Timestamp due;
  };

  // When a task of this topic is looked at again, at the latest.
  Timestamp DueOf(const Message& message, const v1::FetchTask& task) const;
  void Forward(Delivery delivery) const;

  const Topics& topics_;
  const std::vector<Duration> delays_;
  const Clock& clock_;
  std::map<TopicPartition, std::deque<Held>> held_;
};

}  // namespace newsmill
