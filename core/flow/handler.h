#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/flow/delivery.h"

namespace newsmill {

// What a handler may ask of the worker it runs in. Thread-safe.
class WorkerPort {
 public:
  virtual ~WorkerPort() = default;

  // Whether requests may still be made in the name of the assignment: the last
  // commit that the coordinator acknowledged was sent less than half a session
  // timeout ago, by a clock that counts suspend, and no revoke is pending.
  virtual bool IsFresh(const TopicPartition& partition) const = 0;

  // Forgets what is in hand of these partitions and, after a poll that confirms
  // that they are still ours, calls Assigned for them again.
  virtual void Reclaim(std::vector<TopicPartition> partitions) = 0;

  // Ends the worker with this error; nothing more is committed.
  virtual void Stop(Error error) = 0;

  // Makes the loop turn soon instead of at its next timeout.
  virtual void Wake() = 0;
};

// What one stage does with one record. All calls come from the worker's
// thread; deliveries may be settled from any.
class Handler {
 public:
  virtual ~Handler() = default;

  // Before anything else, once. The port is valid until the worker is
  // destroyed; a handler that has no partitions does not use it.
  virtual void Attach(WorkerPort& port) = 0;

  // Takes partitions on; gives the offsets to start from where they are not the
  // group's (the sink's stand in its store). An error leaves the partitions
  // unread; a retryable one is tried again with growing delay, another ends the
  // worker.
  virtual Result<Offsets> Assigned(
      const std::vector<TopicPartition>& partitions) = 0;

  // Lets go: aborts or finishes what it has in hand of these partitions before
  // it returns (`lost`: they are somebody else's already, abort).
  virtual void Revoked(const std::vector<TopicPartition>& partitions,
                       bool lost) = 0;

  virtual void Handle(Delivery delivery) = 0;

  // Whether one more record of this partition may come now; false pauses it.
  virtual bool HasRoom(const TopicPartition& partition) const = 0;

  // Once per turn of the loop.
  virtual void Tick(Instant now) = 0;

  // Called once when draining starts: finish quickly what is in hand; Handle is
  // not called any more, Tick is.
  virtual void Drain() = 0;

  // For /readyz: empty, or why not.
  virtual std::string NotReadyBecause() const = 0;
};

}  // namespace newsmill
