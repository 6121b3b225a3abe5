#include "app/replay/report.h"

#include "app/cli/format.h"
#include "app/cli/message_json.h"

namespace newsmill {

using Json = nlohmann::ordered_json;

std::string SourceName(v1::ReplayPlan::Source source) {
  if (source == v1::ReplayPlan::PAGES) return "pages";
  return source == v1::ReplayPlan::ARTICLES ? "articles" : "dead";
}

std::string StateName(v1::ReplayPlan::State state) {
  if (state == v1::ReplayPlan::OPEN) return "open";
  return state == v1::ReplayPlan::FINISHED ? "finished" : "cancelled";
}

Json PlanJson(const v1::ReplayPlan& plan, const PlanProgress& progress) {
  const v1::ReplayCounts& counts = progress.counts;
  Json json = {{"name", plan.name()},
               {"source", SourceName(plan.source())},
               {"topic", plan.topic()},
               {"state", StateName(plan.state())},
               {"made_at", FormatRfc3339(FromProto(plan.made_at()))},
               {"offsets", RecordsIn(plan)},
               {"left", progress.left},
               {"read", SumOf(counts)},
               {"filtered", counts.filtered()},
               {"written", counts.written()},
               {"refused", counts.refused()},
               {"unchanged", counts.unchanged()},
               {"dead", counts.dead()},
               {"rate", plan.rate()},
               {"filter", MessageToJson(plan.filter())},
               {"ranges", Json::array()}};
  for (const auto& range : plan.ranges()) {
    json["ranges"].push_back({{"partition", range.partition()},
                              {"begin", range.begin()},
                              {"end", range.end()}});
  }
  return json;
}

void PrintPlan(const v1::ReplayPlan& plan, const PlanProgress& progress,
               Output& out) {
  const v1::ReplayCounts& counts = progress.counts;
  out.Line(
      out.Styled(Style::kBold, plan.name()) + "  " + StateName(plan.state()) +
      "  " + SourceName(plan.source()) + " from " +
      Counted(plan.ranges_size(), "partition") + " of " + plan.topic() + ", " +
      FormatCount(RecordsIn(plan)) + " offsets" +
      (progress.left > 0 ? ", " + FormatCount(progress.left) + " left" : ""));
  out.Line("read " + FormatCount(SumOf(counts)) + " = filtered " +
           FormatCount(counts.filtered()) + " + written " +
           FormatCount(counts.written()) + " + refused as older " +
           FormatCount(counts.refused()) + " + unchanged " +
           FormatCount(counts.unchanged()) + " + dead " +
           FormatCount(counts.dead()));
}

Result<PlanProgress> StandingOf(Admin& admin, const std::string& prefix,
                                const v1::ReplayPlan& plan) {
  // The offsets of a group without members expire on Kafka.
  if (plan.state() == v1::ReplayPlan::OPEN) {
    return ProgressOf(admin, prefix, plan);
  }
  return PlanProgress{plan.counts(), 0,
                      plan.state() == v1::ReplayPlan::FINISHED};
}

}  // namespace newsmill
