#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/cli/command.h"
#include "app/idle_watch.h"
#include "app/progress.h"
#include "app/settled_watch.h"
#include "app/stages.h"
#include "core/flow/worker.h"
#include "core/runtime/http_server.h"

namespace newsmill {

// What starts this program again, with the same configuration, to try pages in
// (ChildTrial).
std::vector<std::string> TrialCommand(const Settings& settings);

struct PipelineOptions {
  // The first one is what the process is for.
  std::vector<StageKind> stages;
  // Of a single stage its worker's own; of several until_idle holds for all
  // together, the rest for the first.
  Bounds bounds;
  // End when all tasks that stand on the log at the start are settled, whoever
  // works on them.
  bool until_settled = false;
  Duration startup_timeout = std::chrono::seconds(60);
  // Show how far the ledger is, where standard error is a terminal.
  bool progress = false;
};

// The stages that one process runs, each worker on a thread of its own, with
// one HTTP server for all. Run once, from the main thread.
class Pipeline {
 public:
  Pipeline(Context& context, PipelineOptions options);
  ~Pipeline();

  // Returns when the bounds are reached, when a stop was asked for and all
  // stages drained, or when one of them failed, which stops the others. What is
  // not there yet (broker, database) is waited for.
  Result<RunEnd> Run();

 private:
  struct Running {
    std::unique_ptr<Stage> stage;
    std::thread thread;
    std::optional<Result<RunEnd>> end;  // guarded by mutex_
  };

  Result<void> Serve();
  Result<void> Open();
  Result<void> OpenStages();
  Result<void> Patiently(const std::string& what,
                         const std::function<Result<void>()>& attempt);
  Bounds BoundsOf(size_t stage) const;
  void Launch();
  void Supervise();
  bool AnyEnded();
  void StopAll();
  Result<RunEnd> Collect();

  HttpServer::Probe Health();
  HttpServer::Probe Readiness();

  Context& context_;
  PipelineOptions options_;  // constant after the constructor
  StageParts parts_;
  std::unique_ptr<IdleWatch> idle_;
  std::unique_ptr<SettledWatch> settled_;
  std::unique_ptr<Progress> progress_;
  bool idle_reached_ = false;
  bool all_settled_ = false;

  std::mutex mutex_;
  std::string starting_ = "starting";   // guarded by mutex_; empty: it runs
  std::vector<Running> running_;        // constant while the server can see it
  std::unique_ptr<HttpServer> server_;  // stops before what it asks goes
};

}  // namespace newsmill
