#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "core/flow/commit_note.h"

namespace newsmill {

// Offsets, kept as runs. Used by one thread.
class RunSet {
 public:
  void Add(OffsetRun run);
  void Add(const OffsetRuns& runs) {
    for (const OffsetRun& run : runs) Add(run);
  }
  // Forgets all offsets below.
  void DropBelow(int64_t offset);

  bool Contains(int64_t offset) const;
  bool empty() const { return ends_.empty(); }
  // Of runs.
  size_t size() const { return ends_.size(); }
  OffsetRuns runs() const;

 private:
  std::map<int64_t, int64_t> ends_;  // by first offset, one past the last
};

}  // namespace newsmill
