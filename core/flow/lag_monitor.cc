#include "core/flow/lag_monitor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/runtime/log.h"

namespace newsmill {

LagMonitor::LagMonitor(Admin& admin, Duration every,
                       std::function<void(int64_t)> report)
    : admin_(admin),
      every_(every),
      report_(std::move(report)),
      thread_([this] { Run(); }) {}

LagMonitor::~LagMonitor() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void LagMonitor::Update(Offsets committed) {
  const std::lock_guard lock(mutex_);
  committed_ = std::move(committed);
}

void LagMonitor::Run() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, every_, [this] { return end_; })) {
    const Offsets committed = committed_;
    lock.unlock();
    Look(committed);
    lock.lock();
  }
}

void LagMonitor::Look(const Offsets& committed) {
  std::vector<TopicPartition> partitions;
  for (const auto& [name, next] : committed) partitions.push_back(name);
  const Result<std::map<TopicPartition, Watermarks>> marks =
      admin_.FetchWatermarks(partitions);
  if (!marks) {
    log::Debug("The lag is not known now.", {{"error", marks.error().message}});
    return;
  }
  int64_t lag = 0;
  for (const auto& [name, mark] : *marks) {
    const int64_t next = std::max(committed.at(name), mark.begin);
    lag += std::max<int64_t>(mark.end - next, 0);
  }
  report_(lag);
}

}  // namespace newsmill
