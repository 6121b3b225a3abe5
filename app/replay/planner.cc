#include "app/replay/planner.h"

#include <algorithm>
#include <map>

#include <re2/re2.h>

namespace newsmill {
namespace {

constexpr Duration kPatience = std::chrono::seconds(20);

using Ranges = std::map<TopicPartition, Watermarks>;

Result<Ranges> RangesByOffset(const std::string& topic, const PlanWish& wish,
                              const Ranges& marks) {
  static const re2::RE2 kForm(R"((\d{1,9}):(\d{1,18})-(\d{1,18}))");
  Ranges ranges;
  for (const std::string& text : wish.offsets) {
    int32_t partition = 0;
    Watermarks range;
    if (!re2::RE2::FullMatch(text, kForm, &partition, &range.begin,
                             &range.end) ||
        range.begin >= range.end) {
      return Error{Code::kInvalidArgument,
                   "--offsets: expected PARTITION:BEGIN-END, such as "
                   "3:1200-1300, found '" +
                       text + "'"};
    }
    const auto known = marks.find({topic, partition});
    if (known == marks.end() || range.end > known->second.end) {
      return Error{Code::kInvalidArgument,
                   "--offsets: " + text + ": " +
                       (known == marks.end()
                            ? topic + " has " + std::to_string(marks.size()) +
                                  " partitions"
                            : "the partition ends at " +
                                  std::to_string(known->second.end))};
    }
    if (!ranges.emplace(known->first, range).second) {
      return Error{Code::kInvalidArgument, "--offsets: partition " +
                                               std::to_string(partition) +
                                               " is named twice"};
    }
  }
  return ranges;
}

Result<Ranges> RangesByTime(Admin& admin, const PlanWish& wish,
                            const Ranges& marks) {
  Ranges ranges = marks;
  std::vector<TopicPartition> all;
  for (const auto& [name, mark] : marks) all.push_back(name);
  const auto clamp = [&](const Offsets& offsets, int64_t Watermarks::*side) {
    for (const auto& [name, offset] : offsets) {
      const Watermarks& mark = marks.at(name);
      ranges[name].*side = std::clamp(offset, mark.begin, mark.end);
    }
  };
  if (wish.from) {
    const auto begins = admin.OffsetsForTime(all, *wish.from);
    if (!begins) return begins.error();
    clamp(*begins, &Watermarks::begin);
  }
  if (wish.to) {
    const auto ends = admin.OffsetsForTime(all, *wish.to);
    if (!ends) return ends.error();
    clamp(*ends, &Watermarks::end);
  }
  return ranges;
}

// Of each partition the append time of the record at its begin.
Result<std::map<TopicPartition, Timestamp>> FirstTimes(Bus& bus,
                                                       const Offsets& begins) {
  std::map<TopicPartition, Timestamp> times;
  auto consumer = bus.NewConsumer(ConsumerOptions{"", "replay-plan"});
  if (!consumer) return consumer.error();
  for (const auto& begin : begins) {
    if (auto set = (*consumer)->Assign({begin}); !set) return set.error();
    const auto messages = (*consumer)->Poll(1, kPatience);
    if (!messages) return messages.error();
    if (!messages->empty()) {
      times[begin.first] = messages->front().append_time;
    }
  }
  return times;
}

// Records below the first one left were perhaps of the wanted time: nobody can
// say, unless the first one left is older than what was wanted.
Result<std::vector<PlanGap>> GapsInTime(Bus& bus, const PlanWish& wish,
                                        const Ranges& ranges,
                                        const Ranges& marks) {
  Offsets doubtful;
  for (const auto& [name, mark] : marks) {
    const bool at_begin = ranges.at(name).begin == mark.begin;
    if (mark.begin > 0 && mark.begin < mark.end && at_begin) {
      doubtful[name] = mark.begin;
    }
  }
  std::vector<PlanGap> gaps;
  const auto times = FirstTimes(bus, doubtful);
  if (!times) return times.error();
  for (const auto& [name, time] : *times) {
    if (wish.from && time <= *wish.from) continue;
    gaps.push_back({name.partition, doubtful[name], time});
  }
  // Nothing is left of what once stood there.
  for (const auto& [name, mark] : marks) {
    if (mark.begin > 0 && mark.begin == mark.end) {
      gaps.push_back({name.partition, mark.begin, std::nullopt});
    }
  }
  return gaps;
}

std::vector<PlanGap> GapsInOffsets(Ranges* ranges, const Ranges& marks) {
  std::vector<PlanGap> gaps;
  for (auto& [name, range] : *ranges) {
    const int64_t begin = marks.at(name).begin;
    if (range.begin >= begin) continue;
    gaps.push_back({name.partition, begin, std::nullopt});
    range.begin = std::min(begin, range.end);
  }
  return gaps;
}

}  // namespace

Result<PlannedRanges> PlanRanges(Bus& bus, const std::string& topic,
                                 int32_t partitions, const PlanWish& wish) {
  std::vector<TopicPartition> all;
  for (int32_t p = 0; p < partitions; ++p) all.push_back({topic, p});
  const auto marks = bus.admin().FetchWatermarks(all);
  if (!marks) return marks.error();
  const bool by_offset = !wish.offsets.empty();
  auto ranges = by_offset ? RangesByOffset(topic, wish, *marks)
                          : RangesByTime(bus.admin(), wish, *marks);
  if (!ranges) return ranges.error();
  PlannedRanges planned;
  if (by_offset) {
    planned.gaps = GapsInOffsets(&*ranges, *marks);
  } else {
    auto gaps = GapsInTime(bus, wish, *ranges, *marks);
    if (!gaps) return gaps.error();
    planned.gaps = std::move(*gaps);
  }
  for (const auto& [name, range] : *ranges) {
    if (range.begin >= range.end) continue;
    v1::ReplayPlan::Range& one = planned.ranges.emplace_back();
    one.set_partition(name.partition);
    one.set_begin(range.begin);
    one.set_end(range.end);
  }
  return planned;
}

}  // namespace newsmill
