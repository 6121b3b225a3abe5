#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace newsmill {

// Consecutive offsets.
struct OffsetRun {
  int64_t first = 0;
  int64_t count = 0;

  friend bool operator==(const OffsetRun&, const OffsetRun&) = default;
};
using OffsetRuns = std::vector<OffsetRun>;  // ascending, apart from each other

// Sorted and joined, whatever the order and overlaps.
OffsetRuns Normalised(OffsetRuns runs);
bool Contains(const OffsetRuns& runs, int64_t offset);

// How far a second topic is worked off that is read together with a partition:
// everything below `next` is settled, and `settled` beyond it.
struct SidePosition {
  int64_t next = 0;
  OffsetRuns settled = {};

  friend bool operator==(const SidePosition&, const SidePosition&) = default;
};

// What a group keeps beside the committed offset of a partition, so that the
// next owner repeats little: which records beyond the offset are settled, and
// where the partition's backlog stands. It moves with the offset, in one commit
// and under the same fence. Leaving something out costs a repetition, never a
// record.
struct CommitNote {
  OffsetRuns settled = {};
  std::optional<SidePosition> side = std::nullopt;
  // Records below this offset may be in hand; nullopt: none is. An owner who
  // finds it said has a predecessor that did not end in order.
  std::optional<int64_t> in_hand_below = std::nullopt;
  // What the handler counted over the settled records, those above included: a
  // few characters without a blank.
  std::string tally = {};

  // One line of text; runs that do not fit are left out, the highest first.
  std::string Encode(int64_t next) const;
  // The same; empty for text that is not ours or not whole.
  static CommitNote Decode(int64_t next, std::string_view text);

  friend bool operator==(const CommitNote&, const CommitNote&) = default;
};

// Kafka's limit is 4096 bytes of metadata.
inline constexpr size_t kMostNoteBytes = 4000;

}  // namespace newsmill
