#include "app/stages.h"

#include "app/forgotten_retries.h"
#include "app/open.h"
#include "core/flow/retry_forwarder.h"
#include "fetcher/fetch_handler.h"
#include "parser/parse_handler.h"
#include "sink/sink_handler.h"

namespace newsmill {
namespace {

constexpr int64_t kFetcherSpread = int64_t{1} << 30;

v1::Stage StageOf(StageKind kind) {
  switch (kind) {
    case StageKind::kParser:
      return v1::STAGE_PARSER;
    case StageKind::kSink:
      return v1::STAGE_SINK;
    default:
      return v1::STAGE_FETCHER;
  }
}

}  // namespace

std::string NameOf(StageKind kind) {
  switch (kind) {
    case StageKind::kFetcher:
      return "fetcher";
    case StageKind::kRetry:
      return "retry";
    case StageKind::kParser:
      return "parser";
    case StageKind::kSink:
      return "sink";
  }
  return "";
}

StageReads ReadsOf(StageKind kind, const Settings& settings) {
  const Topics topics = TopicsOf(settings);
  StageReads reads{settings.log.prefix + NameOf(kind), {}};
  switch (kind) {
    case StageKind::kFetcher:
      reads.topics = {topics.tasks};
      reads.keeps_backlog = true;
      break;
    case StageKind::kRetry:
      reads.topics = topics.retries;
      break;
    case StageKind::kParser:
      reads.topics = {topics.pages};
      break;
    case StageKind::kSink:
      reads.topics = SinkHandler::ReadTopics(topics);
      break;
  }
  return reads;
}

std::vector<StageKind> WithWork(const std::vector<StageKind>& stages,
                                const Settings& settings) {
  std::vector<StageKind> working;
  for (const StageKind kind : stages) {
    if (!ReadsOf(kind, settings).topics.empty()) working.push_back(kind);
  }
  return working;
}

std::vector<StageReads> StagesAndTopics(const Settings& settings) {
  std::vector<StageReads> all;
  for (const StageKind kind : {StageKind::kFetcher, StageKind::kRetry,
                               StageKind::kParser, StageKind::kSink}) {
    all.push_back(ReadsOf(kind, settings));
  }
  return all;
}

Result<void> Stage::MakeHandler(StageKind kind, StageParts& parts,
                                Duration startup_timeout) {
  const Settings& settings = parts.settings;
  switch (kind) {
    case StageKind::kFetcher: {
      auto forgotten =
          CheckForgottenRetries(parts.bus->admin(), parts.topics,
                                ReadsOf(StageKind::kRetry, settings).group);
      if (!forgotten) return forgotten.error();
      auto handler = FetchHandler::Create(
          settings.fetcher, parts.sites, parts.topics, parts.clock,
          FleetMemory{*parts.bus,
                      {settings.log.prefix, settings.log.session_timeout},
                      &ParseGeneration});
      if (!handler) return handler.error();
      auto backlog = OpenBacklogLog(*parts.bus, parts.topics.backlog);
      if (!backlog) return backlog.error();
      (*handler)->WaitOn(std::move(*backlog));
      if (!parts.topics.fetch_log.empty()) {
        auto attempts = AttemptLog::Open(*parts.bus, parts.topics.fetch_log);
        if (!attempts) return attempts.error();
        (*handler)->LogTo(std::move(*attempts));
      }
      handler_ = std::move(*handler);
      return {};
    }
    case StageKind::kRetry:
      handler_ = std::make_unique<RetryForwarder>(
          parts.topics, settings.fetcher.retry_delays, parts.clock);
      return {};
    case StageKind::kParser: {
      auto handler = std::make_unique<ParseHandler>(*parts.parser, parts.topics,
                                                    settings.parser.threads);
      if (parts.trial) handler->TryWith(*parts.trial);
      auto erased = Suppressions::Open(*parts.bus, parts.topics,
                                       startup_timeout, parts.clock);
      if (!erased) return erased.error();
      erased_ = std::move(*erased);
      handler->Heed(*erased_);
      handler_ = std::move(handler);
      return {};
    }
    case StageKind::kSink: {
      auto handler =
          std::make_unique<SinkHandler>(settings.sink, *parts.bus, parts.topics,
                                        parts.sites, *parts.store, parts.clock);
      trimmer_ = std::make_unique<TaskTrimmer>(
          parts.bus->admin(), *parts.ledger,
          ReadsOf(StageKind::kFetcher, settings).group);
      handler->TrimWith(*trimmer_, ReadsOf(StageKind::kRetry, settings).group);
      handler_ = std::move(handler);
      return {};
    }
  }
  return Error{Code::kInternal, "no such stage"};
}

Result<std::unique_ptr<Stage>> Stage::Make(StageKind kind, StageParts& parts,
                                           const Bounds& bounds,
                                           Duration startup_timeout) {
  auto stage = std::make_unique<Stage>();
  stage->name_ = NameOf(kind);
  if (auto made = stage->MakeHandler(kind, parts, startup_timeout); !made)
    return made.error();

  const Settings& settings = parts.settings;
  const StageReads reads = ReadsOf(kind, settings);
  WorkerOptions options;
  options.stage = StageOf(kind);
  options.name = stage->name_;
  options.group = reads.group;
  options.topics = reads.topics;
  options.guard_crashes = kind == StageKind::kParser;
  options.bounds = bounds;
  options.session_timeout = settings.log.session_timeout;
  options.drain_timeout = settings.drain_timeout;
  options.startup_timeout = startup_timeout;
  options.retry_delays = settings.fetcher.retry_delays;
  // A few tasks that wait in memory for their hosts must not hold up the rest:
  // what is settled beyond them stands in the group's note.
  if (kind == StageKind::kFetcher) options.max_spread = kFetcherSpread;
  stage->worker_ =
      std::make_unique<Worker>(std::move(options), *parts.bus, parts.topics,
                               *stage->handler_, parts.clock);
  return stage;
}

}  // namespace newsmill
