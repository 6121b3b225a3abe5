#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/revisit_plans.h"
#include "core/base/proto_duration.h"

namespace newsmill {
namespace {

constexpr int64_t kPeoplesLimit = 100;

// Which plans a command is about; all where nothing is named.
struct PlanChoice {
  std::vector<std::string> keys;
  std::string batch, site;

  void Declare(Arguments& arguments) {
    arguments.Positional("KEY", &keys,
                         "article key: site:id, or the URL that stands for it");
    arguments.Option("--batch", "NAME", &batch, "only those of this batch");
    arguments.Option("--site", "NAME", &site, "only those of this site");
  }
  bool any() const { return !keys.empty() || !batch.empty() || !site.empty(); }
  bool Covers(const v1::PlannedRevisit& plan) const {
    if (!keys.empty() &&
        std::find(keys.begin(), keys.end(), plan.article_key()) == keys.end()) {
      return false;
    }
    return (batch.empty() || plan.task().batch() == batch) &&
           (site.empty() || plan.task().site() == site);
  }
};

class RevisitsList : public Command {
 public:
  std::string name() const override { return "revisits list"; }
  std::string summary() const override {
    return "List articles that will be fetched again, and when";
  }
  void Declare(Arguments& arguments) override {
    choice_.Declare(arguments);
    arguments.Option("--limit", "N", &limit_, "at most so many; 0: all");
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenLogToLook(context.settings);
    if (!bus) return bus.error();
    auto plans =
        ReadRevisitPlans(**bus, TopicsOf(context.settings), context.clock);
    if (!plans) return plans.error();
    std::erase_if(*plans, [this](const StandingPlan& each) {
      return !each.plan.has_due_at() || !choice_.Covers(each.plan);
    });
    const auto all = std::ssize(*plans);
    const int64_t limit = limit_.value_or(json_ ? 0 : kPeoplesLimit);
    if (limit > 0 && all > limit) plans->resize(static_cast<size_t>(limit));
    json_ ? PrintLines(context, *plans) : PrintTable(context, *plans);
    if (std::ssize(*plans) < all) {
      context.err.Line("The first " + FormatCount(std::ssize(*plans)) + " of " +
                       FormatCount(all) + "; --limit 0 lists all.");
    }
    return Finished(context);
  }

 private:
  static void PrintLines(Context& context,
                         const std::vector<StandingPlan>& plans) {
    for (const StandingPlan& each : plans) {
      nlohmann::ordered_json json = MessageToJson(each.plan);
      json["partition"] = each.partition;
      context.out.Line(JsonLine(json));
    }
  }

  static void PrintTable(Context& context,
                         const std::vector<StandingPlan>& plans) {
    if (plans.empty()) {
      context.err.Line("No article is planned to be fetched again.");
      return;
    }
    Table table({{"DUE"},
                 {"EVERY", Table::Align::kRight},
                 {"ROUND", Table::Align::kRight},
                 {"BATCH"},
                 {"ARTICLE", Table::Align::kLeft, 200}});
    for (const StandingPlan& each : plans) {
      const v1::FetchTask& task = each.plan.task();
      table.Add({{FormatTime(FromProto(each.plan.due_at()))},
                 {FormatDuration(FromProto(task.revisit().interval()))},
                 {FormatCount(each.plan.round())},
                 {task.batch()},
                 {each.plan.article_key()}});
    }
    table.Print(context.out);
  }

  PlanChoice choice_;
  std::optional<int64_t> limit_;
  bool json_ = false;
};

class RevisitsCancel : public Command {
 public:
  std::string name() const override { return "revisits cancel"; }
  std::string summary() const override {
    return "Fetch articles again no more: by key, batch or site, or all";
  }
  void Declare(Arguments& arguments) override {
    choice_.Declare(arguments);
    arguments.Flag("--all", &all_, "all that are planned");
    arguments.Flag("--json", &json_, "print the result as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    if (choice_.any() == all_) {
      return Error{Code::kInvalidArgument,
                   "expected articles, --batch, --site or, alone, --all"};
    }
    const auto bus = OpenLog(context.settings);
    if (!bus) return bus.error();
    std::set<std::string> found;
    const auto cancelled = CancelRevisits(
        **bus, TopicsOf(context.settings), context.settings.log.prefix,
        context.clock, [&](const v1::PlannedRevisit& plan) {
          if (!choice_.Covers(plan)) return false;
          found.insert(plan.article_key());
          return true;
        });
    if (!cancelled) return cancelled.error();
    for (const std::string& key : choice_.keys) {
      if (found.contains(key)) continue;
      context.err.Line("newsmill: nothing is planned for '" + key + "'");
    }
    if (json_) {
      context.out.Line(JsonText({{"cancelled", *cancelled}}));
    } else {
      context.out.Line("Cancelled " + Counted(*cancelled, "plan") + ".");
    }
    const bool missed = std::any_of(
        choice_.keys.begin(), choice_.keys.end(),
        [&](const std::string& key) { return !found.contains(key); });
    return Finished(context, missed ? kExitCheckFailed : kExitDone);
  }

 private:
  PlanChoice choice_;
  bool all_ = false, json_ = false;
};

}  // namespace

CommandPtr MakeRevisitsList() { return std::make_unique<RevisitsList>(); }
CommandPtr MakeRevisitsCancel() { return std::make_unique<RevisitsCancel>(); }

}  // namespace newsmill
