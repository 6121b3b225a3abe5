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

int64_t Checkpoint::spread() const {
  if (unfinished_.empty()) return 0;
  return *unfinished_.rbegin() - *unfinished_.begin();
}

}  // namespace newsmill
