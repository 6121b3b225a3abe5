#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "core/base/time.h"
#include "core/bus/bus.h"

namespace newsmill {

// Counts now and then how many records stand behind what is committed, on a
// thread of its own: a log that answers slowly must not hold up a worker.
class LagMonitor {
 public:
  // `report` is told on the monitor's thread; `admin` outlives the monitor.
  LagMonitor(Admin& admin, Duration every,
             std::function<void(int64_t lag)> report);
  ~LagMonitor();

  // What is committed of the partitions that are ours. Thread-safe.
  void Update(Offsets committed);

 private:
  void Run();
  void Look(const Offsets& committed);

  Admin& admin_;
  const Duration every_;
  const std::function<void(int64_t)> report_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;   // guarded by mutex_
  Offsets committed_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace newsmill
