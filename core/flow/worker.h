#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/flow/handler.h"
#include "core/runtime/http_server.h"

namespace newsmill {

// When a run ends by itself; none set: never.
struct Bounds {
  // Nothing came for that long and nothing is in hand.
  std::optional<Duration> until_idle;
  // The end offsets at the start were reached and everything below is settled.
  bool until_end = false;
  // Partitions p with p % job_count == job_index, assigned by hand.
  std::optional<int> job_index;
  std::optional<int> job_count;
  // Exactly these records, assigned by hand: of each partition those from
  // `begin` up to `end`, or from where the group stands. With a job's index
  // and count the partitions of that job. Ends when all are settled.
  std::map<TopicPartition, Watermarks> range;

  bool by_hand() const { return job_index.has_value() || !range.empty(); }
  bool bounded() const {
    return until_idle.has_value() || until_end || !range.empty();
  }
};

struct WorkerOptions {
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  std::string name;   // for logs, metrics and client IDs: "fetcher"
  std::string group;  // with the prefix
  std::vector<std::string> topics;
  Bounds bounds;
  Duration session_timeout = std::chrono::seconds(10);
  Duration drain_timeout = std::chrono::seconds(20);
  // Ends with kUnavailable when the log cannot be reached for that long.
  Duration startup_timeout = std::chrono::seconds(60);
  size_t poll_batch = 500;
  // Of one partition, newest minus oldest in hand; above it is paused.
  int64_t max_spread = 4096;
  // Says with the committed offsets which records may be in hand, before they
  // are, so that those which a worker did not survive are told apart
  // (Delivery::suspect).
  bool guard_crashes = false;
  // Delays of the retry topics; a task that failed that often is dead.
  std::vector<Duration> retry_delays;
};

// How a run ended.
enum class RunEnd {
  kFinished,      // a bounded run reached its end, or an unbounded one drained
  kStoppedEarly,  // a bounded run was stopped before its end: exit 75
};

// The only loop: poll, hand over, settle, commit, drain. It alone knows about
// checkpoints, retries, dead letters, outcomes, backpressure, draining, health
// and bounded runs. Run() takes the calling thread; the rest is thread-safe.
class Worker {
 public:
  Worker(WorkerOptions options, Bus& bus, const Topics& topics,
         Handler& handler, const Clock& clock);
  ~Worker();

  // Returns when the bounds are reached or a stop was asked for and the drain
  // is done. An error is what no repeating cures.
  Result<RunEnd> Run();

  void RequestStop();

  HttpServer::Probe Health() const;
  HttpServer::Probe Readiness() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace newsmill
