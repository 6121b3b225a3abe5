#include "fetcher/hosts/read_topic.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

namespace newsmill {
namespace {

constexpr size_t kBatch = 500;
constexpr Duration kSlice = std::chrono::milliseconds(100);

Result<bool> AtEnd(Consumer& consumer,
                   const std::map<TopicPartition, Watermarks>& marks) {
  for (const auto& [partition, mark] : marks) {
    const Result<int64_t> position = consumer.Position(partition);
    if (!position) return position.error();
    if (*position < mark.end) return false;
  }
  return true;
}

}  // namespace

Result<void> ReadToEnd(Bus& bus, const std::vector<TopicPartition>& partitions,
                       Duration timeout, const Clock& clock,
                       const std::function<void(const Message&)>& visit) {
  const Instant give_up = clock.Uptime() + timeout;
  auto marks = bus.admin().FetchWatermarks(partitions);
  if (!marks) return marks.error();
  // What is empty has nothing to wait for, and no position before a record.
  std::erase_if(*marks, [](const auto& each) {
    return each.second.begin >= each.second.end;
  });
  if (marks->empty()) return {};
  auto consumer = bus.NewConsumer({});
  if (!consumer) return consumer.error();
  Offsets starts;
  for (const auto& [partition, mark] : *marks) starts[partition] = mark.begin;
  if (auto assigned = (*consumer)->Assign(starts); !assigned) return assigned;
  while (true) {
    const Result<bool> done = AtEnd(**consumer, *marks);
    if (!done) return done.error();
    if (*done) return {};
    if (clock.Uptime() > give_up) {
      return Error{Code::kTimedOut, "topic " + partitions.front().topic +
                                        " could not be read to its end in " +
                                        FormatDuration(timeout)};
    }
    auto messages = (*consumer)->Poll(kBatch, kSlice);
    if (!messages) return messages.error();
    for (const Message& message : *messages) visit(message);
  }
}

}  // namespace newsmill
