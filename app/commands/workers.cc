#include <utility>

#include "app/cli/format.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/pipeline.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

ExitCode CodeOf(RunEnd end) {
  return end == RunEnd::kFinished ? kExitDone : kExitTryAgain;
}

// Lines of the log would break the progress line apart, which itself says how
// tasks end and what a stage waits for.
void QuietLogs(Context& context) {
  using config::Origin;
  const config::Schema& schema = context.settings.schema;
  if (!context.err.terminal() ||
      schema.OriginOf("logging.level") != Origin::kDefault) {
    return;
  }
  log::Configure(log::Level::kError, log::Format::kAuto);
}

class RunCommand : public Command {
 public:
  std::string name() const override { return "run"; }
  std::string summary() const override {
    return "Run fetcher, parser and sink in one process";
  }
  void Declare(Arguments& arguments) override {
    arguments.Option("--until-idle", "TIME", &until_idle_,
                     "end when nothing is in hand and nothing came for so "
                     "long: 5s");
    arguments.Flag("--until-settled", &until_settled_,
                   "end when all tasks that are there at the start have an "
                   "outcome");
    arguments.Option("--startup-timeout", "TIME", &startup_timeout_,
                     "how long to wait for log and store");
    arguments.Option("--warc", "DIR", &warc_,
                     "keep every exchange there as WARC files");
  }

  Result<ExitCode> Run(Context& context) override;

 private:
  void PrintSummary(Context& context) const;

  std::optional<Duration> until_idle_, startup_timeout_;
  bool until_settled_ = false;
  std::string warc_;
};

Result<ExitCode> RunCommand::Run(Context& context) {
  if (until_settled_ && until_idle_) {
    return Error{Code::kInvalidArgument,
                 "--until-settled and --until-idle exclude each other"};
  }
  if (!warc_.empty()) context.settings.fetcher.warc = warc_;
  QuietLogs(context);
  PipelineOptions options;
  options.stages = {StageKind::kFetcher, StageKind::kRetry, StageKind::kParser,
                    StageKind::kSink};
  options.bounds.until_idle = until_idle_;
  options.until_settled = until_settled_;
  options.startup_timeout =
      startup_timeout_.value_or(context.settings.startup_timeout);
  options.progress = true;
  const Result<RunEnd> end = Pipeline(context, std::move(options)).Run();
  if (!end) return end.error();
  PrintSummary(context);
  return Finished(context, CodeOf(*end));
}

// How the whole ledger stands, which is more than this run did.
void RunCommand::PrintSummary(Context& context) const {
  const auto reader = OpenReader(context.settings);
  if (!reader) return;
  const auto counts = (*reader)->CountLedger({});
  if (!counts) return;
  const LedgerSummary summary = LedgerSummary::Of(*counts);
  const int64_t open = summary.accepted - summary.done;
  context.err.Line(
      "The ledger has " + Counted(summary.accepted, "task") +
      (summary.by_outcome.empty() ? "" : ": " + summary.by_outcome) +
      (open == 0 ? "" : ", " + FormatCount(open) + " open") + ".");
}

// `fetcher`, `parser` and `sink`: one kind of worker in a process of its own.
class WorkerCommand : public Command {
 public:
  WorkerCommand(std::string name, std::string summary,
                std::vector<StageKind> stages)
      : name_(std::move(name)),
        summary_(std::move(summary)),
        stages_(std::move(stages)) {}

  std::string name() const override { return name_; }
  std::string summary() const override { return summary_; }
  void Declare(Arguments& arguments) override;
  Result<ExitCode> Run(Context& context) override;

 private:
  Result<Bounds> ReadBounds() const;
  Result<void> ReadJob(Bounds* bounds) const;
  bool may_assign_by_hand() const {
    return stages_.front() != StageKind::kFetcher;
  }

  const std::string name_, summary_;
  const std::vector<StageKind> stages_;
  std::optional<Duration> until_idle_, startup_timeout_;
  std::optional<int64_t> job_index_, job_count_;
  bool until_end_ = false, until_settled_ = false;
  std::string warc_;
};

void WorkerCommand::Declare(Arguments& arguments) {
  arguments.Option("--until-idle", "TIME", &until_idle_,
                   "end when nothing is in hand and nothing came for so long");
  arguments.Flag("--until-end", &until_end_,
                 "end when what is there at the start is worked off");
  arguments.Flag("--until-settled", &until_settled_,
                 "end when all tasks that are there at the start have an "
                 "outcome in the store");
  arguments.Option("--job-index", "N", &job_index_,
                   "take the partitions p with p % COUNT = N, without a group "
                   "[JOB_COMPLETION_INDEX]");
  arguments.Option("--job-count", "COUNT", &job_count_,
                   "how many such jobs there are");
  arguments.Option("--startup-timeout", "TIME", &startup_timeout_,
                   "how long to wait for a broker or database that is not "
                   "there, before exit code 75");
  if (may_assign_by_hand()) return;
  arguments.Option("--warc", "DIR", &warc_,
                   "keep every exchange there as WARC files");
}

Result<void> WorkerCommand::ReadJob(Bounds* bounds) const {
  if (!job_index_ && !job_count_) return {};
  if (!may_assign_by_hand()) {
    return Error{Code::kInvalidArgument,
                 "a fetcher takes no --job-index or --job-count: only the "
                 "group says who may ask a host"};
  }
  const auto job = ResolveJob(job_index_, job_count_);
  if (!job) return job.error();
  bounds->job_index = job->index;
  bounds->job_count = job->count;
  return {};
}

Result<Bounds> WorkerCommand::ReadBounds() const {
  Bounds bounds;
  bounds.until_idle = until_idle_;
  bounds.until_end = until_end_;
  if (until_idle_.has_value() + until_end_ + until_settled_ > 1) {
    return Error{Code::kInvalidArgument,
                 "--until-idle, --until-end and --until-settled exclude each "
                 "other"};
  }
  if (auto job = ReadJob(&bounds); !job) return job.error();
  return bounds;
}

Result<ExitCode> WorkerCommand::Run(Context& context) {
  if (!warc_.empty()) context.settings.fetcher.warc = warc_;
  const Result<Bounds> bounds = ReadBounds();
  if (!bounds) return bounds.error();
  PipelineOptions options;
  options.stages = stages_;
  options.bounds = *bounds;
  options.until_settled = until_settled_;
  options.startup_timeout =
      startup_timeout_.value_or(context.settings.startup_timeout);
  const Result<RunEnd> end = Pipeline(context, std::move(options)).Run();
  if (!end) return end.error();
  return Finished(context, CodeOf(*end));
}

}  // namespace

CommandPtr MakeRun() { return std::make_unique<RunCommand>(); }

CommandPtr MakeFetcher() {
  return std::make_unique<WorkerCommand>(
      "fetcher", "Run a fetcher: tasks become pages",
      std::vector{StageKind::kFetcher, StageKind::kRetry});
}

CommandPtr MakeParser() {
  return std::make_unique<WorkerCommand>("parser",
                                         "Run a parser: pages become articles",
                                         std::vector{StageKind::kParser});
}

CommandPtr MakeSink() {
  return std::make_unique<WorkerCommand>("sink",
                                         "Run a sink: articles become rows",
                                         std::vector{StageKind::kSink});
}

}  // namespace newsmill
