#include "app/replay/plan_options.h"

#include "app/cli/format.h"
#include "app/open.h"
#include "app/replay/plan_book.h"
#include "app/replay/planner.h"

namespace newsmill {
namespace {

Result<void> SetSource(const PlanOptions& options, const Topics& topics,
                       v1::ReplayPlan* plan) {
  if (options.source == "pages") {
    plan->set_source(v1::ReplayPlan::PAGES);
    plan->set_topic(topics.pages);
  } else if (options.source == "articles") {
    plan->set_source(v1::ReplayPlan::ARTICLES);
    plan->set_topic(topics.articles);
  } else if (options.source == "dead") {
    plan->set_source(v1::ReplayPlan::DEAD_LETTERS);
    plan->set_topic(topics.dead);
  } else {
    return Error{Code::kInvalidArgument,
                 "'" + options.source +
                     "' cannot be replayed; expected pages, articles or dead"};
  }
  return {};
}

Result<void> SetFilter(const PlanOptions& options,
                       v1::ReplayPlan::Filter* filter) {
  filter->set_site(options.site);
  filter->set_url_prefix(options.url_prefix);
  filter->set_batch(options.batch);
  if (!options.outcome.empty()) {
    v1::OutcomeKind kind{};
    if (!v1::OutcomeKind_Parse(options.outcome, &kind)) {
      return Error{Code::kInvalidArgument,
                   "--outcome: expected STORED, UNCHANGED, GONE, SKIPPED or "
                   "DEAD, found '" +
                       options.outcome + "'"};
    }
    filter->set_outcome(kind);
  }
  if (!options.reason.empty()) {
    v1::Reason reason{};
    if (!v1::Reason_Parse("REASON_" + options.reason, &reason)) {
      return Error{Code::kInvalidArgument,
                   "--reason: there is no reason '" + options.reason +
                       "'; docs/outcomes.md lists them"};
    }
    filter->set_reason(reason);
  }
  return {};
}

Result<PlanWish> WishOf(Context& context, const PlanOptions& options) {
  PlanWish wish;
  const auto from = ResolveInstant(context, "--from", options.from);
  if (!from) return from.error();
  const auto to = ResolveInstant(context, "--to", options.to);
  if (!to) return to.error();
  wish.from = *from;
  wish.to = *to;
  wish.offsets = options.offsets;
  if (!wish.offsets.empty() && (wish.from || wish.to)) {
    return Error{Code::kInvalidArgument, "--offsets excludes --from and --to"};
  }
  if (wish.from && wish.to && *wish.from >= *wish.to) {
    return Error{Code::kInvalidArgument, "--from is not before --to"};
  }
  return wish;
}

Error GapError(const std::string& topic, const std::vector<PlanGap>& gaps) {
  std::string text = "of " + topic + " some is deleted already: ";
  const PlanGap& gap = gaps.front();
  text += "partition " + std::to_string(gap.partition) + " begins at offset " +
          std::to_string(gap.retained_from);
  if (gap.first_time) text += ", " + FormatTime(*gap.first_time);
  if (gaps.size() > 1) {
    text += ", and so for " + Counted(std::ssize(gaps) - 1, "other partition");
  }
  return {Code::kOutOfRange,
          text +
              "; --allow-gap replays what is left, a later --from asks for "
              "less"};
}

}  // namespace

void PlanOptions::Declare(Arguments& arguments) {
  arguments.Option("--from", "TIME", &from,
                   "what was appended from then on: 7d, yesterday, RFC 3339");
  arguments.Option("--to", "TIME", &to, "and before then; now without it");
  arguments.Option("--offsets", "P:BEGIN-END", &offsets,
                   "these offsets of a partition; may be repeated");
  arguments.Option("--site", "NAME", &site, "of this site only");
  arguments.Option("--url-prefix", "URL", &url_prefix, "of URLs that begin so");
  arguments.Option("--batch", "NAME", &batch, "of this batch only");
  arguments.Option("--outcome", "KIND", &outcome,
                   "of tasks that ended so: STORED, GONE, SKIPPED");
  arguments.Option("--reason", "REASON", &reason,
                   "of tasks that ended for it, such as LIST");
  arguments.Option("--rate", "N", &rate,
                   "at most so many records a second, over all processes");
  arguments.Flag("--allow-gap", &allow_gap,
                 "go on without what is deleted already");
}

Result<v1::ReplayPlan> MakePlan(Context& context, const PlanOptions& options) {
  if (auto named = CheckPlanName(options.name); !named) return named.error();
  const Topics topics = TopicsOf(context.settings);
  v1::ReplayPlan plan;
  plan.set_name(options.name);
  plan.set_state(v1::ReplayPlan::OPEN);
  if (auto set = SetSource(options, topics, &plan); !set) return set.error();
  if (auto set = SetFilter(options, plan.mutable_filter()); !set) {
    return set.error();
  }
  if (options.rate && *options.rate < 1) {
    return Error{Code::kInvalidArgument, "--rate: expected a number above 0"};
  }
  plan.set_rate(options.rate.value_or(0));
  plan.set_allow_gap(options.allow_gap);
  const auto wish = WishOf(context, options);
  if (!wish) return wish.error();

  const auto bus = OpenLogToLook(context.settings);
  if (!bus) return bus.error();
  const auto plans = ReadPlans(**bus, topics, context.clock);
  if (!plans) return plans.error();
  if (plans->contains(options.name)) {
    return Error{Code::kInvalidArgument,
                 "there is a replay '" + options.name +
                     "' already; `newsmill replay status " + options.name +
                     "` shows it"};
  }
  const auto cluster = (*bus)->admin().ClusterId();
  if (!cluster) return cluster.error();
  plan.set_cluster_id(*cluster);
  *plan.mutable_made_at() = ToProto(context.clock.Now());
  if (wish->from) *plan.mutable_from() = ToProto(*wish->from);
  if (wish->to) *plan.mutable_to() = ToProto(*wish->to);
  const auto planned =
      PlanRanges(**bus, plan.topic(), topics.PartitionsOf(plan.topic()), *wish);
  if (!planned) return planned.error();
  if (!planned->gaps.empty() && !options.allow_gap) {
    return GapError(plan.topic(), planned->gaps);
  }
  for (const auto& range : planned->ranges) *plan.add_ranges() = range;
  if (auto written = WritePlan(**bus, topics, plan); !written) {
    return written.error();
  }
  return plan;
}

}  // namespace newsmill
