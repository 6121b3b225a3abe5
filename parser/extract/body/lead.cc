#include "parser/extract/body/lead.h"

#include <algorithm>

#include "parser/extract/body/node_words.h"
#include "parser/extract/body/phrases.h"
#include "parser/html/text.h"

namespace newsmill::body {
namespace {

constexpr int kShortest = 40;
constexpr int kLongest = 900;
// How far above the body's element the heading may stand.
constexpr int kLevels = 6;

// Where to begin to look: behind the last h1 before the body, kNoNode without.
NodeId BehindHeading(const Document& document, const std::vector<Facts>& facts,
                     NodeId root) {
  NodeId top = root;
  for (int i = 0; i < kLevels && document.parent(top) != kNoNode; ++i) {
    top = document.parent(top);
  }
  NodeId behind = kNoNode;
  for (NodeId node = top; node < root; ++node) {
    if (facts[node].tag == Tag::kH1) behind = document.subtree_end(node);
  }
  return behind;
}

bool SaysTheSame(std::string_view text, std::string_view description) {
  constexpr size_t kEnough = 30;
  if (description.size() < kEnough || text.size() < kEnough) return false;
  const size_t common =
      std::min<size_t>({text.size(), description.size(), size_t{60}});
  return text.substr(0, common - 4) == description.substr(0, common - 4);
}

}  // namespace

std::vector<TextBlock> FindLead(const Document& document,
                                const std::vector<Facts>& facts, NodeId root,
                                std::string_view description) {
  const NodeId begin = BehindHeading(document, facts, root);
  if (begin == kNoNode) return {};
  for (NodeId node = begin; node < root;) {
    const Facts& one = facts[node];
    if (one.dropped) {
      node = document.subtree_end(node);
      continue;
    }
    const bool holds_root = document.subtree_end(node) > root;
    if (holds_root || one.text < kShortest || one.text > kLongest ||
        one.linked * 2 > one.text || (one.words & kCaption) != 0) {
      ++node;
      continue;
    }
    const bool named = (one.words & kLead) != 0;
    const bool heading = one.tag == Tag::kH2 || one.tag == Tag::kP;
    if (named || heading || one.own_text == one.text) {
      std::vector<TextBlock> lead = BlocksBelow(document, facts, node);
      for (TextBlock& block : lead) block.kind = v1::Block::PARAGRAPH;
      const bool same =
          !lead.empty() && SaysTheSame(lead.front().text, description);
      if (!lead.empty() && !IsHouseNotice(lead.front().text) &&
          (named || same || (heading && one.marks > 0))) {
        return lead;
      }
    }
    ++node;
  }
  return {};
}

}  // namespace newsmill::body
