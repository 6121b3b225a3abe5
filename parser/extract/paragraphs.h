#pragma once

#include <string>
#include <vector>

#include "parser/html/document.h"

namespace newsmill {

// The paragraphs of the element whose own <p> children hold most text, in
// document order; empty where the page has none. What lies in nav, aside,
// footer, header, form, or a dialog does not count, nor do paragraphs that are
// mostly links.
struct Paragraphs {
  NodeId container = kNoNode;
  std::vector<std::string> texts;
  size_t code_points = 0;
};
Paragraphs FindParagraphs(const Document& document);

}  // namespace newsmill
