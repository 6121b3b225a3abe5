#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/embedded/log_file.h"

namespace newsmill::embedded {

// Moves the beginning of each partition and then removes what lies below it,
// in transactions short enough that writers hardly wait.
Result<void> TrimLog(LogFile& log, const Offsets& before);

// Trims what is older than its topic's retention, and keeps of compacted topics
// the newest record of each key.
Result<void> ApplyRetention(LogFile& log, Timestamp now);

// Applies retention now and then on a thread of its own.
class RetentionThread {
 public:
  // `log` outlives this.
  explicit RetentionThread(LogFile& log);
  ~RetentionThread();

 private:
  void RunUntilStopped();

  LogFile& log_;
  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace newsmill::embedded
