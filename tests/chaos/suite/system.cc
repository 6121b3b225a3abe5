#include "tests/chaos/suite/system.h"

#include <signal.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "core/runtime/exit_codes.h"
#include "sink/postgres/connection.h"

namespace newsmill::chaos {
namespace {

using e2e::WorkerProcess;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kName[] = "chaos";
constexpr Duration kSession = seconds(4);
constexpr Duration kToEnd = seconds(120);
constexpr char kCrashOnPage[] = "crash-on-page";
constexpr const char* kKinds[] = {"fetcher", "parser", "sink"};

// A host that many tasks ask is asked often; what fails in passing is tried
// again often enough for a slow machine.
constexpr char kFetcher[] =
    "host_delay = \"20ms\"\nhost_delay_jitter = 0\nduplicate_window = \"0s\"\n"
    "retry_delays = [\"1s\", \"3s\", \"6s\"]\n"
    "allow_addresses = [\"127.0.0.0/8\"]\n";

// librdkafka 2.0 (Debian 12) aborts when a partition that is being stopped is
// lost in the same moment. The worker starts again, and nothing may be lost by
// it.
constexpr char kLibraryBug[] = "rd_kafka_assignment_partition_stopped";

}  // namespace

Result<std::unique_ptr<System>> System::Start(SystemOptions options) {
  std::unique_ptr<System> system(new System(std::move(options)));
  if (auto prepared = system->Prepare(); !prepared) return prepared.error();
  return system;
}

Result<void> System::Prepare() {
  auto services = e2e::Services::StartBehindProxies();
  if (!services) return services.error();
  services_ = std::move(*services);
  auto origin = RevisedOrigin::Start();
  if (!origin) return origin.error();
  origin_ = std::move(*origin);

  log_.backend = "kafka";
  log_.prefix = std::string(kName) + ".";
  log_.session_timeout = kSession;
  log_.tasks_partitions = log_.pages_partitions = log_.articles_partitions = 8;
  log_.outcomes_partitions = 4;
  log_.kafka["bootstrap.servers"] = services_->broker().bootstrap();
  store_ = services_->StoreOf(kName);
  e2e::PipelineOptions pipeline;
  pipeline.binary = options_.binary;
  pipeline.log_settings =
      "[log]\nbackend = \"kafka\"\nprefix = \"" + log_.prefix +
      "\"\nsession_timeout = \"4s\"\ntasks_partitions = 8\n"
      "pages_partitions = 8\narticles_partitions = 8\n"
      "outcomes_partitions = 4\n\n[kafka]\n\"bootstrap.servers\" = \"" +
      services_->bootstrap_over_proxy() + "\"\n";
  pipeline.store = store_;
  pipeline.store.url = services_->url_over_proxy();
  pipeline.fetcher_settings = kFetcher;
  auto started = e2e::Pipeline::Start(std::move(pipeline));
  if (!started) return started.error();
  pipeline_ = std::move(*started);
  generator_ =
      std::make_unique<Generator>(*services_, *origin_, log_.prefix + "tasks",
                                  options_.seed, options_.pages_of_host);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"topics", "create"},
        std::vector<std::string>{"store", "migrate"}}) {
    const auto done = pipeline_->Command(command);
    if (!done) return done.error();
    if (!done->status.Succeeded()) {
      return Error{Code::kInternal, command[0] + ": " + done->errors};
    }
  }
  return {};
}

Duration System::session_timeout() const { return kSession; }

e2e::WorkerSetup System::SetupOf(const std::string& kind) const {
  if (kind == options_.fault_of) {
    return {.binary = options_.faulty_binary,
            .environment = {
                {"NEWSMILL_PLANTED_FAULT", options_.fault + "," + kCrashOnPage},
                // With something in hand most of the time.
                {"NEWSMILL_SINK__BATCH_LINGER", "1s"}}};
  }
  if (kind != "parser") return {};
  return {.binary = options_.faulty_binary,
          .environment = {{"NEWSMILL_PLANTED_FAULT", kCrashOnPage}}};
}

Result<void> System::StartWorkers() {
  for (const char* kind : kKinds) {
    for (int i = 0; i < options_.workers; ++i) {
      if (auto joined = Join(kind); !joined) return joined;
    }
  }
  return {};
}

Result<void> System::Pass(Duration time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    if (auto tended = Tend(); !tended) return tended;
    std::this_thread::sleep_for(milliseconds(100));
  }
  return {};
}

Result<void> System::Tend() {
  for (WorkerProcess* worker : running_) {
    if (worker->child->Running()) continue;
    NoteEnd(*worker);
    auto again = pipeline_->Relaunch(*worker, SetupOf(worker->kind));
    if (!again) return again;
  }
  return {};
}

void System::NoteEnd(WorkerProcess& worker) {
  const auto end = worker.child->Wait(seconds(1));
  if (end && end->signal == SIGABRT) {
    if (worker.child->LastLines(1).find(kLibraryBug) != std::string::npos) {
      ++library_aborts_;
      return;
    }
    if (worker.kind == "parser") {
      ++aborted_;
      return;
    }
  }
  // "Try again": log or store were away for longer than it waits.
  if (end && end->code == kExitTryAgain) return;
  strange_.push_back(worker.kind + " ended with " +
                     (end ? end->ToString() : end.error().message) + ":\n" +
                     worker.child->LastLines(20));
}

std::vector<WorkerProcess*> System::Of(const std::string& kind) const {
  std::vector<WorkerProcess*> found;
  for (WorkerProcess* worker : running_) {
    if (worker->kind == kind) found.push_back(worker);
  }
  return found;
}

Result<void> System::End(WorkerProcess& worker) {
  if (auto tended = Tend(); !tended) return tended;
  if (auto sent = worker.child->Signal(SIGKILL); !sent) return sent;
  const auto ended = worker.child->Wait(kToEnd);
  return ended ? Result<void>() : ended.error();
}

Result<void> System::Kill(WorkerProcess& worker) {
  if (auto ended = End(worker); !ended) return ended;
  // One that was to freeze itself shall not do so again.
  return pipeline_->Relaunch(worker, SetupOf(worker.kind));
}

Result<void> System::FreezeInside(WorkerProcess& sink,
                                  const std::string& point) {
  if (auto ended = End(sink); !ended) return ended;
  e2e::WorkerSetup setup = {
      .binary = options_.faulty_binary,
      .environment = {{"NEWSMILL_FAULT_SINK_STOP", point},
                      // The points lie in a flush with some bulk.
                      {"NEWSMILL_SINK__BATCH_LINGER", "2s"}}};
  if (options_.fault_of == "sink") {
    setup.environment["NEWSMILL_PLANTED_FAULT"] = options_.fault;
  }
  return pipeline_->Relaunch(sink, std::move(setup));
}

Result<void> System::SetClock(WorkerProcess& fetcher,
                              const std::string& seconds_off) {
  if (auto ended = End(fetcher); !ended) return ended;
  return pipeline_->Relaunch(
      fetcher, {.binary = options_.faulty_binary,
                .environment = {{"NEWSMILL_FAULT_CLOCK_OFF", seconds_off}}});
}

Result<void> System::NoHarmYet() const {
  auto connection =
      postgres::Connection::Open({.url = store_.url, .schema = store_.schema});
  if (!connection) return connection.error();
  const auto rows = (*connection)->Ask(harm_query_, {});
  if (!rows) return rows.error();
  const std::string count = rows->at(0).at(0).value_or("");
  if (count == "0") return {};
  return Error{Code::kInternal,
               "rows gone back or by thawed workers: " + count};
}

Result<void> System::Join(const std::string& kind) {
  const auto added = pipeline_->AddWorker(kind, SetupOf(kind));
  if (!added) return added.error();
  running_.push_back(*added);
  return {};
}

Result<void> System::Leave(const std::string& kind, size_t count) {
  if (auto tended = Tend(); !tended) return tended;
  std::vector<WorkerProcess*> leaving = Of(kind);
  leaving.erase(leaving.begin(), leaving.end() - static_cast<int64_t>(std::min(
                                                     count, leaving.size())));
  return Drain(leaving);
}

Result<void> System::Drain() {
  if (auto tended = Tend(); !tended) return tended;
  return Drain(std::vector<WorkerProcess*>(running_));
}

Result<void> System::Drain(const std::vector<WorkerProcess*>& leaving) {
  for (WorkerProcess* worker : leaving) {
    std::erase(running_, worker);
    // It may have ended a moment ago; how is seen below.
    static_cast<void>(worker->child->Signal(SIGTERM));
  }
  for (WorkerProcess* worker : leaving) {
    const auto end = worker->child->Wait(kToEnd);
    if (!end) return end.error();
    // It was not yet as far as to hear of signals.
    if (end->signal == SIGTERM && worker->child->line_count() == 0) continue;
    if (!end->Succeeded()) NoteEnd(*worker);
  }
  return {};
}

}  // namespace newsmill::chaos
