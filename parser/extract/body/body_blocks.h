#pragma once

#include <string>
#include <vector>

#include "newsmill/v1/article.pb.h"
#include "parser/extract/body/page_facts.h"
#include "parser/html/document.h"

namespace newsmill::body {

struct TextBlock {
  v1::Block::Kind kind = v1::Block::PARAGRAPH;
  std::string text;
  int32_t length = 0;  // as in Facts
  int32_t linked = 0;
  NodeId node = kNoNode;    // the element whose lines it is of
  NodeId figure = kNoNode;  // that an image or a caption stands in
  v1::Image image;          // of kind IMAGE, its address as written
};

// The lines of text, and the images, below `root` as blocks of their kinds,
// without what is dropped and without what is mostly links.
std::vector<TextBlock> BlocksBelow(const Document& document,
                                   const std::vector<Facts>& facts,
                                   NodeId root);

}  // namespace newsmill::body
