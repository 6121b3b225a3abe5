#include "parser/extract/body/body_blocks.h"

#include <algorithm>
#include <optional>

#include "parser/extract/body/node_words.h"
#include "parser/extract/shown_image.h"
#include "parser/html/text.h"

namespace newsmill::body {
namespace {

using Kind = v1::Block;

bool IsHeading(Tag tag) { return tag >= Tag::kH1 && tag <= Tag::kH6; }

// Cells are set apart inside of a row's line.
bool EndsLine(Tag tag) {
  switch (tag) {
    case Tag::kBr:
    case Tag::kHr:
      return true;
    case Tag::kTd:
    case Tag::kTh:
    case Tag::kHtml:
    case Tag::kDialog:
    case Tag::kSearch:
      return false;
    default:
      return IsBlock(tag);
  }
}

class BlockWalk {
 public:
  BlockWalk(const Document& document, const std::vector<Facts>& facts,
            NodeId root)
      : document_(document), facts_(facts), root_(root) {}

  std::vector<TextBlock> Run() {
    const NodeId end = document_.subtree_end(root_);
    for (NodeId node = root_; node < end;) {
      Close(node);
      if (document_.kind(node) == Document::Kind::kText) {
        line_ += document_.text(node);
        ++node;
        continue;
      }
      const Facts& facts = facts_[node];
      if (node != root_ && (facts.dropped || IsLinkList(node))) {
        if (EndsLine(facts.tag)) EndBlock();
        node = document_.subtree_end(node);
        continue;
      }
      Open(node, facts);
      ++node;
    }
    Close(end);
    EndBlock();
    return std::move(blocks_);
  }

 private:
  struct Level {
    NodeId node;
    NodeId end;
    Tag tag;
    Kind::Kind kind;  // of the lines inside
  };

  void Open(NodeId node, const Facts& facts) {
    const Tag tag = facts.tag;
    if (tag == Tag::kImg) {
      AddImage(node);
      return;
    }
    if (EndsLine(tag)) EndBlock();
    if (tag == Tag::kTd || tag == Tag::kTh) line_ += ' ';
    if (tag == Tag::kA) {
      link_begins_ = line_.size();
      in_link_ = true;
    }
    Kind::Kind kind = levels_.empty() ? Kind::PARAGRAPH : levels_.back().kind;
    bool level =
        EndsLine(tag) || tag == Tag::kA || tag == Tag::kTd || tag == Tag::kTh;
    if (IsHeading(tag)) {
      kind = Kind::SUBHEADING;
    } else if (tag == Tag::kBlockquote) {
      kind = Kind::QUOTE;
    } else if (tag == Tag::kLi || tag == Tag::kDd || tag == Tag::kDt) {
      kind = Kind::LIST_ITEM;
    } else if (tag == Tag::kPre) {
      kind = Kind::PREFORMATTED;
    } else if (tag == Tag::kTr && IsDataTable(node)) {
      kind = Kind::TABLE_ROW;
    } else if (tag == Tag::kFigcaption || tag == Tag::kCaption ||
               (facts.words & kCaption) != 0 || tag == Tag::kFigure) {
      if (facts.text < 600) {
        if (!level) EndBlock();
        kind = Kind::CAPTION;
        level = true;
      }
    }
    if (level && tag != Tag::kBr && tag != Tag::kHr) {
      levels_.push_back({node, document_.subtree_end(node), tag, kind});
    }
  }

  // An icon is no image of the article. One in the middle of a line stands
  // before it.
  void AddImage(NodeId node) {
    constexpr int32_t kIcon = 80;  // pixels
    if (images_ == kMaxImages) return;
    std::optional<v1::Image> image = ShownImage(document_, node);
    if (!image || (image->has_width() && image->width() < kIcon) ||
        (image->has_height() && image->height() < kIcon)) {
      return;
    }
    ++images_;
    TextBlock block;
    block.kind = Kind::IMAGE;
    block.node = node;
    block.figure = Figure();
    block.image = *std::move(image);
    blocks_.push_back(std::move(block));
  }

  NodeId Figure() const {
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
      if (level->tag == Tag::kFigure) return level->node;
    }
    return kNoNode;
  }

  void Close(NodeId node) {
    while (!levels_.empty() && levels_.back().end <= node) {
      const Level level = levels_.back();
      if (level.tag == Tag::kA) {
        linked_ += Length(std::string_view(line_).substr(
            std::min(link_begins_, line_.size())));
        in_link_ = false;
      } else if (level.tag == Tag::kTd || level.tag == Tag::kTh) {
        line_ += ' ';
      } else {
        EndBlock();
      }
      levels_.pop_back();
    }
  }

  static int32_t Length(std::string_view text) {
    int32_t length = 0;
    for (const char c : text) {
      const auto byte = static_cast<uint8_t>(c);
      if (byte > ' ' && (byte & 0xC0) != 0x80) length += byte >= 0xE3 ? 2 : 1;
    }
    return length;
  }

  void EndBlock() {
    if (line_.empty()) return;
    if (in_link_) {
      linked_ += Length(
          std::string_view(line_).substr(std::min(link_begins_, line_.size())));
      link_begins_ = 0;
    }
    TextBlock block;
    const bool preformatted =
        !levels_.empty() && levels_.back().kind == Kind::PREFORMATTED;
    block.text =
        preformatted ? std::string(TrimBlanks(line_)) : CollapseBlanks(line_);
    block.kind = levels_.empty() ? Kind::PARAGRAPH : levels_.back().kind;
    block.node = levels_.empty() ? root_ : levels_.back().node;
    if (block.kind == Kind::CAPTION) block.figure = Figure();
    block.length = Length(block.text);
    block.linked = linked_;
    line_.clear();
    linked_ = 0;
    if (!block.text.empty()) blocks_.push_back(std::move(block));
  }

  // A table of data, not of layout.
  bool IsDataTable(NodeId row) const {
    NodeId cells = 0;
    for (NodeId child = document_.first_child(row); child != kNoNode;
         child = document_.next_sibling(child)) {
      const Tag tag = facts_[child].tag;
      if (tag != Tag::kTd && tag != Tag::kTh) continue;
      ++cells;
      if (facts_[child].paragraphs > 2) return false;
    }
    return cells > 1;
  }

  // Lists and boxes of links that their names do not tell.
  bool IsLinkList(NodeId node) const {
    const Facts& facts = facts_[node];
    if (facts.text == 0) return false;
    const bool mostly = facts.linked * 3 > facts.text * 2;
    switch (facts.tag) {
      case Tag::kUl:
      case Tag::kOl:
      case Tag::kDl:
        return facts.linked * 5 > facts.text * 3;
      case Tag::kDiv:
      case Tag::kSection:
      case Tag::kTable:
      case Tag::kHeader:
      case Tag::kArticle:
        return mostly;
      case Tag::kP:
        return facts.linked * 10 > facts.text * 9 && facts.text < 200;
      case Tag::kH1:
        return facts.prose == 0;
      case Tag::kH2:
      case Tag::kH3:
      case Tag::kH4:
      case Tag::kH5:
      case Tag::kH6:
        return facts.linked * 10 > facts.text * 9;
      default:
        return false;
    }
  }

  const Document& document_;
  const std::vector<Facts>& facts_;
  const NodeId root_;
  std::vector<TextBlock> blocks_;
  std::vector<Level> levels_;
  std::string line_;
  static constexpr int kMaxImages = 100;
  int images_ = 0;
  int32_t linked_ = 0;
  size_t link_begins_ = 0;
  bool in_link_ = false;
};

}  // namespace

std::vector<TextBlock> BlocksBelow(const Document& document,
                                   const std::vector<Facts>& facts,
                                   NodeId root) {
  return BlockWalk(document, facts, root).Run();
}

}  // namespace newsmill::body
