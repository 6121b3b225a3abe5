#include "core/flow/checkpoint.h"

#include <algorithm>

namespace newsmill {

void Checkpoint::Begin(int64_t offset) {
  unfinished_.insert(offset);
  next_ = std::max(next_, offset + 1);
}

void Checkpoint::Finish(int64_t offset) { unfinished_.erase(offset); }

int64_t Checkpoint::Next(int64_t position) const {
  if (!unfinished_.empty()) return *unfinished_.begin();
  return std::max(next_, position);
}

OffsetRuns Checkpoint::SettledBeyond(size_t most) const {
  OffsetRuns runs;
  if (unfinished_.empty()) return runs;
  int64_t from = *unfinished_.begin() + 1;
  for (auto at = std::next(unfinished_.begin());
       at != unfinished_.end() && runs.size() < most; ++at) {
    if (*at > from) runs.push_back({from, *at - from});
    from = *at + 1;
  }
  if (next_ > from && runs.size() < most) runs.push_back({from, next_ - from});
  return runs;
}

int64_t Checkpoint::spread() const {
  if (unfinished_.empty()) return 0;
  return *unfinished_.rbegin() - *unfinished_.begin();
}

}  // namespace newsmill
