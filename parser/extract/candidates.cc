#include "parser/extract/candidates.h"

#include <algorithm>

namespace newsmill {

bool Candidates::IsBeside(NodeId node, NodeId heading) const {
  if (node == kNoNode) return false;
  const auto after = std::upper_bound(
      beside.begin(), beside.end(), node,
      [](NodeId at, const Range& range) { return at < range.begin; });
  if (after == beside.begin()) return false;
  const Range& range = *(after - 1);
  const bool inside = node < range.end;
  const bool holds_heading =
      heading != kNoNode && heading >= range.begin && heading < range.end;
  return inside && !holds_heading;
}

void Candidates::MarkBeside(NodeId heading) {
  const auto mark = [&](auto& list) {
    for (auto& candidate : list) {
      candidate.beside = IsBeside(candidate.node, heading);
    }
  };
  mark(titles);
  mark(published);
  mark(modified);
  mark(authors);
}

}  // namespace newsmill
