#include "app/revisit_plans.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/flow/task_codec.h"
#include "fetcher/hosts/host_log.h"
#include "fetcher/hosts/read_topic.h"
#include "fetcher/seen/revisits.h"

namespace newsmill {
namespace {

constexpr Duration kPatience = std::chrono::minutes(5);
// A fetcher that takes the partition back between our taking it and our
// writing.
constexpr int kMostTries = 5;
// Of one transaction.
constexpr size_t kMostAtOnce = 1000;

Result<std::vector<StandingPlan>> ReadPlans(
    Bus& bus, const std::vector<TopicPartition>& partitions,
    const Clock& clock) {
  std::map<std::pair<int32_t, std::string>, StandingPlan> newest;
  auto read =
      ReadToEnd(bus, partitions, kPatience, clock, [&](const Message& message) {
        const auto place =
            std::pair(message.partition, message.key.value_or(""));
        StandingPlan plan{message.partition, {}};
        newest.erase(place);
        if (message.value.empty() || !plan.plan.ParseFromString(message.value))
          return;
        newest[place] = std::move(plan);
      });
  if (!read) return read.error();
  std::vector<StandingPlan> plans;
  for (auto& [place, plan] : newest) {
    if (!IsCancelled(plan.plan)) plans.push_back(std::move(plan));
  }
  return plans;
}

Record RecordOf(const Topics& topics, const StandingPlan& plan) {
  Record record;
  record.topic = topics.revisits;
  record.partition = plan.partition;
  record.key = plan.plan.article_key();
  record.value = plan.plan.SerializeAsString();
  record.headers =
      RecordHeaders(v1::PlannedRevisit::descriptor()->full_name(), "", "");
  return record;
}

Result<int64_t> CancelIn(
    Bus& bus, const Topics& topics, const std::string& prefix,
    const Clock& clock, int32_t partition,
    const std::function<bool(const v1::PlannedRevisit&)>& which) {
  FencedProducerOptions options;
  options.id = HostOwnerId(prefix, partition);
  options.client_id = "newsmill-revisits";
  const auto owner = bus.NewFencedProducer(options);
  if (!owner) return owner.error();
  // Again: only now nobody else writes.
  auto plans = ReadPlans(bus, {{topics.revisits, partition}}, clock);
  if (!plans) return plans.error();
  std::vector<Record> records;
  for (StandingPlan& plan : *plans) {
    if (!which(plan.plan)) continue;
    plan.plan = Cancelled(plan.plan);
    records.push_back(RecordOf(topics, plan));
  }
  for (size_t from = 0; from < records.size(); from += kMostAtOnce) {
    const auto first = records.begin() + static_cast<ptrdiff_t>(from);
    const auto count = std::min(records.size() - from, kMostAtOnce);
    const auto written = (*owner)->Write(
        std::vector<Record>(first, first + static_cast<ptrdiff_t>(count)));
    if (!written) return written.error();
  }
  return std::ssize(records);
}

}  // namespace

Result<std::vector<StandingPlan>> ReadRevisitPlans(Bus& bus,
                                                   const Topics& topics,
                                                   const Clock& clock) {
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < topics.PartitionsOf(topics.revisits); ++i) {
    partitions.push_back({topics.revisits, i});
  }
  auto plans = ReadPlans(bus, partitions, clock);
  if (!plans) return plans;
  std::stable_sort(plans->begin(), plans->end(),
                   [](const StandingPlan& a, const StandingPlan& b) {
                     if (a.plan.has_due_at() != b.plan.has_due_at()) {
                       return a.plan.has_due_at();
                     }
                     return FromProto(a.plan.due_at()) <
                            FromProto(b.plan.due_at());
                   });
  return plans;
}

Result<int64_t> CancelRevisits(
    Bus& bus, const Topics& topics, const std::string& prefix,
    const Clock& clock,
    const std::function<bool(const v1::PlannedRevisit&)>& which) {
  const auto plans = ReadRevisitPlans(bus, topics, clock);
  if (!plans) return plans.error();
  std::set<int32_t> partitions;
  for (const StandingPlan& plan : *plans) {
    if (which(plan.plan)) partitions.insert(plan.partition);
  }
  int64_t cancelled = 0;
  for (const int32_t partition : partitions) {
    for (int tries = 1;; ++tries) {
      const auto done = CancelIn(bus, topics, prefix, clock, partition, which);
      if (done) {
        cancelled += *done;
        break;
      }
      if (done.error().code != Code::kFenced) return done.error();
      if (tries == kMostTries) {
        return Error{Code::kUnavailable, "fetchers keep taking partition " +
                                             std::to_string(partition) +
                                             " back; try again"};
      }
    }
  }
  return cancelled;
}

}  // namespace newsmill
