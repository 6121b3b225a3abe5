#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/embedded/group.h"
#include "core/bus/embedded/log_file.h"

namespace newsmill::embedded {

// Being a member of a group: joins, and keeps the lease alive on a thread of
// its own as long as the consumer polls now and then. A process that is frozen
// or dead renews nothing, and its lease ends.
class Membership {
 public:
  // `log` outlives this.
  static Result<std::unique_ptr<Membership>> Join(
      LogFile& log, const std::string& group,
      const std::vector<std::string>& topics, Duration session_timeout);
  // Stops renewing; does not leave.
  ~Membership();

  // Under a new ID, after the group expelled the old one.
  Result<void> Rejoin();
  // Gives up all partitions at once.
  Result<void> Leave();

  // The consumer is alive; a poll says so.
  void Touch();

  // Of the polling thread.
  const Member& member() const { return member_; }

 private:
  Membership(LogFile& log, Member member)
      : log_(log), member_(std::move(member)) {}
  Result<void> JoinGroup(const Member& member);
  void RenewUntilStopped();
  void Stop();

  LogFile& log_;
  std::atomic<Instant> last_poll_{Boottime::now()};

  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;  // guarded by mutex_
  // Changed by the polling thread, under mutex_; read by both.
  Member member_;
  std::thread renewer_;
};

}  // namespace newsmill::embedded
