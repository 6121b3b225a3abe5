// HostLog, following: orders of operators, and the dead letters of pages.

#include <utility>

#include "core/runtime/log.h"
#include "fetcher/hosts/host_log.h"
#include "fetcher/hosts/orders.h"
#include "newsmill/v1/dead_letter.pb.h"

namespace newsmill {
namespace {

constexpr size_t kOrdersAtOnce = 500;
// Dead letters may hold whole pages.
constexpr size_t kDeadAtOnce = 50;

}  // namespace

// Orders.

void HostLog::FollowOrders() {
  const Instant now = clock_.Uptime();
  if (now < look_for_orders_at_ || now < try_at_) return;
  look_for_orders_at_ = now + kLookForOrders;
  if (!orders_) {
    const Result<void> opened = OpenOrders();
    if (!opened) return Trouble("read the orders of operators", opened.error());
  }
  const TopicPartition control{topics_.control, 0};
  auto messages = orders_->Poll(kOrdersAtOnce, Duration(0));
  if (!messages) {
    orders_.reset();
    return Trouble("read the orders of operators", messages.error());
  }
  std::vector<v1::Order> orders;
  for (const Message& message : *messages) {
    Result<v1::Order> order = DecodeOrder(message);
    if (order) {
      orders.push_back(*std::move(order));
    } else {
      log::Warn("An order cannot be read.", {{"error", order.error().message}});
    }
  }
  if (!orders.empty()) events_.orders(std::move(orders));
  // The rest of the first reading does not wait for the next look.
  if (!orders_read_) look_for_orders_at_ = now;
  const Result<int64_t> position = orders_->Position(control);
  if (position && *position >= orders_end_) orders_read_ = true;
}

// Dead letters of pages.

void HostLog::FollowDead() {
  const Instant now = clock_.Uptime();
  if (now < look_for_dead_at_ || now < try_at_) return;
  if (!events_.died) {
    dead_read_ = true;
    return;
  }
  if (dead_read_) look_for_dead_at_ = now + kLookForOrders;
  if (!dead_) {
    const Result<void> opened = OpenDead();
    if (!opened) return Trouble("read the dead letters", opened.error());
  }
  auto messages = dead_->Poll(kDeadAtOnce, Duration(0));
  if (!messages) {
    // What was trimmed meanwhile speaks of pages that are not spoken of either.
    dead_.reset();
    return Trouble("read the dead letters", messages.error());
  }
  ReadOn(*messages);
  if (dead_read_) return;
  for (const auto& [partition, end] : dead_ends_) {
    const Result<int64_t> position = dead_->Position(partition);
    if (!position || *position < end) return;
  }
  dead_read_ = true;
}

void HostLog::ReadOn(const std::vector<Message>& messages) {
  std::vector<std::string> died;
  for (const Message& message : messages) {
    v1::DeadLetter letter;
    if (!letter.ParseFromString(message.value)) continue;
    // A task that the fetcher gave up has no page.
    if (letter.stage() == v1::STAGE_FETCHER || letter.task_id().empty()) {
      continue;
    }
    died.push_back(letter.task_id());
  }
  if (!died.empty()) events_.died(std::move(died));
}

Result<void> HostLog::OpenDead() {
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < topics_.PartitionsOf(topics_.dead); ++i) {
    partitions.push_back({topics_.dead, i});
  }
  const auto marks = bus_.admin().FetchWatermarks(partitions);
  if (!marks) return marks.error();
  Offsets start;
  dead_ends_.clear();
  for (const auto& [partition, mark] : *marks) {
    start[partition] = mark.begin;
    if (mark.end > mark.begin) dead_ends_[partition] = mark.end;
  }
  const auto retention = topics_.RetentionOf(topics_.pages);
  if (retention) {
    auto since =
        bus_.admin().OffsetsForTime(partitions, clock_.Now() - *retention);
    if (!since) return since.error();
    start = *std::move(since);
    std::erase_if(dead_ends_, [&](const auto& each) {
      return start.at(each.first) >= each.second;
    });
  }
  auto consumer = bus_.NewConsumer({});
  if (!consumer) return consumer.error();
  if (auto assigned = (*consumer)->Assign(start); !assigned) return assigned;
  dead_ = *std::move(consumer);
  return {};
}

Result<void> HostLog::OpenOrders() {
  const TopicPartition control{topics_.control, 0};
  const auto marks = bus_.admin().FetchWatermarks({control});
  if (!marks) return marks.error();
  auto consumer = bus_.NewConsumer({});
  if (!consumer) return consumer.error();
  const Offsets start{{control, marks->at(control).begin}};
  if (auto assigned = (*consumer)->Assign(start); !assigned) return assigned;
  orders_ = *std::move(consumer);
  orders_end_ = marks->at(control).end;
  return {};
}

}  // namespace newsmill
