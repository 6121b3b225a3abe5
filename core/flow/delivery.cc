#include "core/flow/delivery.h"

#include <utility>

namespace newsmill {

Delivery::Delivery(Message message, uint64_t assignment,
                   std::shared_ptr<SettlementSink> sink,
                   std::optional<TopicPartition> owner)
    : message_(std::move(message)),
      assignment_(assignment),
      owner_(std::move(owner)),
      sink_(std::move(sink)) {}

Delivery::Delivery(Delivery&&) noexcept = default;

Delivery& Delivery::operator=(Delivery&& other) noexcept {
  if (this == &other) return *this;
  if (sink_) Settle(Settlement::Kind::kReturned, {});
  message_ = std::move(other.message_);
  assignment_ = other.assignment_;
  owner_ = std::move(other.owner_);
  suspect_ = other.suspect_;
  task_ = std::move(other.task_);
  when_durable_ = std::move(other.when_durable_);
  sink_ = std::move(other.sink_);
  return *this;
}

Delivery::~Delivery() {
  if (sink_) Settle(Settlement::Kind::kReturned, {});
}

void Delivery::Ack(std::vector<Record> outputs) && {
  Settlement settlement;
  settlement.outputs = std::move(outputs);
  Settle(Settlement::Kind::kAck, std::move(settlement));
}

void Delivery::Finish(v1::Outcome outcome) && {
  Settlement settlement;
  settlement.outcome = std::move(outcome);
  Settle(Settlement::Kind::kFinish, std::move(settlement));
}

void Delivery::Fail(Failure failure) && {
  Settlement settlement;
  settlement.failure = std::move(failure);
  Settle(Settlement::Kind::kFail, std::move(settlement));
}

void Delivery::Settle(Settlement::Kind kind, Settlement settlement) {
  settlement.kind = kind;
  settlement.message = std::move(message_);
  settlement.assignment = assignment_;
  settlement.owner = std::move(owner_);
  settlement.task = std::move(task_);
  settlement.when_durable = std::move(when_durable_);
  // Given up first: a delivery is settled once.
  const std::shared_ptr<SettlementSink> sink = std::move(sink_);
  sink->Settle(std::move(settlement));
}

}  // namespace newsmill
