#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "core/flow/commit_note.h"

namespace newsmill {

// Of one partition: the offset below which every record is settled. Records
// are taken in order and finish in any. Used by one thread.
class Checkpoint {
 public:
  // `next`: where reading starts.
  explicit Checkpoint(int64_t next) : next_(next) {}

  // A record was handed out; offsets ascend and may have holes.
  void Begin(int64_t offset);
  // The record is settled and its outputs are durable.
  void Finish(int64_t offset);

  // What may be committed: the oldest unsettled offset, or, where nothing is in
  // hand, `position` (which stands past control records and holes).
  int64_t Next(int64_t position) const;

  // What is settled beyond the oldest unsettled offset: at most `most` runs,
  // the lowest.
  OffsetRuns SettledBeyond(size_t most) const;

  size_t in_flight() const { return unfinished_.size(); }
  // Newest minus oldest offset in hand, which is what a restart reads again.
  int64_t spread() const;

 private:
  int64_t next_;  // one past the newest record that was handed out
  std::set<int64_t> unfinished_;
};

}  // namespace newsmill
