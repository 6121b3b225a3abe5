#include <google/protobuf/descriptor.h>
#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/table.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/replay/plan_options.h"
#include "app/replay/report.h"
#include "app/replay/runner.h"

namespace newsmill {
namespace {

class ReplayPlanCommand : public Command {
 public:
  std::string name() const override { return "replay plan"; }
  std::string summary() const override {
    return "Say which records are worked on again, and how many";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("SOURCE", &options_.source, true,
                         "pages (parsed again), articles (stored again) or "
                         "dead (tried again)");
    arguments.Option("--name", "NAME", &options_.name,
                     "what the replay is called");
    options_.Declare(arguments);
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto plan = MakePlan(context, options_);
    if (!plan) return plan.error();
    const PlanProgress nothing{{}, RecordsIn(*plan), false};
    if (json_) {
      context.out.Line(JsonLine(PlanJson(*plan, nothing)));
      return Finished(context);
    }
    PrintPlan(*plan, nothing, context.out);
    context.err.Line("`newsmill replay run " + plan->name() +
                     " --diff` shows what it would change, without --diff it "
                     "is done.");
    return Finished(context);
  }

 private:
  PlanOptions options_;
  bool json_ = false;
};

class ReplayStatus : public Command {
 public:
  std::string name() const override { return "replay status"; }
  std::string summary() const override {
    return "Show how far a replay is and what became of its records";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("NAME", &name_, true, "as `replay list` prints it");
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto replay = OpenPlan(context, name_);
    if (!replay) return replay.error();
    const auto progress = StandingOf(replay->bus->admin(),
                                     context.settings.log.prefix, replay->plan);
    if (!progress) return progress.error();
    if (json_) {
      context.out.Line(JsonLine(PlanJson(replay->plan, *progress)));
    } else {
      PrintPlan(replay->plan, *progress, context.out);
    }
    return Finished(context);
  }

 private:
  std::string name_;
  bool json_ = false;
};

class ReplayList : public Command {
 public:
  std::string name() const override { return "replay list"; }
  std::string summary() const override { return "List the replays"; }
  void Declare(Arguments& arguments) override {
    arguments.Flag("--json", &json_, "one object a line");
  }

  Result<ExitCode> Run(Context& context) override {
    const auto bus = OpenLogToLook(context.settings);
    if (!bus) return bus.error();
    const auto plans =
        ReadPlans(**bus, TopicsOf(context.settings), context.clock);
    if (!plans) return plans.error();
    Table table({{"NAME"},
                 {"STATE"},
                 {"SOURCE"},
                 {"MADE"},
                 {"OFFSETS", Table::Align::kRight},
                 {"LEFT", Table::Align::kRight}});
    for (const auto& [name, plan] : *plans) {
      const auto progress =
          StandingOf((*bus)->admin(), context.settings.log.prefix, plan);
      if (!progress) return progress.error();
      if (json_) context.out.Line(JsonLine(PlanJson(plan, *progress)));
      table.Add({{name, Style::kBold},
                 {StateName(plan.state())},
                 {SourceName(plan.source())},
                 {FormatTime(FromProto(plan.made_at()))},
                 {FormatCount(RecordsIn(plan))},
                 {FormatCount(progress->left)}});
    }
    if (!json_ && plans->empty()) context.err.Line("No replays.");
    if (!json_ && !plans->empty()) table.Print(context.out);
    return Finished(context);
  }

 private:
  bool json_ = false;
};

class ReplayCancel : public Command {
 public:
  std::string name() const override { return "replay cancel"; }
  std::string summary() const override {
    return "End a replay; what it wrote stays";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("NAME", &name_, true, "as `replay list` prints it");
  }

  Result<ExitCode> Run(Context& context) override {
    auto replay = OpenPlan(context, name_);
    if (!replay) return replay.error();
    v1::ReplayPlan& plan = replay->plan;
    if (plan.state() != v1::ReplayPlan::OPEN) {
      context.err.Line("Replay '" + name_ + "' is " + StateName(plan.state()) +
                       " already.");
      return Finished(context);
    }
    const auto progress =
        ProgressOf(replay->bus->admin(), context.settings.log.prefix, plan);
    if (!progress) return progress.error();
    plan.set_state(v1::ReplayPlan::CANCELLED);
    *plan.mutable_counts() = progress->counts;
    *plan.mutable_ended_at() = ToProto(context.clock.Now());
    const auto written = WritePlan(*replay->bus, replay->topics, plan);
    if (!written) return written.error();
    context.err.Line("Cancelled; its processes end within seconds.");
    return Finished(context);
  }

 private:
  std::string name_;
};

}  // namespace

CommandPtr MakeReplayCancel() { return std::make_unique<ReplayCancel>(); }
CommandPtr MakeReplayList() { return std::make_unique<ReplayList>(); }
CommandPtr MakeReplayPlan() { return std::make_unique<ReplayPlanCommand>(); }
CommandPtr MakeReplayStatus() { return std::make_unique<ReplayStatus>(); }

}  // namespace newsmill
