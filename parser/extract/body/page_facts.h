#pragma once

#include <cstdint>
#include <vector>

#include "parser/html/document.h"

namespace newsmill::body {

// What one walk over the page finds of each node. Lengths count characters
// without blanks, each of Chinese, Japanese and Korean for two, since it says
// as much as two letters.
struct Facts {
  Tag tag = Tag::kOther;
  bool dropped = false;  // it and all below is no part of a text
  uint32_t words = 0;    // see node_words.h: by class, id, role and the like
  // Of everything below that is not dropped.
  int32_t text = 0;
  int32_t linked = 0;
  int32_t marks = 0;  // commas and the ends of sentences, of every script
  int32_t paragraphs = 0;
  // Of the text that stands in this element's own lines.
  int32_t own_text = 0;
  int32_t own_linked = 0;
  int32_t own_marks = 0;
  // How much of what is below reads like prose.
  float prose = 0;
};

// Whether text before and after an element of this kind is apart.
bool IsBlock(Tag tag);

enum class Strictness {
  kStrict,
  // Only what is certainly beside the article is dropped: for pages of which
  // the strict reading leaves next to nothing.
  kLenient,
};

// Of every node, by its number. Subtrees that hold no text, or none of the
// article by what their names say, are marked as dropped, unless they hold most
// of the page's text.
std::vector<Facts> WalkPage(const Document& document, Strictness strictness);

}  // namespace newsmill::body
