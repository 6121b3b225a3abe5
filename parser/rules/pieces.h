#pragma once

#include <string>
#include <vector>

#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"
#include "parser/rules/rule.h"

namespace newsmill::rules {

// One line of text or one medium of a body, before it is known what it is for.
struct Piece {
  enum class Kind {
    kText,
    kQuote,
    kListItem,
    kTableRow,
    kPreformatted,
    kImage,
    kVideo
  };
  Kind kind = Kind::kText;
  std::string text;               // collapsed, not empty unless a medium
  int medium = -1;                // index into the article's images or videos
  bool caption_style = false;     // all of it is inside a caption's element
  bool subheading_style = false;  // all of it is inside a subheading's element
};

// Cuts the subtree below `root` into pieces, at line breaks and the edges of
// block elements; images and videos are added to `article`. Iterative.
std::vector<Piece> CutIntoPieces(const Document& document, NodeId root,
                                 const Profile& profile, const Url& base,
                                 v1::Article* article);

}  // namespace newsmill::rules
