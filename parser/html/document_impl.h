#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html/document.h"

namespace newsmill {

// The flat tree behind Document. Strings are pieces of one pool.
struct Document::Impl {
  struct Piece {
    uint32_t offset = 0;
    uint32_t size = 0;
  };
  struct Attribute {
    Piece name;  // lower case
    Piece value;
  };
  struct Node {
    Kind kind = Kind::kDocument;
    Tag tag = Tag::kOther;
    NodeId parent = kNoNode;
    NodeId first_child = kNoNode;
    NodeId next_sibling = kNoNode;
    NodeId previous_sibling = kNoNode;
    NodeId subtree_end = 0;
    Piece text;  // of a text node, or an element's tag
    uint32_t first_attribute = 0;
    uint32_t attribute_count = 0;
  };

  std::string_view View(Piece piece) const {
    return std::string_view(pool).substr(piece.offset, piece.size);
  }

  std::string pool;
  std::vector<Node> nodes;
  std::vector<Attribute> attributes;
};

}  // namespace newsmill
