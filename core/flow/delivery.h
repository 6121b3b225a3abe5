#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/bus/bus.h"
#include "newsmill/v1/fetch_task.pb.h"
#include "newsmill/v1/outcome.pb.h"

namespace newsmill {

// Why a record could not be worked on.
struct Failure {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  // For a person: what was found, what was expected.
  std::string detail = {};
  // Whether the same task may succeed later; it is then tried again after the
  // next of the configured delays, and dead when those are used up.
  bool retryable = false;
  int http_status = 0;
  // What the server asked for (Retry-After); the retry does not come earlier.
  std::optional<Timestamp> not_before = std::nullopt;
};

// What became of one delivery.
struct Settlement {
  enum class Kind { kAck, kFinish, kFail, kReturned };
  Kind kind = Kind::kReturned;
  Message message;
  uint64_t assignment = 0;  // during which the record was read
  // Set where the record is of another topic and was adopted in the name of
  // this partition (WorkerPort::Adopt).
  std::optional<TopicPartition> owner = std::nullopt;

  // The partition in whose name the record is worked on.
  TopicPartition OwnerPartition() const {
    return owner.value_or(message.topic_partition());
  }

  v1::FetchTask task;
  std::vector<Record> outputs;
  v1::Outcome outcome;
  Failure failure;
  // Called on the worker's thread when all outputs are durable, or when the
  // record becomes a dead letter instead of them.
  std::function<void(bool durable)> when_durable = {};
};

// Where settled deliveries go; implemented by the worker.
class SettlementSink {
 public:
  virtual ~SettlementSink() = default;
  virtual void Settle(Settlement settlement) = 0;  // thread-safe
};

// A record and the duty to settle it: once, later, and from any thread.
// A delivery that is destroyed unsettled is handed back: its offset stays
// uncommitted and the record is read again by whoever owns the partition next.
class Delivery {
 public:
  Delivery(Message message, uint64_t assignment,
           std::shared_ptr<SettlementSink> sink,
           std::optional<TopicPartition> owner = std::nullopt);
  Delivery(Delivery&&) noexcept;
  Delivery& operator=(Delivery&&) noexcept;
  ~Delivery();

  const Message& message() const { return message_; }
  // Read beside the partition that is ours, not from it.
  bool adopted() const { return owner_.has_value(); }

  // Was perhaps in hand when a worker of the group ended without having
  // finished it: the record may be what ended it.
  bool suspect() const { return suspect_; }
  void Suspect() { suspect_ = true; }

  // The task this record is about; what outcome, retry and dead letter will
  // speak of. Set it as soon as it is known.
  void Describe(v1::FetchTask task) { task_ = std::move(task); }
  const v1::FetchTask& task() const { return task_; }
  v1::FetchTask& task() { return task_; }

  // What to call, from the worker's thread, when the outputs of the Ack or the
  // Finish that follows are durable; with false where the log refuses them for
  // good. Not called where the partition is somebody else's by then.
  void WhenDurable(std::function<void(bool durable)> call) {
    when_durable_ = std::move(call);
  }

  // Each consumes the delivery.
  // Done; the offset may move once every output is durable.
  void Ack(std::vector<Record> outputs = {}) &&;
  // Done, and the task ends here: kind, reason and what the stage knows are
  // set by the caller; task, labels, times and stage are added.
  void Finish(v1::Outcome outcome) &&;
  // Failed: retried, or dead letter and outcome DEAD, by the worker's policy.
  void Fail(Failure failure) &&;

 private:
  void Settle(Settlement::Kind kind, Settlement settlement);

  Message message_;
  uint64_t assignment_ = 0;
  std::optional<TopicPartition> owner_;
  bool suspect_ = false;
  v1::FetchTask task_;
  std::function<void(bool durable)> when_durable_;
  std::shared_ptr<SettlementSink> sink_;
};

}  // namespace newsmill
