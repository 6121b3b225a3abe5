#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/bus/config.h"
#include "tests/chaos/suite/generator.h"
#include "tests/chaos/suite/revised_origin.h"
#include "tests/e2e/pipeline.h"
#include "tests/e2e/services.h"

namespace newsmill::chaos {

struct SystemOptions {
  uint64_t seed = 0;
  std::string binary;
  // The same with the switches that tests plant: it runs the parsers, which a
  // planted page must be able to end, and the sinks that freeze themselves.
  std::string faulty_binary;
  // Of each kind.
  int workers = 3;
  // A fault (core/flow/planted_fault.h) that all workers of this kind have.
  std::string fault = {};
  std::string fault_of = {};
  // How many articles each host has: few are asked for more often.
  int pages_of_host = 20;
};

// What the nemeses strike: a broker, a database, workers as processes of the
// real binary, an origin on loopback, and somebody who puts tasks. A worker
// that ends is started again, as an orchestrator would. Used by one thread.
class System {
 public:
  // Returns when the store has its tables; no worker runs yet.
  static Result<std::unique_ptr<System>> Start(SystemOptions options);

  Result<void> StartWorkers();
  // Lets time pass, and looks after the workers meanwhile.
  Result<void> Pass(Duration time);
  // Starts what has ended again; notes how it ended.
  Result<void> Tend();

  // Those that are meant to run.
  std::vector<e2e::WorkerProcess*> Of(const std::string& kind) const;
  // kill -9, and another at once.
  Result<void> Kill(e2e::WorkerProcess& worker);
  // kill -9, and a sink in its place that stops itself inside a transaction.
  Result<void> FreezeInside(e2e::WorkerProcess& sink, const std::string& point);
  // The same with a fetcher whose clock is so many seconds off.
  Result<void> SetClock(e2e::WorkerProcess& fetcher,
                        const std::string& seconds_off);
  Result<void> Join(const std::string& kind);
  // SIGTERM to the last `count` of this kind; they drain.
  Result<void> Leave(const std::string& kind, size_t count);
  // All of them; each must end with 0.
  Result<void> Drain();

  // An error when something was written that the checker would find (by SQL
  // that it has set): for who throws away what it counts.
  Result<void> NoHarmYet() const;
  void SetHarmQuery(std::string query) { harm_query_ = std::move(query); }

  const std::string& binary() const { return options_.binary; }
  int workers() const { return options_.workers; }  // of each kind
  Duration session_timeout() const;
  e2e::Services& services() { return *services_; }
  e2e::Pipeline& pipeline() { return *pipeline_; }
  RevisedOrigin& origin() { return *origin_; }
  Generator& generator() { return *generator_; }
  const SinkConfig& store() const { return store_; }
  const BusConfig& log() const { return log_; }
  const std::string& prefix() const { return log_.prefix; }

  // Ends that nobody ordered and that no rule allows, each with what the worker
  // said last.
  const std::vector<std::string>& strange_ends() const { return strange_; }
  // How often librdkafka ended a worker by an assertion of its own that is
  // known to be wrong.
  int library_aborts() const { return library_aborts_; }
  // How many workers a page has aborted.
  int aborted() const { return aborted_; }

 private:
  explicit System(SystemOptions options) : options_(std::move(options)) {}
  Result<void> Prepare();
  e2e::WorkerSetup SetupOf(const std::string& kind) const;
  Result<void> End(e2e::WorkerProcess& worker);
  void NoteEnd(e2e::WorkerProcess& worker);
  Result<void> Drain(const std::vector<e2e::WorkerProcess*>& leaving);

  const SystemOptions options_;
  BusConfig log_;
  SinkConfig store_;
  std::unique_ptr<e2e::Services> services_;
  std::unique_ptr<RevisedOrigin> origin_;
  std::unique_ptr<Generator> generator_;
  std::unique_ptr<e2e::Pipeline> pipeline_;
  std::vector<e2e::WorkerProcess*> running_;
  std::vector<std::string> strange_;
  std::string harm_query_;
  int library_aborts_ = 0;
  int aborted_ = 0;
};

}  // namespace newsmill::chaos
