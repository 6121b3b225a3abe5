#include "fetcher/seen/revisits.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/proto_duration.h"
#include "core/flow/task_id.h"

namespace newsmill {
namespace {

// At one time; the rest follows at the next turn.
constexpr size_t kPutAtOnce = 200;
// However often a page changes.
constexpr Duration kShortestOfAll = std::chrono::seconds(1);
// Of the interval, more or less: pages that were found together drift apart.
constexpr int64_t kJitterHundredths = 10;

// The first task's ID, for all that follow from it.
std::string ChainOf(const v1::FetchTask& task) {
  const std::string& chain = task.revisit().chain();
  return chain.empty() ? task.task_id() : chain;
}

// The same for the same chain and round.
std::string IdOf(const std::string& chain, int64_t round) {
  Message name;
  name.topic = "revisits";
  name.offset = round;
  name.value = chain;
  return TaskIdOf(name);
}

v1::FetchTask NextTask(const v1::FetchTask& task, Duration interval) {
  v1::FetchTask next;
  const std::string chain = ChainOf(task);
  const int64_t round = task.revisit().round() + 1;
  next.set_task_id(IdOf(chain, round));
  next.set_kind(task.kind());
  next.set_target(task.target());
  next.set_requested_url(task.requested_url());
  next.set_url(task.requested_url());
  next.set_site(task.site());
  next.set_article_id(task.article_id());
  next.set_batch(task.batch());
  *next.mutable_labels() = task.labels();
  next.set_lane(task.lane());
  next.set_discovered_from(task.discovered_from());
  next.set_traceparent(TraceparentOf(next.task_id()));
  // It was asked for, whoever fetched the article meanwhile.
  *next.mutable_duplicate_window() = ToProto(Duration(0));
  v1::Revisit& revisit = *next.mutable_revisit();
  revisit = task.revisit();
  if (!revisit.has_shortest()) {
    *revisit.mutable_shortest() = task.revisit().interval();
  }
  *revisit.mutable_interval() = ToProto(interval);
  revisit.set_chain(chain);
  revisit.set_round(round);
  return next;
}

}  // namespace

bool WantsRevisit(const v1::FetchTask& task) {
  return task.has_revisit() &&
         FromProto(task.revisit().interval()) > Duration(0);
}

bool EndsRevisits(v1::Reason reason) {
  return reason == v1::REASON_HTTP_GONE || reason == v1::REASON_EXTERNAL ||
         reason == v1::REASON_OUT_OF_SCOPE;
}

v1::PlannedRevisit Cancelled(const v1::PlannedRevisit& plan) {
  v1::PlannedRevisit cancelled;
  cancelled.set_article_key(plan.article_key());
  cancelled.set_chain(plan.chain());
  cancelled.set_round(std::numeric_limits<int64_t>::max());
  return cancelled;
}

bool IsCancelled(const v1::PlannedRevisit& plan) {
  return plan.round() == std::numeric_limits<int64_t>::max();
}

Duration NextInterval(const v1::Revisit& revisit, PageChange change,
                      Duration longest) {
  const Duration now = FromProto(revisit.interval());
  Duration next = now;
  if (change == PageChange::kSame) next = now + now / 2;
  if (change == PageChange::kChanged) next = now - now / 5;
  Duration most =
      revisit.has_longest() ? FromProto(revisit.longest()) : longest;
  Duration least = revisit.has_shortest() ? FromProto(revisit.shortest()) : now;
  most = std::max(most, kShortestOfAll);
  least = std::clamp(least, kShortestOfAll, most);
  return std::clamp(next, least, most);
}

Revisits::Revisits(Duration longest, Save save)
    : longest_(longest), save_(std::move(save)) {}

void Revisits::Load(int32_t partition, std::vector<v1::PlannedRevisit> plans) {
  Drop(partition);
  for (const v1::PlannedRevisit& plan : plans) Set(partition, plan);
}

void Revisits::Drop(int32_t partition) {
  // First: they point to keys of the other.
  std::erase_if(due_, [partition](const Due& each) {
    return std::get<int32_t>(each) == partition;
  });
  partitions_.erase(partition);
}

void Revisits::Plan(int32_t partition, const std::string& article_key,
                    const v1::FetchTask& task, PageChange change, Timestamp now,
                    Durable durable) {
  if (!save_ || !WantsRevisit(task) || article_key.empty()) {
    return durable(true);
  }
  const std::string chain = ChainOf(task);
  const int64_t round = task.revisit().round();
  const Plans& plans = partitions_[partition];
  const auto known = plans.find(article_key);
  if (known != plans.end()) {
    v1::PlannedRevisit plan;
    plan.ParseFromString(known->second.plan);
    // Planned by an earlier reading of this task, or cancelled; or another
    // chain has taken this one's place.
    if (plan.chain() == chain ? plan.round() > round : round > 0) {
      return durable(true);
    }
  }
  const Duration interval = NextInterval(task.revisit(), change, longest_);
  const Timestamp due = DueAt(interval, now);
  if (task.revisit().has_until() && due > FromProto(task.revisit().until())) {
    return durable(true);
  }
  v1::PlannedRevisit plan;
  plan.set_article_key(article_key);
  plan.set_chain(chain);
  plan.set_round(round + 1);
  *plan.mutable_due_at() = ToProto(due);
  *plan.mutable_task() = NextTask(task, interval);
  Set(partition, plan);
  save_(partition, std::move(plan), std::nullopt, std::move(durable));
}

bool Revisits::IsPlanned(int32_t partition,
                         const std::string& article_key) const {
  const auto plans = partitions_.find(partition);
  if (plans == partitions_.end()) return false;
  const auto known = plans->second.find(article_key);
  return known != plans->second.end() && known->second.due.has_value();
}

void Revisits::PutWhatIsDue(Timestamp now) {
  for (size_t i = 0; i < kPutAtOnce && !due_.empty(); ++i) {
    const auto [due, partition, key] = *due_.begin();
    if (due > now) return;
    v1::PlannedRevisit plan;
    plan.ParseFromString(partitions_.at(partition).at(*key).plan);
    v1::FetchTask task = std::move(*plan.mutable_task());
    plan.clear_task();
    plan.clear_due_at();
    Set(partition, plan);
    save_(partition, std::move(plan), std::move(task), [](bool) {});
  }
}

std::optional<Timestamp> Revisits::next() const {
  if (due_.empty()) return std::nullopt;
  return std::get<Timestamp>(*due_.begin());
}

void Revisits::Set(int32_t partition, const v1::PlannedRevisit& plan) {
  const auto [known, is_new] =
      partitions_[partition].try_emplace(plan.article_key());
  Entry& entry = known->second;
  if (entry.due) due_.erase({*entry.due, partition, &known->first});
  entry.plan = plan.SerializeAsString();
  entry.due.reset();
  if (!plan.has_due_at()) return;
  entry.due = FromProto(plan.due_at());
  due_.emplace(*entry.due, partition, &known->first);
}

Timestamp Revisits::DueAt(Duration interval, Timestamp now) {
  const int64_t most = interval.count() / 100 * kJitterHundredths;
  std::uniform_int_distribution<int64_t> jitter(-most, most);
  return now + interval + Duration(jitter(random_));
}

}  // namespace newsmill
