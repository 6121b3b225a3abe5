#include "parser/extract/body/body_root.h"

#include "parser/extract/body/node_words.h"

namespace newsmill::body {
namespace {

// The share of the prose that a child must hold.
float ShareFor(const Facts& child, bool inside) {
  if (child.words & kBody) return inside ? 0.6F : 0.45F;
  if (child.tag == Tag::kArticle || child.tag == Tag::kMain) {
    return inside ? 0.8F : 0.5F;
  }
  if (inside) return 0.95F;
  return (child.words & kGood) != 0 ? 0.7F : 0.8F;
}

}  // namespace

NodeId FindRoot(const Document& document, const std::vector<Facts>& facts) {
  if (facts.empty() || facts[0].prose <= 0) return kNoNode;
  NodeId root = document.root();
  bool inside = false;
  for (;;) {
    NodeId best = kNoNode;
    for (NodeId child = document.first_child(root); child != kNoNode;
         child = document.next_sibling(child)) {
      if (facts[child].dropped ||
          document.kind(child) != Document::Kind::kElement) {
        continue;
      }
      if (best == kNoNode || facts[child].prose > facts[best].prose) {
        best = child;
      }
    }
    if (best == kNoNode || facts[best].paragraphs == 0 ||
        facts[best].prose < ShareFor(facts[best], inside) * facts[root].prose) {
      return root;
    }
    if (facts[best].tag == Tag::kP) return root;
    inside = inside || (facts[best].words & kBody) != 0 ||
             facts[best].tag == Tag::kArticle;
    root = best;
  }
}

}  // namespace newsmill::body
