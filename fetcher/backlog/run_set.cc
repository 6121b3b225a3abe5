#include "fetcher/backlog/run_set.h"

#include <algorithm>
#include <iterator>

namespace newsmill {

void RunSet::Add(OffsetRun run) {
  if (run.count <= 0) return;
  int64_t first = run.first;
  int64_t end = run.first + run.count;
  auto at = ends_.upper_bound(first);
  if (at != ends_.begin() && std::prev(at)->second >= first) --at;
  while (at != ends_.end() && at->first <= end) {
    first = std::min(first, at->first);
    end = std::max(end, at->second);
    at = ends_.erase(at);
  }
  ends_.emplace_hint(at, first, end);
}

void RunSet::DropBelow(int64_t offset) {
  while (!ends_.empty() && ends_.begin()->first < offset) {
    const int64_t end = ends_.begin()->second;
    ends_.erase(ends_.begin());
    if (end > offset) ends_.emplace(offset, end);
  }
}

bool RunSet::Contains(int64_t offset) const {
  const auto after = ends_.upper_bound(offset);
  return after != ends_.begin() && offset < std::prev(after)->second;
}

OffsetRuns RunSet::runs() const {
  OffsetRuns runs;
  runs.reserve(ends_.size());
  for (const auto& [first, end] : ends_) runs.push_back({first, end - first});
  return runs;
}

}  // namespace newsmill
