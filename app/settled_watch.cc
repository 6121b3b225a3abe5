#include "app/settled_watch.h"

#include <algorithm>

#include "core/runtime/log.h"

namespace newsmill {
namespace {

constexpr Duration kAskEvery = std::chrono::milliseconds(500);

}  // namespace

Result<std::unique_ptr<SettledWatch>> SettledWatch::Start(
    Admin& admin, const Topics& topics, std::unique_ptr<StoreReader> reader) {
  std::vector<TopicPartition> partitions;
  for (int32_t p = 0; p < topics.PartitionsOf(topics.tasks); ++p) {
    partitions.push_back({topics.tasks, p});
  }
  const auto marks = admin.FetchWatermarks(partitions);
  if (!marks) return marks.error();
  Offsets ends;
  for (const auto& [name, mark] : *marks) {
    if (mark.end > mark.begin) ends[name] = mark.end;
  }
  return std::unique_ptr<SettledWatch>(
      new SettledWatch(std::move(ends), std::move(reader)));
}

bool SettledWatch::IsSettled(Instant now) {
  if (now < ask_at_) return reached_;
  ask_at_ = now + kAskEvery;
  const Result<bool> settled = Ask();
  if (!settled) {
    log::Warn("The ledger is not known now.",
              {{"error", settled.error().message}});
  }
  reached_ = settled && *settled;
  return reached_;
}

Result<bool> SettledWatch::Ask() {
  const auto next = reader_->NextOffsets();
  if (!next) return next.error();
  const bool read =
      std::all_of(ends_.begin(), ends_.end(), [&](const auto& end) {
        const auto at = next->find(end.first);
        return at != next->end() && at->second >= end.second;
      });
  if (!read) return false;
  const auto oldest = reader_->OldestOpen();
  if (!oldest) return oldest.error();
  return !oldest->has_value();
}

}  // namespace newsmill
