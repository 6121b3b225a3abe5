// From settlements to outputs, from durable outputs to checkpoints.

#include <algorithm>
#include <utility>

#include "core/flow/planted_fault.h"
#include "core/flow/worker_loop.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

// Before a record that was given back is handed over again.
constexpr Duration kAfterReturn = std::chrono::milliseconds(200);
constexpr Duration kFlushSlice = std::chrono::milliseconds(50);

}  // namespace

void Worker::Loop::Settle() {
  for (Settlement& settlement : queue_->Take()) {
    OnSettled(std::move(settlement));
  }
  Outbox::Report report = outbox_.Collect();
  for (const Outbox::Ticket ticket : report.durable) {
    const auto sent = sending_.extract(ticket);
    if (sent) Complete(sent.mapped().settlement);
  }
  for (const Outbox::Refused& refused : report.refused) {
    auto sent = sending_.extract(refused.ticket);
    if (sent) OnRefused(std::move(sent.mapped()), refused.error);
  }
}

void Worker::Loop::OnSettled(Settlement settlement) {
  const bool adopted = settlement.owner.has_value();
  if (adopted) --adopted_;
  Partition* partition = Find(settlement.OwnerPartition());
  if (partition == nullptr || partition->assignment != settlement.assignment) {
    return metrics_.CountStale();
  }
  if (!adopted) --partition->handed;
  if (settlement.kind == Settlement::Kind::kReturned) {
    if (adopted) return metrics_.CountReturned();
    return OnReturned(*partition, std::move(settlement));
  }
  Settler::Decision decision = settler_.Decide(settlement, clock_.Now());
  metrics_.CountSettled(decision.kind);
  if (decision.outputs.empty()) return Complete(settlement);
  const bool dead = decision.kind == Settler::Kind::kDead;
  if (dead) {
    log::Warn("A task is dead.",
              {{"task", settlement.task.task_id()},
               {"reason", v1::Reason_Name(settlement.failure.reason)},
               {"detail", settlement.failure.detail},
               {"topic", settlement.message.topic},
               {"partition", settlement.message.partition},
               {"offset", settlement.message.offset}});
  }
  Send({std::move(settlement), dead, true}, std::move(decision.outputs));
}

void Worker::Loop::OnReturned(Partition& partition, Settlement settlement) {
  metrics_.CountReturned();
  // While we drain it stays unsettled, for whoever reads it next.
  if (phase_ != Phase::kRunning) return;
  const auto after = std::find_if(
      partition.waiting.begin(), partition.waiting.end(),
      [&](const Message& m) { return m.offset > settlement.message.offset; });
  partition.waiting.insert(after, std::move(settlement.message));
  partition.hand_over_at = clock_.Uptime() + kAfterReturn;
}

void Worker::Loop::Send(Sending sending, std::vector<Record> outputs) {
#ifdef NEWSMILL_PLANTED_FAULTS
  const TopicPartition name = sending.settlement.message.topic_partition();
  if (!sending.settlement.owner)
    planted_fault::CommitBeforeProduce(sending.settlement.message, [&] {
      Complete(sending.settlement);
      Commit({name});
      return Find(name)->committed.value_or(0);
    });
#endif
  const Outbox::Ticket ticket = outbox_.Send(std::move(outputs));
  sending_.emplace(ticket, std::move(sending));
}

void Worker::Loop::OnRefused(Sending sending, const Error& error) {
  const bool smaller_is_left = !sending.dead || sending.with_value;
  if (error.code != Code::kTooLarge || !smaller_is_left) {
    return End({Code::kInternal,
                "the log refuses an output for good: " + error.message},
               true);
  }
  if (sending.dead) {
    sending.with_value = false;
  } else {
    if (sending.settlement.when_durable) {
      sending.settlement.when_durable(false);
      sending.settlement.when_durable = nullptr;
    }
    sending.dead = true;
    sending.settlement.failure = {
        .reason = v1::REASON_TOO_LARGE,
        .detail = "the log does not take the result: " + error.message};
    metrics_.CountSettled(Settler::Kind::kDead);
  }
  std::vector<Record> records =
      settler_.Bury(sending.settlement, sending.settlement.failure,
                    sending.with_value, clock_.Now());
  Send(std::move(sending), std::move(records));
}

void Worker::Loop::Complete(const Settlement& settlement) {
  Partition* partition = Find(settlement.OwnerPartition());
  if (partition == nullptr || partition->assignment != settlement.assignment) {
    return;
  }
  if (settlement.owner) {
    handler_.Durable(settlement.message.topic_partition(),
                     settlement.message.offset);
  } else {
    partition->checkpoint.Finish(settlement.message.offset);
  }
  if (settlement.when_durable) settlement.when_durable(true);
  last_record_ = clock_.Uptime();
}

// The last chance of what is settled to be committed by us.
void Worker::Loop::SettleRemaining(
    const std::vector<TopicPartition>& partitions, Duration most) {
  const Instant until = clock_.Uptime() + most;
  Settle();
  while (HasOutputsUnderWay(partitions) && !outbox_.failed()) {
    const auto left =
        std::chrono::duration_cast<Duration>(until - clock_.Uptime());
    if (left <= Duration(0)) return;
    outbox_.Flush(std::min(left, kFlushSlice));
    Settle();
  }
}

bool Worker::Loop::HasOutputsUnderWay(
    const std::vector<TopicPartition>& partitions) const {
  return std::any_of(sending_.begin(), sending_.end(), [&](const auto& sent) {
    return std::find(partitions.begin(), partitions.end(),
                     sent.second.settlement.OwnerPartition()) !=
           partitions.end();
  });
}

}  // namespace newsmill
