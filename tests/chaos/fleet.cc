#include "tests/chaos/fleet.h"

#include <signal.h>

#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "core/bus/registry.h"
#include "core/flow/backlog_offsets.h"
#include "fetcher/backlog/backlog.h"
#include "fetcher/hosts/read_topic.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill::chaos {
namespace {

constexpr Duration kToEnd = std::chrono::seconds(30);
constexpr Duration kLook = std::chrono::milliseconds(50);

}  // namespace

Result<void> Fleet::Start(Options options) {
  options_ = std::move(options);
  access_log_ = folder_ / "access.jsonl";
  auto origin = PoliteOrigin::Start(access_log_);
  if (!origin) return origin.error();
  origin_ = std::move(*origin);
  e2e::PipelineOptions pipeline;
  pipeline.binary = options_.binary;
  pipeline.log_settings = options_.log_settings;
  pipeline.store = options_.store;
  pipeline.fetcher_settings =
      options_.fetcher_settings + "allow_addresses = [\"127.0.0.0/8\"]\n";
  auto started = e2e::Pipeline::Start(std::move(pipeline));
  if (!started) return started.error();
  pipeline_ = std::move(*started);
  options_.log.data_dir = pipeline_->data_dir();
  return Do({"topics", "create"});
}

std::string Fleet::HostOf(int n) const {
  return "127.0.0." + std::to_string(n + 2) + ":" +
         std::to_string(origin_->port());
}

std::string Fleet::UrlOf(int n, const std::string& path) const {
  return "http://" + HostOf(n) + path;
}

Result<void> Fleet::Enqueue(const std::vector<std::string>& targets) {
  std::string lines;
  for (const std::string& target : targets) lines += target + "\n";
  const auto put = pipeline_->Command({"enqueue", "--file", "-"}, lines);
  if (!put) return put.error();
  if (put->status.code != 0) return Error{Code::kInternal, put->errors};
  return {};
}

Result<void> Fleet::Do(std::vector<std::string> arguments) {
  const auto done = pipeline_->Command(std::move(arguments));
  if (!done) return done.error();
  if (done->status.code == 0) return {};
  return Error{Code::kInternal, done->output + done->errors};
}

Result<e2e::WorkerProcess*> Fleet::AddFetcher() {
  const std::string name = "fetcher-" + std::to_string(++fetchers_);
  e2e::WorkerSetup setup;
  setup.environment["NEWSMILL_FETCHER__USER_AGENT"] = name;
  if (!options_.fault.empty()) {
    setup.binary = options_.faulty_binary;
    setup.environment["NEWSMILL_PLANTED_FAULT"] = options_.fault;
  }
  return pipeline_->AddWorker("fetcher", std::move(setup));
}

Result<void> Fleet::Kill(e2e::WorkerProcess& fetcher) {
  if (auto sent = fetcher.child->Signal(SIGKILL); !sent) return sent;
  const auto ended = fetcher.child->Wait(kToEnd);
  return ended ? Result<void>() : ended.error();
}

Result<void> Fleet::Freeze(e2e::WorkerProcess& fetcher, Duration time) {
  if (auto stopped = fetcher.child->Stop(); !stopped) return stopped;
  std::this_thread::sleep_for(time);
  return fetcher.child->Continue();
}

Result<void> Fleet::Leave(e2e::WorkerProcess& fetcher) {
  const auto ended = fetcher.child->Terminate(kToEnd);
  return ended ? Result<void>() : ended.error();
}

Result<void> Fleet::AwaitSettled(int64_t tasks, Duration most) {
  std::string last;
  const bool settled = Await(most, [&] {
    const Result<int64_t> now = pipeline_->Settled();
    last = now ? std::to_string(*now) + " of " + std::to_string(tasks) +
                     " are settled"
               : now.error().message;
    return now && *now >= tasks;
  });
  if (settled) return {};
  return Error{Code::kTimedOut, last};
}

Result<std::vector<Asked>> Fleet::Log() const {
  return ReadAccessLog(access_log_);
}

std::set<std::string> Fleet::Served() const {
  std::set<std::string> served;
  const auto log = Log();
  if (!log) return served;
  for (const Asked& asked : *log) {
    if (asked.status == 200 && asked.path != "/robots.txt") {
      served.insert("http://" + asked.host + asked.path);
    }
  }
  return served;
}

Result<std::map<std::string, int>> Fleet::WritesOfTasks() const {
  const auto bus = OpenBus(options_.log);
  if (!bus) return bus.error();
  const Topics topics(options_.log, options_.retry_delays);
  std::map<std::string, int> writes;
  for (const std::string& topic : topics.OfTasks()) {
    const auto read =
        ReadToEnd(**bus, PartitionsOf(topic, topics), kToEnd, Clock::System(),
                  [&](const Message& message) {
                    if (message.FindHeader(Backlog::kSettledHeader) != nullptr)
                      return;
                    v1::FetchTask task;
                    EXPECT_TRUE(task.ParseFromString(message.value));
                    ++writes[task.task_id()];
                  });
    if (!read) return read.error();
  }
  return writes;
}

bool Await(Duration most, const std::function<bool()>& holds) {
  const Clock& clock = Clock::System();
  const Instant end = clock.Uptime() + most;
  while (!holds()) {
    if (clock.Uptime() >= end) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

}  // namespace newsmill::chaos
