#include <algorithm>
#include <set>

#include "parser/extract/body/body_root.h"
#include "parser/extract/body/page_facts.h"
#include "parser/html/selector.h"
#include "parser/html/text.h"
#include "parser/rules/proposal_fields.h"
#include "parser/rules/proposal_selector.h"

namespace newsmill::rules {
namespace {

// Selectors of what the extraction leaves out below `root`, where they leave
// out nothing else.
std::vector<std::string> DropsBelow(const Document& document,
                                    const std::vector<body::Facts>& facts,
                                    NodeId root) {
  std::vector<std::string> drops;
  const NodeId end = document.subtree_end(root);
  for (NodeId node = root + 1; node < end; ++node) {
    if (document.kind(node) != Document::Kind::kElement ||
        !facts[node].dropped || facts[document.parent(node)].dropped ||
        IsBlank(InlineText(document, node))) {
      continue;
    }
    for (std::string& css : SimpleSelectors(document, node)) {
      const Result<Selector> selector = Selector::Compile(css);
      if (!selector) continue;
      const std::vector<NodeId> hits = selector->All(document, root);
      const bool safe = std::all_of(hits.begin(), hits.end(), [&](NodeId hit) {
        return facts[hit].dropped || IsBlank(InlineText(document, hit));
      });
      if (!safe) continue;
      if (std::find(drops.begin(), drops.end(), css) == drops.end()) {
        drops.push_back(std::move(css));
      }
      break;
    }
  }
  return drops;
}

std::string TomlList(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    list += (list.size() == 1 ? " " : ", ") + TomlString(text);
  }
  return list + " ]";
}

bool HasBelow(const Document& document, NodeId root, const char* css) {
  return Selector::Compile(css)->First(document, root) != kNoNode;
}

// Where the images below `root` keep their addresses, lazy ones first.
std::vector<std::string> ImageAttributes(const Document& document,
                                         NodeId root) {
  std::vector<std::string> attributes;
  for (const char* name : {"data-original", "data-src", "data-lazy-src",
                           "data-actualsrc", "_src", "src"}) {
    if (std::string_view(name) == "src" ||
        HasBelow(document, root, ("img[" + std::string(name) + "]").c_str())) {
      attributes.emplace_back(name);
    }
  }
  return attributes;
}

std::vector<std::string> SubheadingTags(const Document& document, NodeId root,
                                        const v1::Article& decided) {
  std::vector<std::string> tags;
  for (const char* tag : {"h2", "h3", "h4", "h5", "h6"}) {
    if (HasBelow(document, root, tag)) tags.emplace_back(tag);
  }
  std::set<std::string> headings;
  for (const v1::Block& block : decided.blocks()) {
    if (block.kind() == v1::Block::SUBHEADING) headings.insert(block.text());
  }
  for (const char* tag : {"strong", "b"}) {
    const auto nodes = Selector::Compile(tag)->All(document, root);
    if (std::any_of(nodes.begin(), nodes.end(), [&](NodeId node) {
          return headings.contains(InlineText(document, node));
        })) {
      tags.emplace_back(tag);
    }
  }
  return tags;
}

std::string ProfileOf(const Document& document,
                      const std::vector<body::Facts>& facts, NodeId root,
                      const v1::Article& decided) {
  std::string text = "[profile.article]\n";
  const std::vector<std::string> drops = DropsBelow(document, facts, root);
  if (!drops.empty()) text += "drop = " + TomlList(drops) + "\n";
  text += "image_src = " + TomlList(ImageAttributes(document, root)) + "\n";
  if (HasBelow(document, root, "figcaption")) {
    text +=
        "\n[profile.article.caption]\ncss = [ \"figcaption\" ]\n"
        "max_length = 300\n";
  }
  const auto tags = SubheadingTags(document, root, decided);
  if (!tags.empty()) {
    text += "\n[profile.article.subheading]\ncss = " + TomlList(tags) +
            "\nmax_length = 120\n";
  }
  return text;
}

}  // namespace

std::vector<BodyProposal> BodyProposals(const Document& document,
                                        const v1::Article& decided) {
  std::vector<BodyProposal> proposals;
  for (const auto strictness :
       {body::Strictness::kStrict, body::Strictness::kLenient}) {
    const std::vector<body::Facts> facts = body::WalkPage(document, strictness);
    NodeId root = body::FindRoot(document, facts);
    // A wrapper around it may hold what the root leaves out.
    for (int steps = 0; steps < 3 && root != kNoNode &&
                        root != document.root() && document.tag(root) != "body";
         ++steps, root = document.parent(root)) {
      if (const auto css = SelectorFor(document, root)) {
        proposals.push_back({*css, ProfileOf(document, facts, root, decided)});
      }
    }
  }
  return proposals;
}

}  // namespace newsmill::rules
