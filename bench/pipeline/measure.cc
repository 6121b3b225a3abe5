#include "bench/pipeline/measure.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

namespace newsmill::bench {
namespace {

using e2e::ExpectedTask;
using e2e::Pipeline;
using e2e::WorkerProcess;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr char kFetcher[] =
    "host_delay = \"0ms\"\nhost_concurrency = 8\n"
    "retry_delays = [\"1s\", \"3s\"]\n";

double OwnCpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) +
         static_cast<double>(used.tv_nsec) * 1e-9;
}

Result<void> Enqueue(Pipeline& pipeline, const std::string& batch,
                     const std::string& targets) {
  const auto done = pipeline.Command(
      {"enqueue", "--batch", batch, "--file", "-"}, targets, seconds(600));
  if (!done) return done.error();
  if (!done->status.Succeeded()) {
    return Error{Code::kInternal, "enqueue: " + done->errors};
  }
  return {};
}

Result<void> Prepare(Pipeline& pipeline, const Setup& setup) {
  for (const std::vector<std::string>& command : setup.prepare) {
    const auto done = pipeline.Command(command);
    if (!done) return done.error();
    if (!done->status.Succeeded()) {
      return Error{Code::kInternal, command[0] + ": " + done->errors};
    }
  }
  return {};
}

// CPU of the services counts from here.
std::map<std::string, double> ServicesNow(const Setup& setup) {
  std::map<std::string, double> used;
  for (const auto& [name, pid] : setup.services) {
    used[name] = UsageOfTree(pid).cpu_seconds;
  }
  return used;
}

void NoteUsage(Pipeline& pipeline, const Setup& setup,
               const std::map<std::string, double>& before,
               Measured& measured) {
  for (const char* kind : {"fetcher", "parser", "sink"}) {
    for (const WorkerProcess* worker : pipeline.WorkersOf(kind)) {
      const auto usage = UsageOf(worker->child->pid());
      if (usage) measured.stages[kind] = *usage;
    }
  }
  for (const auto& [name, pid] : setup.services) {
    ProcessUsage usage = UsageOfTree(pid);
    usage.cpu_seconds -= before.at(name);
    measured.stages[name] = usage;
  }
}

// Waits until the batch's one row is there and says how long after the task's
// append that was.
Result<Duration> AwaitRow(Pipeline& pipeline, const std::string& batch) {
  const auto end = steady_clock::now() + seconds(60);
  while (steady_clock::now() < end) {
    const Result<int64_t> settled = pipeline.Settled(batch);
    if (!settled) return settled.error();
    if (*settled > 0) {
      const Timestamp now = Clock::System().Now();
      const auto rows = pipeline.Ledger(batch);
      if (!rows) return rows.error();
      if (rows->empty() || !rows->front().accepted_at) {
        return Error{Code::kInternal, batch + " is not in the ledger"};
      }
      return now - *rows->front().accepted_at;
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  return Error{Code::kTimedOut, batch + " never became a row"};
}

Result<void> MeasureLatency(Pipeline& pipeline, int single_tasks,
                            Measured& measured) {
  for (int i = 0; i < single_tasks; ++i) {
    const std::string batch = "single-" + std::to_string(i);
    const std::string target =
        pages::MadeSites()[0].name + ":" + std::to_string(900'000'001 + i);
    if (auto put = Enqueue(pipeline, batch, target + "\n"); !put) return put;
    const Result<Duration> latency = AwaitRow(pipeline, batch);
    if (!latency) return latency.error();
    measured.latencies.push_back(*latency);
  }
  std::sort(measured.latencies.begin(), measured.latencies.end());
  return {};
}

Duration Percentile(const std::vector<Duration>& sorted, size_t percent) {
  if (sorted.empty()) return Duration{0};
  return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

void PrintStage(const std::string& name, const ProcessUsage& usage,
                int64_t pages) {
  std::printf("  %-12s %8.2f CPU s per 1,000 pages %9.1f MiB peak\n",
              name.c_str(),
              usage.cpu_seconds * 1000 / static_cast<double>(pages),
              static_cast<double>(usage.peak_rss_kib) / 1024);
}

}  // namespace

Result<Measured> Measure(const Setup& setup, const std::string& binary,
                         int64_t pages, int single_tasks) {
  e2e::PipelineOptions options;
  options.binary = binary;
  options.log_settings = setup.log_settings;
  options.store = setup.store;
  options.fetcher_settings = kFetcher;
  options.pad_min_kb = 15;
  options.pad_max_kb = 100;
  auto started = Pipeline::Start(std::move(options));
  if (!started) return started.error();
  Pipeline& pipeline = **started;
  if (auto prepared = Prepare(pipeline, setup); !prepared) {
    return prepared.error();
  }
  const auto count = static_cast<size_t>(pages);
  std::string targets;
  for (const ExpectedTask& task : e2e::MakeTasks(
           count, count / pages::kMadeSites, pipeline.page_options())) {
    targets += task.target + "\n";
  }
  if (auto put = Enqueue(pipeline, "bulk", targets); !put) return put.error();

  Measured measured;
  measured.name = setup.name;
  measured.pages = pages;
  const auto services = ServicesNow(setup);
  const double own = OwnCpuSeconds();
  const auto begin = steady_clock::now();
  for (const char* kind : {"fetcher", "parser", "sink"}) {
    if (auto added = pipeline.AddWorker(kind); !added) return added.error();
  }
  if (auto settled = pipeline.AwaitSettled(pages, seconds(3600)); !settled) {
    return settled.error();
  }
  measured.seconds =
      std::chrono::duration<double>(steady_clock::now() - begin).count();
  measured.origin_cpu_seconds = OwnCpuSeconds() - own;
  NoteUsage(pipeline, setup, services, measured);
  if (auto timed = MeasureLatency(pipeline, single_tasks, measured); !timed) {
    return timed.error();
  }
  if (auto drained = pipeline.DrainAll(); !drained) return drained.error();
  return measured;
}

void Print(const Measured& measured) {
  std::printf("%s: %lld pages in %.1f s, %.0f pages/s\n", measured.name.c_str(),
              static_cast<long long>(measured.pages), measured.seconds,
              static_cast<double>(measured.pages) / measured.seconds);
  for (const auto& [name, usage] : measured.stages) {
    PrintStage(name, usage, measured.pages);
  }
  std::printf(
      "  %-12s %8.2f CPU s per 1,000 pages (the bench's own)\n", "origin",
      measured.origin_cpu_seconds * 1000 / static_cast<double>(measured.pages));
  if (!measured.latencies.empty()) {
    std::printf(
        "  enqueue to row, unloaded, %zu single tasks: p50 %lld ms, "
        "p99 %lld ms\n",
        measured.latencies.size(),
        static_cast<long long>(Percentile(measured.latencies, 50).count()),
        static_cast<long long>(Percentile(measured.latencies, 99).count()));
  }
  std::fflush(stdout);
}

}  // namespace newsmill::bench
