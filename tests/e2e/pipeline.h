#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "newsmill/v1/article.pb.h"
#include "sink/config.h"
#include "sink/store_reader.h"
#include "tests/support/origin/origin.h"
#include "tests/support/pages/page_maker.h"
#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::e2e {

// A task of the test and how it must end.
struct ExpectedTask {
  std::string target;
  std::string article_key;
  pages::MadePage made;  // with an empty body
};

// `count` tasks over all made-up sites, `on_one` of them on the first; every
// third a URL, the others `site:id`.
std::vector<ExpectedTask> MakeTasks(size_t count, size_t on_one,
                                    const pages::PageOptions& options);

// A running worker process, and where it tells about itself.
struct WorkerProcess {
  std::string kind;  // fetcher, parser, sink
  int http_port = 0;
  std::unique_ptr<process::ChildProcess> child;
};

// What a worker process is started with besides.
struct WorkerSetup {
  std::string binary = {};  // empty: the pipeline's
  std::map<std::string, std::string> environment = {};
};

struct PipelineOptions {
  std::string binary;        // newsmill
  std::string log_settings;  // TOML of [log], [kafka]
  SinkConfig store;
  std::string fetcher_settings;  // further lines of [fetcher]
  Duration origin_delay{0};
  bool validators = false;  // of the origin's pages
  double faults = 0;
  int pad_min_kb = 0, pad_max_kb = 0;
};

// The origin, a configuration, and the workers of one run of the pipeline, as
// processes of the real binary. Everything goes with the object.
class Pipeline {
 public:
  static Result<std::unique_ptr<Pipeline>> Start(PipelineOptions options);
  ~Pipeline();

  // `newsmill ARGS… --config … --data …`, to its end.
  Result<process::Completed> Command(
      std::vector<std::string> arguments, const std::string& input = "",
      Duration deadline = std::chrono::seconds(120)) const;

  // A further process of this kind; it belongs to the pipeline.
  Result<WorkerProcess*> AddWorker(const std::string& kind,
                                   WorkerSetup setup = {});
  std::vector<WorkerProcess*> WorkersOf(const std::string& kind);
  // Ends it by SIGKILL and starts another in its place.
  Result<void> KillAndReplace(WorkerProcess& worker);
  // In the place of one that has ended.
  Result<void> Relaunch(WorkerProcess& worker, WorkerSetup setup);
  // SIGTERM to all; each must drain and exit 0.
  Result<void> DrainAll();
  // Fails with what a worker printed last when one ended by itself.
  Result<void> CheckAlive();

  // A gauge or counter of its /metrics, summed over labels; 0 when it is not
  // there (yet).
  static double Metric(const WorkerProcess& worker, const std::string& name);
  static double InHand(const WorkerProcess& worker) {
    return Metric(worker, "newsmill_" + worker.kind + "_in_hand_records");
  }

  // Settled tasks of the ledger, of one batch or of all.
  Result<int64_t> Settled(const std::string& batch = "");
  // Returns when so many are; kTimedOut says how far it came. Fails early when
  // a worker ended.
  Result<void> AwaitSettled(int64_t tasks, Duration deadline);
  // Of one batch, or of all.
  Result<std::vector<LedgerRow>> Ledger(const std::string& batch = "");
  // `articles export`, by article key.
  Result<std::map<std::string, v1::Article>> Export() const;

  const pages::PageOptions& page_options() const { return page_options_; }
  const process::TempFolder& folder() const { return folder_; }
  origin::Origin& origin() { return *origin_; }
  std::string config_file() const { return folder_ / "newsmill.toml"; }
  std::string data_dir() const { return folder_ / "data"; }

 private:
  explicit Pipeline(PipelineOptions options);
  Result<void> Prepare();
  Result<void> Launch(WorkerProcess& worker);
  Result<StoreReader*> Reader();

  PipelineOptions options_;
  process::TempFolder folder_;
  pages::PageOptions page_options_;
  std::unique_ptr<origin::Origin> origin_;
  std::unique_ptr<StoreReader> reader_;
  std::vector<std::unique_ptr<WorkerProcess>> workers_;
  std::map<WorkerProcess*, WorkerSetup> setups_;
  int launches_ = 0;
};

// One line per task whose outcome or row is not as made; empty: all are.
std::vector<std::string> Mistakes(
    const std::vector<ExpectedTask>& tasks,
    const std::vector<LedgerRow>& ledger,
    const std::map<std::string, v1::Article>& articles);

}  // namespace newsmill::e2e
