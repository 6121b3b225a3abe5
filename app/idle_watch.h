#pragma once

#include <optional>
#include <vector>

#include "app/stages.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"

namespace newsmill {

// Whether several stages together have nothing to do: every group has
// committed up to the end of what it reads, the fetchers are through with the
// backlog, and nothing was written for a while. What is in hand is not
// committed, nor is a retry that waits for its time, so neither is overlooked.
// Used by one thread.
class IdleWatch {
 public:
  // `admin` and `topics` outlive the watch.
  IdleWatch(Admin& admin, const Topics& topics, std::vector<StageReads> stages,
            Duration wanted);

  // Asks the log at most twice a second. An error of the log is no idleness.
  bool IsIdle(Instant now);

 private:
  // The end offsets where all groups stand at theirs, else nothing.
  std::optional<Offsets> EndsIfSettled();
  bool BacklogStands(const CommittedOffsets& group, Offsets& ends);

  Admin& admin_;
  const Topics& topics_;
  const std::vector<StageReads> stages_;
  const Duration wanted_;
  std::optional<Instant> asked_at_;
  Offsets ends_;
  std::optional<Instant> idle_since_;
};

}  // namespace newsmill
