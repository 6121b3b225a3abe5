#include "parser/extract/paragraphs.h"

#include <algorithm>
#include <array>
#include <map>

#include "parser/extract/article_filler.h"
#include "parser/extract/metadata.h"
#include "parser/html/text.h"

namespace newsmill {
namespace {

constexpr std::array<std::string_view, 8> kOutside = {
    "aside", "button", "dialog", "figure", "footer", "form", "header", "nav"};

bool IsOutside(std::string_view tag) {
  return std::binary_search(kOutside.begin(), kOutside.end(), tag) ||
         IsHiddenTag(tag);
}

// Code points inside links below `node`.
size_t LinkedText(const Document& document, NodeId node) {
  size_t linked = 0;
  for (NodeId at = node; at < document.subtree_end(node);) {
    if (document.tag(at) == "a") {
      linked += CountCodePoints(InlineText(document, at));
      at = document.subtree_end(at);
    } else {
      ++at;
    }
  }
  return linked;
}

struct Container {
  size_t code_points = 0;
  std::vector<std::string> texts;
};

void AddParagraph(const Document& document, NodeId node, Container* container) {
  const std::string text = VisibleText(document, node);
  const size_t code_points = CountCodePoints(text);
  if (code_points == 0 || LinkedText(document, node) * 2 > code_points) return;
  container->code_points += code_points;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    container->texts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

Paragraphs FindParagraphs(const Document& document) {
  std::map<NodeId, Container> containers;
  for (NodeId node = 0; node < document.size();) {
    const std::string_view tag = document.tag(node);
    if (IsOutside(tag)) {
      node = document.subtree_end(node);
    } else if (tag == "p") {
      AddParagraph(document, node, &containers[document.parent(node)]);
      node = document.subtree_end(node);
    } else {
      ++node;
    }
  }
  Paragraphs best;
  for (auto& [node, container] : containers) {
    if (container.code_points <= best.code_points) continue;
    best.container = node;
    best.code_points = container.code_points;
    best.texts = std::move(container.texts);
  }
  return best;
}

void FillFromParagraphs(const Document& document, const PageContext& context,
                        v1::Article* article) {
  ArticleFiller fill(document, context, article);
  if (fill.HasBody()) return;
  const Paragraphs found = FindParagraphs(document);
  if (found.container == kNoNode) return;
  fill.From(v1::Provenance::HTML);
  fill.Body(found.texts, std::string(document.tag(found.container)) + " > p");
}

}  // namespace newsmill
