#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/settings.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/flow/handler.h"
#include "core/flow/suppressions.h"
#include "core/flow/worker.h"
#include "core/sites/site_catalogue.h"
#include "parser/page_parser.h"
#include "parser/page_trial.h"
#include "sink/store.h"
#include "sink/store_reader.h"
#include "sink/task_trimmer.h"

namespace newsmill {

enum class StageKind { kFetcher, kRetry, kParser, kSink };

// "fetcher", "retry", "parser", "sink": for groups, logs and metrics.
std::string NameOf(StageKind kind);

// Which group reads which topics.
struct StageReads {
  std::string group;  // with the prefix
  std::vector<std::string> topics;
  // How far it is with the backlog stands beside its offsets of `tasks`.
  bool keeps_backlog = false;
};

StageReads ReadsOf(StageKind kind, const Settings& settings);
// Those of `stages` that have something to read: where no failed task is tried
// again there is nothing to forward.
std::vector<StageKind> WithWork(const std::vector<StageKind>& stages,
                                const Settings& settings);
// Of the fetcher, the forwarder of retries, the parser and the sink.
std::vector<StageReads> StagesAndTopics(const Settings& settings);

// What stages share; set as far as they need it, and outlives them.
struct StageParts {
  const Settings& settings;
  const Clock& clock;
  Topics topics;
  SiteCatalogue sites;
  std::unique_ptr<Bus> bus;
  std::unique_ptr<PageParser> parser;   // of a parser
  std::unique_ptr<PageTrial> trial;     // likewise
  std::unique_ptr<Store> store;         // of a sink
  std::unique_ptr<StoreReader> ledger;  // of a sink: what may be trimmed
};

// A handler and the loop around it.
class Stage {
 public:
  static Result<std::unique_ptr<Stage>> Make(StageKind kind, StageParts& parts,
                                             const Bounds& bounds,
                                             Duration startup_timeout);

  const std::string& name() const { return name_; }
  Worker& worker() { return *worker_; }

 private:
  Result<void> MakeHandler(StageKind kind, StageParts& parts,
                           Duration startup_timeout);

  std::string name_;
  std::unique_ptr<Suppressions> erased_;  // of a parser; outlives the handler
  std::unique_ptr<TaskTrimmer> trimmer_;  // of a sink; outlives the handler
  std::unique_ptr<Handler> handler_;      // outlives the worker
  std::unique_ptr<Worker> worker_;
};

}  // namespace newsmill
