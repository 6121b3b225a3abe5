#include "core/flow/suppressions.h"

#include <mutex>

#include "core/runtime/log.h"
#include "newsmill/v1/order.pb.h"

namespace newsmill {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(5);
constexpr Duration kSlice = std::chrono::milliseconds(100);
constexpr size_t kAtOnce = 1000;

}  // namespace

std::string SuppressionKey(const std::string& article_key) {
  return "suppress:" + article_key;
}

Result<std::unique_ptr<Suppressions>> Suppressions::Open(Bus& bus,
                                                         const Topics& topics,
                                                         Duration timeout,
                                                         const Clock& clock) {
  const TopicPartition control{topics.control, 0};
  const auto marks = bus.admin().FetchWatermarks({control});
  if (!marks) return marks.error();
  const Watermarks mark = marks->at(control);
  auto consumer = bus.NewConsumer({});
  if (!consumer) return consumer.error();
  const auto assigned = (*consumer)->Assign({{control, mark.begin}});
  if (!assigned) return assigned.error();
  std::unique_ptr<Suppressions> all(
      new Suppressions(std::move(*consumer), control));
  const Instant give_up = clock.Uptime() + timeout;
  // What is empty has nothing to wait for, and no position before a record.
  for (int64_t position = mark.begin; position < mark.end;) {
    if (clock.Uptime() > give_up) {
      return Error{Code::kTimedOut, "topic " + control.topic +
                                        " could not be read to its end in " +
                                        FormatDuration(timeout)};
    }
    const auto read = all->ReadOn(kSlice);
    if (!read) return read.error();
    const auto at = all->consumer_->Position(control);
    if (!at) return at.error();
    position = *at;
  }
  return all;
}

Result<bool> Suppressions::ReadOn(Duration wait) {
  const auto messages = consumer_->Poll(kAtOnce, wait);
  if (!messages) return messages.error();
  for (const Message& message : *messages) {
    v1::Order order;
    // The fetchers say so where a record is no order at all.
    if (!order.ParseFromString(message.value)) continue;
    if (order.kind() != v1::Order::SUPPRESS) continue;
    const std::unique_lock lock(mutex_);
    if (order.action() == v1::Order::BLOCK) {
      keys_.insert(order.article_key());
    } else {
      keys_.erase(order.article_key());
    }
  }
  return !messages->empty();
}

bool Suppressions::Has(const std::string& article_key) const {
  const std::shared_lock lock(mutex_);
  return keys_.contains(article_key);
}

void Suppressions::Refresh(Instant now) {
  if (now < look_at_) return;
  const auto read = ReadOn(Duration(0));
  // What is left of a long list does not wait for the next look.
  if (!read || !*read) look_at_ = now + kLookEvery;
  if (!read) {
    log::Warn("The list of erased articles cannot be read now.",
              {{"error", read.error().message}});
  }
}

}  // namespace newsmill
