#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/text_width.h"
#include "app/commands/commands.h"
#include "app/open.h"
#include "app/revisit_options.h"
#include "app/seeding.h"
#include "app/targets.h"
#include "core/base/file.h"
#include "core/base/id.h"
#include "core/base/proto_duration.h"
#include "core/flow/plain_text.h"
#include "core/flow/task_codec.h"
#include "core/flow/task_id.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

constexpr size_t kShownFaults = 20;
constexpr int kReasonColumns = 1000;  // a foreign file: no escapes, no flood
constexpr int64_t kProgressStep = 500;
constexpr Duration kFlushTimeout = std::chrono::seconds(60);

// What the log answered; told from the producer's threads.
class Acknowledgements {
 public:
  Producer::Done Expect() {
    return [this](const Result<RecordMetadata>& result) {
      if (result) {
        accepted_.fetch_add(1);
        return;
      }
      const std::lock_guard lock(mutex_);
      if (!first_error_) first_error_ = result.error();
    };
  }
  int64_t accepted() const { return accepted_; }
  std::optional<Error> first_error() {
    const std::lock_guard lock(mutex_);
    return first_error_;
  }

 private:
  std::atomic<int64_t> accepted_{0};
  std::mutex mutex_;
  std::optional<Error> first_error_;  // guarded by mutex_
};

class Enqueue : public Command {
 public:
  std::string name() const override { return "enqueue"; }
  std::string summary() const override {
    return "Put tasks on the log: article IDs (site:id), URLs, or what a feed "
           "or a sitemap names";
  }
  void Declare(Arguments& arguments) override;
  Result<ExitCode> Run(Context& context) override;

 private:
  Result<std::vector<GivenTarget>> Collect(const SiteCatalogue& sites) const;
  Result<std::vector<GivenTarget>> ReadFile() const;
  Result<v1::FetchTask> Template(Context& context) const;
  Result<void> CheckOptions() const;
  ExitCode ReportBad(Context& context, const ResolvedTargets& targets) const;
  v1::FetchTask TaskFor(const ResolvedTargets::Good& good,
                        const v1::FetchTask& common, Timestamp now) const;
  Result<ExitCode> Produce(Context& context, const ResolvedTargets& targets,
                           const v1::FetchTask& common,
                           const Estimate& estimate) const;
  Result<void> AddSeeds(Context& context, const SiteCatalogue& sites,
                        ResolvedTargets& targets);
  // Whether the log keeps tasks as long as these will take.
  Result<bool> IsKeptLongEnough(Context& context, Admin& admin,
                                const Topics& topics,
                                const Estimate& estimate) const;
  ExitCode Report(Context& context, const ResolvedTargets& targets,
                  const Estimate& estimate) const;

  std::vector<std::string> targets_, ranges_, labels_;
  SeedOptions seeds_;
  Seeding seeding_;
  std::string file_, batch_, id_, lane_;
  std::optional<Duration> expires_in_;
  RevisitOptions revisit_;
  bool force_ = false, dry_run_ = false, skip_bad_ = false, json_ = false;
};

void Enqueue::Declare(Arguments& arguments) {
  arguments.Positional("TARGET", &targets_, "site:id or URL");
  arguments.Option("--file", "FILE", &file_,
                   "one target a line; - is standard input");
  arguments.Option("--range", "SITE:A-B", &ranges_,
                   "all IDs from A to B, such as thepaper:2731000-2731999");
  arguments.Option("--feed", "URL", &seeds_.feeds,
                   "the articles that an RSS or Atom feed names, once each: "
                   "what an earlier run put is left out");
  arguments.Option("--sitemap", "URL", &seeds_.sitemaps,
                   "likewise those of a sitemap, a news sitemap or an index");
  arguments.Option("--since", "TIME", &seeds_.since,
                   "of a feed or sitemap nothing that it dates older: 2d, "
                   "yesterday, 2026-07-24");
  arguments.Option("--match", "RE", &seeds_.match,
                   "of a feed or sitemap only URLs in which this is found");
  arguments.Option("--site", "NAME", &seeds_.site,
                   "of a feed or sitemap only URLs of this site [its own]");
  arguments.Flag("--any-host", &seeds_.any_host,
                 "of a feed or sitemap also URLs of other sites");
  arguments.Option("--batch", "NAME", &batch_,
                   "name of the batch, for `batch show` and `--batch`");
  arguments.Option("--label", "K=V", &labels_,
                   "carried to row and outcome; may be repeated");
  arguments.Option("--id", "KEY", &id_,
                   "idempotency key: a second task with it is not fetched "
                   "twice; for one target");
  arguments.Option("--lane", "LANE", &lane_,
                   "fresh (first in line) or bulk [fresh; of a sitemap, what "
                   "it does not date within two days is bulk]");
  arguments.Flag("--force", &force_,
                 "fetch even what was fetched just now; and enqueue even what "
                 "takes longer than the log keeps tasks");
  arguments.Option("--expires-in", "TIME", &expires_in_,
                   "skip the task when it was not fetched by then: 6h, 7d");
  revisit_.Declare(arguments);
  arguments.Flag("--dry-run", &dry_run_, "check and count, enqueue nothing");
  arguments.Flag("--skip-bad", &skip_bad_,
                 "enqueue the good ones although others are bad");
  arguments.Flag("--json", &json_, "print the result as a JSON object");
}

Result<void> Enqueue::CheckOptions() const {
  if (!lane_.empty() && lane_ != "fresh" && lane_ != "bulk") {
    return Error{Code::kInvalidArgument,
                 "--lane is '" + lane_ + "'; expected fresh or bulk"};
  }
  const bool narrows = !seeds_.since.empty() || !seeds_.match.empty() ||
                       !seeds_.site.empty() || seeds_.any_host;
  if (narrows && !seeds_.any()) {
    return Error{Code::kInvalidArgument,
                 "--since, --match, --site and --any-host are for --feed and "
                 "--sitemap"};
  }
  if (seeds_.any_host && !seeds_.site.empty()) {
    return Error{Code::kInvalidArgument,
                 "--any-host and --site contradict each other"};
  }
  if (!id_.empty() && seeds_.any()) {
    return Error{Code::kInvalidArgument,
                 "--id is for one target, not for a feed or a sitemap"};
  }
  if (!id_.empty() && !IsTaskId(id_)) {
    return Error{Code::kInvalidArgument,
                 "--id: expected at most 256 bytes without control characters"};
  }
  if (!IsPlainText(batch_)) {
    return Error{Code::kInvalidArgument,
                 "--batch: expected UTF-8 without control characters"};
  }
  if (auto checked = revisit_.Check(); !checked) return checked;
  std::set<std::string> names;
  for (const std::string& label : labels_) {
    if (!IsPlainText(label)) {
      return Error{Code::kInvalidArgument,
                   "--label: expected UTF-8 without control characters"};
    }
    if (label.find('=') == std::string::npos || label.starts_with('=')) {
      return Error{Code::kInvalidArgument,
                   "--label '" + label + "' is not of the form name=value"};
    }
    const std::string name = label.substr(0, label.find('='));
    if (!names.insert(name).second) {
      return Error{Code::kInvalidArgument,
                   "--label '" + name +
                       "' is given twice; a task has one value of a name"};
    }
  }
  return {};
}

Result<std::vector<GivenTarget>> Enqueue::ReadFile() const {
  const bool standard = file_ == "-";
  const Result<std::string> text =
      standard ? ReadStandardInput() : newsmill::ReadFile(file_);
  if (!text) return Error{text.error().code, "--file: " + text.error().message};
  return ReadTargets(*text, standard ? "standard input" : file_);
}

Result<std::vector<GivenTarget>> Enqueue::Collect(
    const SiteCatalogue& sites) const {
  std::vector<GivenTarget> all;
  for (const std::string& text : targets_) all.push_back({text, ""});
  const auto append = [&](Result<std::vector<GivenTarget>> more) {
    if (!more) return Result<void>(more.error());
    all.insert(all.end(), std::make_move_iterator(more->begin()),
               std::make_move_iterator(more->end()));
    return Result<void>();
  };
  for (const std::string& range : ranges_) {
    // Once, instead of a fault for each of its millions of IDs.
    const auto site = sites.Resolve(range);
    if (!site && site.error().code == Code::kNotFound) {
      return Error{Code::kInvalidArgument,
                   "--range " + range + ": " + site.error().message};
    }
    if (auto added = append(ExpandRange(range)); !added) return added.error();
  }
  if (!file_.empty()) {
    if (auto added = append(ReadFile()); !added) return added.error();
  }
  if (targets_.empty() && ranges_.empty() && file_.empty() && !seeds_.any()) {
    return Error{Code::kInvalidArgument,
                 "nothing to enqueue; give targets, --range, --file, --feed "
                 "or --sitemap"};
  }
  if (!id_.empty() && all.size() != 1) {
    return Error{Code::kInvalidArgument, "--id is for one target, here are " +
                                             std::to_string(all.size())};
  }
  return all;
}

// What all tasks of this call have in common.
Result<v1::FetchTask> Enqueue::Template(Context& context) const {
  v1::FetchTask task;
  task.set_kind(v1::FetchTask::ARTICLE);
  task.set_lane(lane_ == "bulk" ? v1::FetchTask::BULK : v1::FetchTask::FRESH);
  task.set_batch(batch_);
  task.set_force(force_);
  // Who names an article wants it now, whenever it was fetched last; and what a
  // feed named before is told by its ID.
  *task.mutable_duplicate_window() = ToProto(Duration(0));
  revisit_.Fill(context.clock.Now(), &task);
  for (const std::string& text : labels_) {
    const size_t equals = text.find('=');
    v1::Label* label = task.add_labels();
    label->set_name(text.substr(0, equals));
    label->set_value(text.substr(equals + 1));
  }
  if (expires_in_) {
    const Timestamp expires_at = context.clock.Now() + *expires_in_;
    *task.mutable_expires_at() = ToProto(expires_at);
    context.err.Line("--expires-in " + FormatRfc3339(expires_at));
  }
  return task;
}

// A bad argument is a wrong call, a bad line is what the check found.
ExitCode Enqueue::ReportBad(Context& context,
                            const ResolvedTargets& targets) const {
  bool usage = false;
  for (size_t i = 0; i < targets.bad.size(); ++i) {
    const BadTarget& bad = targets.bad[i];
    usage = usage || bad.given.where.empty() ||
            bad.given.where.starts_with("--range");
    if (i >= kShownFaults) continue;
    context.err.Line(
        "newsmill: " + (bad.given.where.empty() ? "" : bad.given.where + ": ") +
        FitText(bad.reason, kReasonColumns));
  }
  if (targets.bad.size() > kShownFaults) {
    context.err.Line("newsmill: and " +
                     FormatCount(std::ssize(targets.bad) -
                                 static_cast<int64_t>(kShownFaults)) +
                     " more like these");
  }
  return usage ? kExitUsage : kExitCheckFailed;
}

Result<ExitCode> Enqueue::Run(Context& context) {
  if (auto checked = CheckOptions(); !checked) return checked.error();
  const Result<SiteCatalogue> sites = LoadSites(context.settings);
  if (!sites) return sites.error();
  const auto given = Collect(*sites);
  if (!given) return given.error();
  ResolvedTargets targets = ResolveTargets(*given, *sites);
  if (!targets.bad.empty()) {
    const ExitCode code = ReportBad(context, targets);
    if (!skip_bad_ || targets.good.empty()) {
      context.err.Line(
          "newsmill: " + Counted(std::ssize(targets.bad), "bad target") +
          " of " + FormatCount(std::ssize(*given)) + "; nothing was enqueued" +
          (skip_bad_ ? "" : " (--skip-bad enqueues the others)"));
      return code;
    }
  }
  const Result<v1::FetchTask> common = Template(context);
  if (!common) return common.error();
  if (auto added = AddSeeds(context, *sites, targets); !added) {
    return added.error();
  }
  const FetcherConfig& fetcher = context.settings.fetcher;
  const Estimate estimate = EstimateTime(
      targets, *sites, {fetcher.host_delay, fetcher.host_concurrency});
  if (!dry_run_) return Produce(context, targets, *common, estimate);
  return Finished(context, Report(context, targets, estimate));
}

Result<void> Enqueue::AddSeeds(Context& context, const SiteCatalogue& sites,
                               ResolvedTargets& targets) {
  if (!seeds_.any()) return {};
  seeds_.again = force_;
  Result<Seeding> seeding = CollectSeeds(context, sites, seeds_);
  if (!seeding) return seeding.error();
  seeding_ = std::move(*seeding);
  PrintSeeding(context, seeding_);
  for (ResolvedTargets::Good& target : seeding_.targets) {
    targets.good.push_back(std::move(target));
  }
  return {};
}

v1::FetchTask Enqueue::TaskFor(const ResolvedTargets::Good& good,
                               const v1::FetchTask& common,
                               Timestamp now) const {
  v1::FetchTask task = common;
  task.set_task_id(id_);
  if (good.seed) {
    task.set_task_id(good.seed->task_id);
    task.set_discovered_from(good.seed->found_in);
    if (lane_.empty() && good.seed->bulk) task.set_lane(v1::FetchTask::BULK);
  }
  if (task.task_id().empty()) task.set_task_id(NewUuidV7(now));
  SetTarget(good.target, good.text, &task);
  task.set_traceparent(NewTraceparent());
  return task;
}

Result<ExitCode> Enqueue::Produce(Context& context,
                                  const ResolvedTargets& targets,
                                  const v1::FetchTask& common,
                                  const Estimate& estimate) const {
  // Who interrupts it is told how far it came.
  InstallStopSignals();
  const auto bus = OpenLog(context.settings);
  if (!bus) return bus.error();
  const Topics topics = TopicsOf(context.settings);
  const Result<bool> kept =
      IsKeptLongEnough(context, (*bus)->admin(), topics, estimate);
  if (!kept) return kept.error();
  if (!*kept && !force_) return kExitCheckFailed;
  const std::string& topic = topics.tasks;
  Acknowledgements acknowledged;  // outlives the producer, which tells it
  const auto producer = (*bus)->NewProducer({.client_id = "newsmill-enqueue"});
  if (!producer) return producer.error();

  int64_t produced = 0;
  for (const ResolvedTargets::Good& good : targets.good) {
    if (StopRequested()) break;
    const v1::FetchTask task = TaskFor(good, common, context.clock.Now());
    (*producer)->Produce(EncodeTask(task, topic), acknowledged.Expect());
    if (++produced % kProgressStep == 0) {
      context.err.Progress("enqueued " + FormatCount(produced) + " of " +
                           FormatCount(std::ssize(targets.good)));
    }
  }
  const auto flushed = (*producer)->Flush(kFlushTimeout);
  context.err.EndProgress();
  const std::optional<Error> refused = acknowledged.first_error();
  if (!flushed || refused || produced < std::ssize(targets.good)) {
    const Error error = refused    ? *refused
                        : !flushed ? flushed.error()
                                   : Error{Code::kCancelled, "interrupted"};
    return Error{error.code, "the log took " +
                                 FormatCount(acknowledged.accepted()) + " of " +
                                 Counted(std::ssize(targets.good), "task") +
                                 ": " + error.message};
  }
  return Finished(context, Report(context, targets, estimate));
}

Result<bool> Enqueue::IsKeptLongEnough(Context& context, Admin& admin,
                                       const Topics& topics,
                                       const Estimate& estimate) const {
  const auto there = admin.ListTopics();
  if (!there) return there.error();
  const std::vector<std::string> of_tasks = topics.OfTasks();
  const TopicInfo* shortest = nullptr;
  for (const TopicInfo& topic : *there) {
    if (!topic.retention || std::find(of_tasks.begin(), of_tasks.end(),
                                      topic.name) == of_tasks.end()) {
      continue;
    }
    if (shortest == nullptr || *topic.retention < *shortest->retention) {
      shortest = &topic;
    }
  }
  if (shortest == nullptr) return true;
  const bool enough = estimate.total < *shortest->retention;
  context.err.Line(
      "newsmill: the log keeps " + shortest->name + " for " +
      FormatDuration(*shortest->retention) + ", and these tasks take about " +
      FormatSpan(estimate.total) + ". Whatever waits longer is lost.");
  if (!enough && !force_) {
    context.err.Line(
        "newsmill: nothing was enqueued. Have the cluster keep the topics of "
        "tasks (retention.ms = -1, see `newsmill topics check`), enqueue less "
        "at a time, or say --force.");
  }
  return enough;
}

ExitCode Enqueue::Report(Context& context, const ResolvedTargets& targets,
                         const Estimate& estimate) const {
  const auto tasks = std::ssize(targets.good);
  if (json_) {
    nlohmann::ordered_json json = {
        {"enqueued", dry_run_ ? 0 : tasks},
        {"valid", tasks},
        {"bad", targets.bad.size()},
        {"hosts", estimate.hosts},
        {"batch", batch_},
        {"estimated_seconds",
         static_cast<double>(estimate.total.count()) / 1000}};
    if (seeds_.any()) json["seeds"] = SeedingJson(seeding_);
    context.out.Line(JsonText(json));
    return ExitCodeOf(seeding_);
  }
  std::string text = (dry_run_ ? "Would enqueue " : "Enqueued ") +
                     Counted(tasks, "task") + " over " +
                     Counted(estimate.hosts, "host");
  if (!batch_.empty()) text += " as batch '" + batch_ + "'";
  if (!targets.bad.empty()) {
    text += ", left out " + Counted(std::ssize(targets.bad), "bad one");
  }
  context.out.Line(text + ".");
  if (estimate.total < std::chrono::seconds(1)) return ExitCodeOf(seeding_);
  context.out.Line("At the present delay of " +
                   FormatDuration(estimate.slowest_delay) + " the " +
                   Counted(estimate.slowest_tasks, "task") + " of " +
                   estimate.slowest_host + " take about " +
                   FormatSpan(estimate.total) + ".");
  return ExitCodeOf(seeding_);
}

}  // namespace

CommandPtr MakeEnqueue() { return std::make_unique<Enqueue>(); }

}  // namespace newsmill
