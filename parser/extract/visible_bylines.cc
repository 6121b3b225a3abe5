#include "parser/extract/visible_bylines.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "parser/extract/names.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr NodeId kBefore = 40;
constexpr NodeId kBehind = 160;
constexpr size_t kLongest = 120;  // bytes
constexpr int kTrust = 30;

void AddLine(const std::string& line, NodeId node, Candidates* found) {
  const Byline byline = ReadByline(line);
  const bool person =
      std::any_of(byline.names.begin(), byline.names.end(),
                  [](const Name& n) { return n.kind == NameKind::kPerson; });
  if (!byline.labelled || !person) return;
  PersonCandidate candidate;
  candidate.text = line;
  candidate.source = v1::Provenance::HTML;
  candidate.detail = "byline";
  candidate.trust = kTrust;
  candidate.node = node;
  candidate.list = ++found->lists;
  candidate.beside = found->IsBeside(node, kNoNode);
  Candidates::Add(std::move(candidate), &found->authors);
}

}  // namespace

void AddVisibleBylines(const Document& document, NodeId heading,
                       Candidates* found) {
  if (heading == kNoNode) return;
  const NodeId end =
      std::min(heading + kBehind, static_cast<NodeId>(document.size()));
  for (NodeId node = heading > kBefore ? heading - kBefore : 0; node < end;) {
    if (IsHiddenTag(document.tag(node))) {
      node = document.subtree_end(node);
      continue;
    }
    // The name is often a link inside of the line.
    const NodeId parent = document.parent(node);
    const std::string_view text = document.text(node);
    const bool first = parent != kNoNode && parent + 1 == node;
    if (first && !IsBlank(text) && text.size() <= kLongest &&
        document.subtree_end(parent) - parent < 12) {
      const std::string line = InlineText(document, parent);
      if (line.size() <= kLongest) AddLine(line, node, found);
    }
    ++node;
  }
}

}  // namespace newsmill
