#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/flow/commit_note.h"
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

  // A record that the handler read from another topic in the name of `owner`,
  // a partition that is ours: settled as any other, except that what was given
  // back is the handler's to keep, and that Durable tells when its outputs are.
  // nullopt: `owner` is not ours (any more).
  virtual std::optional<Delivery> Adopt(Message message,  // NOLINT: moved from
                                        const TopicPartition& owner) {
    static_cast<void>(message), static_cast<void>(owner);
    return std::nullopt;
  }

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

  // Before Assigned: what this handler had left with the committed offset of
  // the partition (SideOf), whoever owned it then. Not called where it left
  // nothing.
  virtual void Recall(const TopicPartition& partition,
                      const SidePosition& side) {
    static_cast<void>(partition), static_cast<void>(side);
  }

  // What is to be committed with the offset of a partition that is ours.
  virtual std::optional<SidePosition> SideOf(
      const TopicPartition& partition) const {
    static_cast<void>(partition);
    return std::nullopt;
  }

  // Likewise, of a handler that counts what became of records: the counts of
  // those that are settled (Delivery::WhenDurable tells when). They are kept
  // with the offset, so that each record counts once, whoever works on it.
  virtual std::string TallyOf(const TopicPartition& partition) const {
    static_cast<void>(partition);
    return "";
  }
  // Before Assigned: the counts so far.
  virtual void RecallTally(const TopicPartition& partition,
                           const std::string& tally) {
    static_cast<void>(partition), static_cast<void>(tally);
  }

  // All outputs of an adopted record are durable.
  virtual void Durable(const TopicPartition& partition, int64_t offset) {
    static_cast<void>(partition), static_cast<void>(offset);
  }

  // Whether work waits that is in no record in hand: a bounded run goes on.
  virtual bool HasMore() const { return false; }

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
