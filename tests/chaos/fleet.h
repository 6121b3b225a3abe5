#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/bus/config.h"
#include "core/bus/topics.h"
#include "tests/chaos/polite_origin.h"
#include "tests/chaos/politeness_log.h"
#include "tests/e2e/pipeline.h"

namespace newsmill::chaos {

// Fetchers, as processes of the real binary, that ask the hosts of a
// PoliteOrigin: 127.0.0.2 and on, one port. Each fetcher has a name of its own,
// which the hosts' log tells.
class Fleet {
 public:
  struct Options {
    BusConfig log;  // its data_dir is the fleet's own
    SinkConfig store;
    std::string log_settings;      // the same as TOML
    std::string fetcher_settings;  // further lines of [fetcher]
    std::vector<Duration> retry_delays;
    std::string binary;
    std::string fault;  // planted, in the faulty binary
    std::string faulty_binary;
  };
  Result<void> Start(Options options);

  // "127.0.0.<n + 2>:<port>".
  std::string HostOf(int n) const;
  std::string UrlOf(int n, const std::string& path) const;
  Result<void> Enqueue(const std::vector<std::string>& targets);
  // `newsmill ARGS…`, which must end with 0.
  Result<void> Do(std::vector<std::string> arguments);

  Result<e2e::WorkerProcess*> AddFetcher();
  static Result<void> Kill(e2e::WorkerProcess& fetcher);
  // For so long; the group may give its partitions to others meanwhile.
  static Result<void> Freeze(e2e::WorkerProcess& fetcher, Duration time);
  static Result<void> Leave(e2e::WorkerProcess& fetcher);

  Result<void> AwaitSettled(int64_t tasks, Duration most);
  // What the hosts saw so far.
  Result<std::vector<Asked>> Log() const;
  // URLs that gave a page so far.
  std::set<std::string> Served() const;

  // How often each task was written to the topics on which tasks stand, by its
  // ID, as far as the log still has it.
  Result<std::map<std::string, int>> WritesOfTasks() const;

  e2e::Pipeline& pipeline() { return *pipeline_; }

 private:
  const process::TempFolder folder_{"newsmill-fleet"};
  Options options_;
  std::string access_log_;
  std::unique_ptr<PoliteOrigin> origin_;
  std::unique_ptr<e2e::Pipeline> pipeline_;
  int fetchers_ = 0;
};

// Until `holds` or the time is over; whether it holds.
bool Await(Duration most, const std::function<bool()>& holds);

}  // namespace newsmill::chaos

#define ASSERT_GOOD(expression)                                           \
  do {                                                                    \
    const auto& result = (expression);                                    \
    ASSERT_TRUE(result) << #expression << ": " << result.error().message; \
  } while (false)
