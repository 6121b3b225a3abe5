#include <nlohmann/json.hpp>

#include "app/cli/format.h"
#include "app/cli/message_json.h"
#include "app/cli/text_width.h"
#include "app/commands/commands.h"
#include "app/enqueueing.h"
#include "app/open.h"
#include "app/seeding.h"
#include "app/targets.h"
#include "app/task_options.h"
#include "core/base/file.h"
#include "core/runtime/signals.h"

namespace newsmill {
namespace {

constexpr size_t kShownFaults = 20;
constexpr int kReasonColumns = 1000;  // a foreign file: no escapes, no flood

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
  Result<void> CheckOptions() const;
  ExitCode ReportBad(Context& context, const ResolvedTargets& targets) const;
  Result<ExitCode> Produce(Context& context, const ResolvedTargets& targets,
                           const v1::FetchTask& common,
                           const Estimate& estimate) const;
  Result<void> AddSeeds(Context& context, const SiteCatalogue& sites,
                        ResolvedTargets& targets);
  ExitCode Report(Context& context, const ResolvedTargets& targets,
                  const Estimate& estimate) const;

  std::vector<std::string> targets_, ranges_;
  SeedOptions seeds_;
  Seeding seeding_;
  std::string file_;
  TaskOptions tasks_;
  bool dry_run_ = false, skip_bad_ = false, json_ = false;
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
  tasks_.Declare(arguments);
  arguments.Flag("--dry-run", &dry_run_, "check and count, enqueue nothing");
  arguments.Flag("--skip-bad", &skip_bad_,
                 "enqueue the good ones although others are bad");
  arguments.Flag("--json", &json_, "print the result as a JSON object");
}

Result<void> Enqueue::CheckOptions() const {
  if (auto checked = tasks_.Check(); !checked) return checked;
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
  if (!tasks_.id.empty() && seeds_.any()) {
    return Error{Code::kInvalidArgument,
                 "--id is for one target, not for a feed or a sitemap"};
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
  if (!tasks_.id.empty() && all.size() != 1) {
    return Error{Code::kInvalidArgument, "--id is for one target, here are " +
                                             std::to_string(all.size())};
  }
  return all;
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
  const v1::FetchTask common = tasks_.Common(context.clock.Now());
  if (common.has_expires_at()) {
    context.err.Line("--expires-in " +
                     FormatRfc3339(FromProto(common.expires_at())));
  }
  if (auto added = AddSeeds(context, *sites, targets); !added) {
    return added.error();
  }
  const FetcherConfig& fetcher = context.settings.fetcher;
  const Estimate estimate = EstimateTime(
      targets, *sites, {fetcher.host_delay, fetcher.host_concurrency});
  if (!dry_run_) return Produce(context, targets, common, estimate);
  return Finished(context, Report(context, targets, estimate));
}

Result<void> Enqueue::AddSeeds(Context& context, const SiteCatalogue& sites,
                               ResolvedTargets& targets) {
  if (!seeds_.any()) return {};
  seeds_.again = tasks_.force;
  Result<Seeding> seeding = CollectSeeds(context, sites, seeds_);
  if (!seeding) return seeding.error();
  seeding_ = std::move(*seeding);
  PrintSeeding(context, seeding_);
  for (ResolvedTargets::Good& target : seeding_.targets) {
    targets.good.push_back(std::move(target));
  }
  return {};
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
  const Result<bool> kept = IsKeptLongEnough(context, (*bus)->admin(), topics,
                                             estimate, tasks_.force);
  if (!kept) return kept.error();
  if (!*kept && !tasks_.force) return kExitCheckFailed;
  if (auto put =
          PutTasks(context, **bus, topics.tasks, targets.good, tasks_, common);
      !put) {
    return put.error();
  }
  return Finished(context, Report(context, targets, estimate));
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
        {"batch", tasks_.batch},
        {"estimated_seconds",
         static_cast<double>(estimate.total.count()) / 1000}};
    if (seeds_.any()) json["seeds"] = SeedingJson(seeding_);
    context.out.Line(JsonText(json));
    return ExitCodeOf(seeding_);
  }
  std::string text = (dry_run_ ? "Would enqueue " : "Enqueued ") +
                     Counted(tasks, "task") + " over " +
                     Counted(estimate.hosts, "host");
  if (!tasks_.batch.empty()) text += " as batch '" + tasks_.batch + "'";
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
