#include "app/pipeline.h"

#include <algorithm>
#include <utility>

#include <poll.h>

#include "app/open.h"
#include "app/patience.h"
#include "core/runtime/log.h"
#include "core/runtime/signals.h"
#include "parser/live_parser.h"
#include "sink/registry.h"

namespace newsmill {
namespace {

constexpr Duration kSuperviseEvery = std::chrono::milliseconds(100);

bool Contains(const std::vector<StageKind>& stages, StageKind kind) {
  return std::find(stages.begin(), stages.end(), kind) != stages.end();
}

}  // namespace

std::vector<std::string> TrialCommand(const Settings& settings) {
  const GlobalOptions& options = settings.options;
  std::vector<std::string> argv = {"/proc/self/exe", "parser-trial"};
  if (!options.config_file.empty()) {
    argv.insert(argv.end(), {"--config", options.config_file});
  }
  if (!options.data_dir.empty()) {
    argv.insert(argv.end(), {"--data", options.data_dir});
  }
  for (const std::string& set : options.sets) {
    argv.insert(argv.end(), {"--set", set});
  }
  return argv;
}

Pipeline::Pipeline(Context& context, PipelineOptions options)
    : context_(context),
      options_(std::move(options)),
      parts_{context.settings,
             context.clock,
             TopicsOf(context.settings),
             {},
             nullptr,
             nullptr,
             nullptr,
             nullptr,
             nullptr} {
  options_.stages = WithWork(options_.stages, parts_.settings);
}

Pipeline::~Pipeline() = default;

Result<RunEnd> Pipeline::Run() {
  InstallStopSignals();
  if (auto opened = Open(); !opened) {
    // Stopped while it waited for a broker: nothing was begun.
    if (!StopRequested()) return opened.error();
    const bool bounded = options_.bounds.bounded() || options_.until_settled;
    return bounded ? RunEnd::kStoppedEarly : RunEnd::kFinished;
  }
  Launch();
  Supervise();
  StopAll();
  return Collect();
}

Result<void> Pipeline::Open() {
  Result<SiteCatalogue> sites = LoadSites(parts_.settings);
  if (!sites) return sites.error();
  parts_.sites = std::move(*sites);
  if (Contains(options_.stages, StageKind::kParser)) {
    auto parser =
        LiveParser::Load(parts_.settings.parser, parts_.settings.SitePaths());
    if (!parser) return parser.error();
    parts_.parser = std::move(*parser);
    parts_.trial = std::make_unique<ChildTrial>(TrialCommand(parts_.settings));
  }
  if (auto serving = Serve(); !serving) return serving;

  auto log_opened = Patiently("log", [this]() -> Result<void> {
    Result<std::unique_ptr<Bus>> bus = OpenLog(parts_.settings);
    if (!bus) return bus.error();
    parts_.bus = std::move(*bus);
    return {};
  });
  if (!log_opened) return log_opened;
  if (Contains(options_.stages, StageKind::kSink)) {
    auto store_opened = Patiently("store", [this]() -> Result<void> {
      auto store = OpenStore(parts_.settings.sink, parts_.settings.data_dir());
      if (!store) return store.error();
      parts_.store = std::move(*store);
      // Of its own: a look at the whole ledger is no part of a transaction.
      auto ledger = OpenReader(parts_.settings);
      if (!ledger) return ledger.error();
      parts_.ledger = std::move(*ledger);
      return {};
    });
    if (!store_opened) return store_opened;
  }
  return OpenStages();
}

Result<void> Pipeline::OpenStages() {
  std::vector<Running> stages;
  for (size_t i = 0; i < options_.stages.size(); ++i) {
    auto stage = Stage::Make(options_.stages[i], parts_, BoundsOf(i),
                             options_.startup_timeout);
    if (!stage) return stage.error();
    stages.push_back({std::move(*stage), {}, std::nullopt});
  }
  if (options_.bounds.until_idle && stages.size() > 1) {
    std::vector<StageReads> reads;
    for (const StageKind kind : options_.stages) {
      reads.push_back(ReadsOf(kind, parts_.settings));
    }
    idle_ = std::make_unique<IdleWatch>(parts_.bus->admin(), parts_.topics,
                                        std::move(reads),
                                        *options_.bounds.until_idle);
  }
  if (options_.until_settled) {
    auto reader = OpenReader(parts_.settings);
    if (!reader) return reader.error();
    auto watch = SettledWatch::Start(parts_.bus->admin(), parts_.topics,
                                     std::move(*reader));
    if (!watch) return watch.error();
    settled_ = std::move(*watch);
  }
  if (options_.progress && context_.err.terminal()) {
    // Without a ledger to look at there is no line; the run goes on.
    if (auto reader = OpenReader(parts_.settings)) {
      progress_ = std::make_unique<Progress>(std::move(*reader), context_.err);
    }
  }
  const std::lock_guard lock(mutex_);
  running_ = std::move(stages);
  starting_.clear();
  return {};
}

Bounds Pipeline::BoundsOf(size_t stage) const {
  if (stage > 0) return {};
  Bounds bounds = options_.bounds;
  if (options_.stages.size() > 1) bounds.until_idle.reset();
  return bounds;
}

Result<void> Pipeline::Patiently(const std::string& what,
                                 const std::function<Result<void>()>& attempt) {
  return TryPatiently(options_.startup_timeout, context_.clock, attempt,
                      [&](const Error& error) {
                        log::Warn("Cannot be reached yet.",
                                  {{"what", what}, {"error", error.message}});
                        const std::lock_guard lock(mutex_);
                        starting_ = what + ": " + error.message;
                      });
}

Result<void> Pipeline::Serve() {
  const std::string& listen = parts_.settings.http_listen;
  if (listen.empty()) return {};
  auto server = HttpServer::Start(
      listen, [this] { return Health(); }, [this] { return Readiness(); });
  if (!server) return server.error();
  server_ = std::move(*server);
  log::Info("Serving metrics and probes.", {{"port", server_->port()}});
  return {};
}

HttpServer::Probe Pipeline::Health() {
  const std::lock_guard lock(mutex_);
  for (const Running& running : running_) {
    HttpServer::Probe probe = running.stage->worker().Health();
    if (!probe.ok) return {false, running.stage->name() + ": " + probe.detail};
  }
  return {true, "ok"};
}

HttpServer::Probe Pipeline::Readiness() {
  const std::lock_guard lock(mutex_);
  if (!starting_.empty()) return {false, starting_};
  for (const Running& running : running_) {
    HttpServer::Probe probe = running.stage->worker().Readiness();
    if (!probe.ok) return {false, running.stage->name() + ": " + probe.detail};
  }
  return {true, "ok"};
}

void Pipeline::Launch() {
  for (Running& running : running_) {
    running.thread = std::thread([this, &running] {
      Result<RunEnd> end = running.stage->worker().Run();
      const std::lock_guard lock(mutex_);
      running.end = std::move(end);
    });
  }
}

// Until one of them ended, a stop was asked for, or all are idle.
void Pipeline::Supervise() {
  while (!StopRequested() && !AnyEnded()) {
    const Instant now = context_.clock.Uptime();
    if (idle_ && idle_->IsIdle(now)) {
      idle_reached_ = true;
      break;
    }
    if (settled_ && settled_->IsSettled(now)) {
      all_settled_ = true;
      break;
    }
    if (progress_) {
      const HttpServer::Probe ready = Readiness();
      progress_->Update(now, context_.clock, ready.ok ? "" : ready.detail);
    }
    pollfd stop{StopFileDescriptor(), POLLIN, 0};
    poll(&stop, 1, static_cast<int>(kSuperviseEvery.count()));
  }
}

bool Pipeline::AnyEnded() {
  const std::lock_guard lock(mutex_);
  return std::any_of(running_.begin(), running_.end(),
                     [](const Running& r) { return r.end.has_value(); });
}

void Pipeline::StopAll() {
  for (Running& running : running_) running.stage->worker().RequestStop();
  for (Running& running : running_) running.thread.join();
  context_.err.EndProgress();
  context_.err.Flush();
}

Result<RunEnd> Pipeline::Collect() {
  for (const Running& running : running_) {
    if (!*running.end) {
      const Error& error = running.end->error();
      return Error{error.code, running.stage->name() + ": " + error.message};
    }
  }
  if (settled_) {
    return all_settled_ ? RunEnd::kFinished : RunEnd::kStoppedEarly;
  }
  if (idle_) return idle_reached_ ? RunEnd::kFinished : RunEnd::kStoppedEarly;
  return running_.front().end->value();
}

}  // namespace newsmill
