#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/replay/plan_options.h"
#include "app/replay/report.h"
#include "app/replay/runner.h"

namespace newsmill {
namespace {

constexpr int64_t kExamples = 3;

// Works the plan off and says what became of its records.
Result<ExitCode> RunAndReport(Context& context, OpenReplay& replay,
                              const ReplayJob& job, bool json) {
  const auto end = RunReplay(context, replay, job);
  if (!end) return end.error();
  const auto progress =
      StandingOf(replay.bus->admin(), context.settings.log.prefix, replay.plan);
  if (!progress) return progress.error();
  if (json) {
    context.out.Line(JsonLine(PlanJson(replay.plan, *progress)));
  } else {
    PrintPlan(replay.plan, *progress, context.out);
  }
  if (*end == RunEnd::kStoppedEarly) {
    context.err.Line("Stopped before its end; `newsmill replay run " +
                     replay.plan.name() + "` goes on.");
    return Finished(context, kExitTryAgain);
  }
  return Finished(context);
}

class ReplayRun : public Command {
 public:
  std::string name() const override { return "replay run"; }
  std::string summary() const override {
    return "Work off a replay, or go on with it";
  }
  void Declare(Arguments& arguments) override;
  Result<ExitCode> Run(Context& context) override;

 private:
  Result<ExitCode> Diff(Context& context, OpenReplay& replay) const;

  std::string name_;
  std::optional<int64_t> job_index_, job_count_, max_changed_, examples_;
  bool diff_ = false, allow_gap_ = false, json_ = false;
};

void ReplayRun::Declare(Arguments& arguments) {
  arguments.Positional("NAME", &name_, true, "as `replay plan` was told");
  arguments.Flag("--diff", &diff_,
                 "write nothing; show, field by field, what would change");
  arguments.Option("--max-changed", "N", &max_changed_,
                   "with --diff: exit 1 where more articles would change");
  arguments.Option("--examples", "N", &examples_,
                   "with --diff: examples of each field (3)");
  arguments.Option("--job-index", "N", &job_index_,
                   "take the partitions p with p % COUNT = N "
                   "[JOB_COMPLETION_INDEX]");
  arguments.Option("--job-count", "COUNT", &job_count_,
                   "how many such processes there are");
  arguments.Flag("--allow-gap", &allow_gap_,
                 "go on without records that are deleted by now");
  arguments.Flag("--json", &json_, "as a JSON object");
}

Result<ExitCode> ReplayRun::Run(Context& context) {
  const auto job = ResolveJob(job_index_, job_count_);
  if (!job) return job.error();
  auto replay = OpenPlan(context, name_);
  if (!replay) return replay.error();
  if (diff_) return Diff(context, *replay);
  const v1::ReplayPlan& plan = replay->plan;
  if (plan.state() != v1::ReplayPlan::OPEN) {
    context.err.Line("Replay '" + name_ + "' is " + StateName(plan.state()) +
                     " since " + FormatTime(FromProto(plan.ended_at())) +
                     " and does not run again; plan another one.");
    const bool done = plan.state() == v1::ReplayPlan::FINISHED;
    return Finished(context, done ? kExitDone : kExitCheckFailed);
  }
  return RunAndReport(context, *replay, {job->index, job->count, allow_gap_},
                      json_);
}

Result<ExitCode> ReplayRun::Diff(Context& context, OpenReplay& replay) const {
  if (replay.plan.source() == v1::ReplayPlan::DEAD_LETTERS) {
    return Error{Code::kInvalidArgument,
                 "--diff: dead letters have no article to compare"};
  }
  const int64_t examples = examples_.value_or(kExamples);
  const auto diff = DiffReplay(
      context, replay, static_cast<size_t>(std::max<int64_t>(examples, 0)));
  if (!diff) return diff.error();
  if (!*diff) return Finished(context, kExitTryAgain);
  if (json_) {
    context.out.Line(JsonLine((*diff)->ToJson()));
  } else {
    (*diff)->Print(context.out);
  }
  const bool past = max_changed_ && (*diff)->changed() > *max_changed_;
  if (past) {
    context.err.Line(Counted((*diff)->changed(), "article") +
                     " would change; --max-changed allows " +
                     FormatCount(*max_changed_) + ".");
  }
  return Finished(context, past ? kExitCheckFailed : kExitDone);
}

// Plan and run in one.
class DeadReplay : public Command {
 public:
  std::string name() const override { return "dead replay"; }
  std::string summary() const override {
    return "Put what could not be worked on back where it failed";
  }
  void Declare(Arguments& arguments) override {
    arguments.Option(
        "--name", "NAME", &options_.name,
        "what the replay is called; to go on with it after a stop");
    options_.Declare(arguments);
    arguments.Flag("--json", &json_, "as a JSON object");
  }

  Result<ExitCode> Run(Context& context) override {
    options_.source = "dead";
    if (options_.name.empty()) {
      const std::string now = FormatRfc3339(context.clock.Now());
      options_.name = "dead-";
      for (const char c : now) {
        if (c >= '0' && c <= '9') options_.name += c;
      }
    }
    const auto plan = MakePlan(context, options_);
    if (!plan) return plan.error();
    auto replay = OpenPlan(context, plan->name());
    if (!replay) return replay.error();
    return RunAndReport(context, *replay, {}, json_);
  }

 private:
  PlanOptions options_;
  bool json_ = false;
};

}  // namespace

CommandPtr MakeDeadReplay() { return std::make_unique<DeadReplay>(); }
CommandPtr MakeReplayRun() { return std::make_unique<ReplayRun>(); }

}  // namespace newsmill
