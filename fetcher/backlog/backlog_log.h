#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"

namespace newsmill {

// The partitions of `tasks.backlog` as a log to read anywhere in. Assigned by
// hand: whoever owns a partition of `tasks` reads the backlog's partition of
// the same number. Used by one thread, apart from what Append tells.
class BacklogLog {
 public:
  virtual ~BacklogLog() = default;

  // What the partition holds; it is not read yet.
  virtual Result<Watermarks> Open(int32_t partition) = 0;
  virtual void Close(int32_t partition) = 0;
  // Reads on from there, or not at all; `offset` is one that the log holds.
  virtual Result<void> Read(int32_t partition, int64_t offset) = 0;
  virtual Result<void> Pause(int32_t partition) = 0;
  // What has come; does not wait. kOutOfRange: as Consumer::Poll.
  virtual Result<std::vector<Message>> Poll(size_t most) = 0;
  // Never blocks for long; what fails is told and not repeated.
  virtual void Append(Record record, Producer::Done done) = 0;
};

// Over any log; kBadConfiguration and the like where it cannot be used.
// `topic`: of the backlog. `bus` outlives the result.
Result<std::unique_ptr<BacklogLog>> OpenBacklogLog(Bus& bus,
                                                   const std::string& topic);

}  // namespace newsmill
