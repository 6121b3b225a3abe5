#include "app/replay/plan_book.h"

#include <algorithm>
#include <charconv>
#include <future>

#include "core/flow/commit_note.h"
#include "core/flow/task_codec.h"
#include "fetcher/hosts/read_topic.h"

namespace newsmill {
namespace {

constexpr Duration kPatience = std::chrono::seconds(60);
constexpr size_t kLongestName = 64;

}  // namespace

Result<void> CheckPlanName(const std::string& name) {
  const bool sound =
      !name.empty() && name.size() <= kLongestName &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      });
  if (sound) return {};
  return Error{Code::kInvalidArgument,
               "'" + name +
                   "' is no name of a replay; expected up to 64 letters, "
                   "digits, '-', '_' and '.'"};
}

Result<std::map<std::string, v1::ReplayPlan>> ReadPlans(Bus& bus,
                                                        const Topics& topics,
                                                        const Clock& clock) {
  std::map<std::string, v1::ReplayPlan> plans;
  const auto read = ReadToEnd(
      bus, {{topics.replays, 0}}, kPatience, clock,
      [&](const Message& message) {
        v1::ReplayPlan plan;
        if (plan.ParseFromString(message.value) && !plan.name().empty()) {
          plans[plan.name()] = std::move(plan);
        }
      });
  if (!read) return read.error();
  return plans;
}

Result<v1::ReplayPlan> FindPlan(Bus& bus, const Topics& topics,
                                const Clock& clock, const std::string& name) {
  const auto plans = ReadPlans(bus, topics, clock);
  if (!plans) return plans.error();
  const auto found = plans->find(name);
  if (found != plans->end()) return found->second;
  std::string known;
  for (const auto& [other, plan] : *plans) {
    known += (known.empty() ? "" : ", ") + other;
  }
  return Error{Code::kNotFound,
               "there is no replay '" + name + "'" +
                   (known.empty() ? "; `newsmill replay plan` makes one"
                                  : "; there are: " + known)};
}

Result<void> WritePlan(Bus& bus, const Topics& topics,
                       const v1::ReplayPlan& plan) {
  auto producer = bus.NewProducer(ProducerOptions{"replay"});
  if (!producer) return producer.error();
  Record record;
  record.topic = topics.replays;
  record.partition = 0;
  record.key = plan.name();
  record.value = plan.SerializeAsString();
  record.headers = RecordHeaders("newsmill.v1.ReplayPlan", "", "");
  const auto answer = std::make_shared<std::promise<Result<void>>>();
  auto answered = answer->get_future();
  (*producer)->Produce(
      std::move(record), [answer](const Result<RecordMetadata>& done) {
        answer->set_value(done ? Result<void>() : Result<void>(done.error()));
      });
  const Result<void> flushed = (*producer)->Flush(kPatience);
  if (!flushed) return flushed;
  return answered.get();
}

std::string GroupOfPlan(const std::string& prefix, const std::string& name) {
  return prefix + "replay." + name;
}

std::map<TopicPartition, Watermarks> RangeOf(const v1::ReplayPlan& plan) {
  std::map<TopicPartition, Watermarks> ranges;
  for (const auto& range : plan.ranges()) {
    ranges[{plan.topic(), range.partition()}] = {range.begin(), range.end()};
  }
  return ranges;
}

int64_t RecordsIn(const v1::ReplayPlan& plan) {
  int64_t records = 0;
  for (const auto& range : plan.ranges()) {
    records += range.end() - range.begin();
  }
  return records;
}

Result<PlanProgress> ProgressOf(Admin& admin, const std::string& prefix,
                                const v1::ReplayPlan& plan) {
  PlanProgress progress;
  std::vector<TopicPartition> partitions;
  for (const auto& [name, marks] : RangeOf(plan)) partitions.push_back(name);
  const auto offsets =
      admin.GroupOffsets(GroupOfPlan(prefix, plan.name()), partitions);
  if (!offsets) return offsets.error();
  for (const auto& [name, marks] : RangeOf(plan)) {
    const auto at = offsets->find(name);
    if (at == offsets->end()) {
      progress.left += marks.end - marks.begin;
      continue;
    }
    const CommittedOffset& stands = at->second;
    progress.left += std::max<int64_t>(marks.end - stands.next, 0);
    AddCounts(
        DecodeCounts(CommitNote::Decode(stands.next, stands.metadata).tally),
        &progress.counts);
  }
  progress.finished = progress.left == 0;
  return progress;
}

std::string EncodeCounts(const v1::ReplayCounts& counts) {
  std::string text;
  for (const int64_t count :
       {counts.filtered(), counts.written(), counts.refused(),
        counts.unchanged(), counts.dead()}) {
    text += (text.empty() ? "" : ",") + std::to_string(count);
  }
  return text;
}

v1::ReplayCounts DecodeCounts(const std::string& text) {
  int64_t numbers[5] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int64_t& number : numbers) {
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc()) return {};
    at = read.ptr == end ? end : read.ptr + 1;
  }
  v1::ReplayCounts counts;
  counts.set_filtered(numbers[0]);
  counts.set_written(numbers[1]);
  counts.set_refused(numbers[2]);
  counts.set_unchanged(numbers[3]);
  counts.set_dead(numbers[4]);
  return counts;
}

void AddCounts(const v1::ReplayCounts& counts, v1::ReplayCounts* sum) {
  sum->set_filtered(sum->filtered() + counts.filtered());
  sum->set_written(sum->written() + counts.written());
  sum->set_refused(sum->refused() + counts.refused());
  sum->set_unchanged(sum->unchanged() + counts.unchanged());
  sum->set_dead(sum->dead() + counts.dead());
}

int64_t SumOf(const v1::ReplayCounts& counts) {
  return counts.filtered() + counts.written() + counts.refused() +
         counts.unchanged() + counts.dead();
}

PlanWatch::PlanWatch(Bus& bus, const Topics& topics, std::string name)
    : bus_(bus), where_{topics.replays, 0}, name_(std::move(name)) {}

Result<std::optional<v1::ReplayPlan::State>> PlanWatch::Look() {
  if (!consumer_) {
    auto consumer = bus_.NewConsumer(ConsumerOptions{"", "replay"});
    if (!consumer) return consumer.error();
    const auto assigned = (*consumer)->Assign({{where_, kOffsetBeginning}});
    if (!assigned) return assigned.error();
    consumer_ = std::move(*consumer);
  }
  std::optional<v1::ReplayPlan::State> state;
  const auto messages = consumer_->Poll(1000, Duration(0));
  if (!messages) return messages.error();
  for (const Message& message : *messages) {
    v1::ReplayPlan plan;
    if (message.key == name_ && plan.ParseFromString(message.value)) {
      state = plan.state();
    }
  }
  return state;
}

}  // namespace newsmill
