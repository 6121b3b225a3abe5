#include "parser/rules/pieces.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "parser/html/text.h"
#include "parser/rules/image_index.h"

namespace newsmill::rules {
namespace {

bool MatchesAny(const std::vector<Selector>& selectors,
                const Document& document, NodeId node) {
  return std::any_of(selectors.begin(), selectors.end(),
                     [&](const Selector& selector) {
                       return selector.Matches(document, node);
                     });
}

std::optional<int> PixelAttribute(const Document& document, NodeId node,
                                  std::string_view name) {
  const auto text = document.attribute(node, name);
  int value = 0;
  if (!text) return std::nullopt;
  const char* const end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  // "100%" says nothing of the image.
  if (read.ec != std::errc() || (read.ptr != end && *read.ptr == '%')) {
    return std::nullopt;
  }
  return value;
}

class Cutter {
 public:
  Cutter(const Document& document, const Profile& profile, const Url& base,
         v1::Article* article)
      : document_(document),
        profile_(profile),
        base_(base),
        article_(article),
        images_(article) {}

  std::vector<Piece> Cut(NodeId root) {
    const NodeId end = document_.subtree_end(root);
    NodeId node = root + 1;
    while (node < end) {
      LeaveBlocks(node);
      node = document_.kind(node) == Document::Kind::kText ? AddText(node)
                                                           : EnterElement(node);
    }
    Flush();
    return std::move(pieces_);
  }

 private:
  // Ends the lines of block elements that end before `node`.
  void LeaveBlocks(NodeId node) {
    while (!block_ends_.empty() && node >= block_ends_.back()) {
      Flush();
      block_ends_.pop_back();
    }
  }

  NodeId AddText(NodeId node) {
    const std::string_view text = document_.text(node);
    line_.append(text);
    if (!IsBlank(text)) {
      line_caption_ = line_caption_ && node < caption_end_;
      line_subheading_ = line_subheading_ && node < subheading_end_;
    }
    return node + 1;
  }

  // Gives the node to go on with.
  NodeId EnterElement(NodeId node) {
    const std::string_view tag = document_.tag(node);
    const NodeId end = document_.subtree_end(node);
    if (IsHiddenTag(tag) || MatchesAny(profile_.drop, document_, node)) {
      return end;
    }
    if (tag == "img") {
      AddImage(node);
    } else if (tag == "video") {
      AddVideo(node);
      return end;  // what is below is for browsers without video
    } else if (tag == "br") {
      Break(node);
    } else if (tag == "td" || tag == "th") {
      if (!IsBlank(line_)) line_.append(" | ");
    } else if (BreaksLine(tag)) {
      EnterBlock(tag, node, end);
    }
    if (MatchesAny(profile_.captions, document_, node)) {
      caption_end_ = std::max(caption_end_, end);
    }
    if (MatchesAny(profile_.subheadings, document_, node)) {
      subheading_end_ = std::max(subheading_end_, end);
    }
    return node + 1;
  }

  bool BreaksLine(std::string_view tag) const {
    return IsBlockTag(tag) ||
           std::find(profile_.break_at.begin(), profile_.break_at.end(), tag) !=
               profile_.break_at.end();
  }

  void EnterBlock(std::string_view tag, NodeId node, NodeId end) {
    if (node < row_end_) {  // a row is one line, whatever is in its cells
      line_.push_back(' ');
      return;
    }
    Flush();
    block_ends_.push_back(end);
    if (tag == "blockquote") quote_end_ = std::max(quote_end_, end);
    if (tag == "li") item_end_ = std::max(item_end_, end);
    if (tag == "tr") row_end_ = end;
    if (tag == "pre") preformatted_end_ = end;
  }

  void Break(NodeId node) {
    if (node < row_end_) {
      line_.push_back(' ');
    } else if (node < preformatted_end_) {
      line_.push_back('\n');
    } else {
      Flush();
    }
  }

  // What the innermost open block says of the line.
  Piece::Kind LineKind() const {
    if (block_ends_.empty()) return Piece::Kind::kText;
    const NodeId end = block_ends_.back();
    if (end <= preformatted_end_) return Piece::Kind::kPreformatted;
    if (end <= row_end_) return Piece::Kind::kTableRow;
    if (end <= item_end_) return Piece::Kind::kListItem;
    if (end <= quote_end_) return Piece::Kind::kQuote;
    return Piece::Kind::kText;
  }

  void Flush() {
    Piece piece;
    piece.kind = LineKind();
    piece.text = piece.kind == Piece::Kind::kPreformatted
                     ? std::string(TrimBlanks(line_))
                     : CollapseBlanks(line_);
    piece.caption_style = line_caption_;
    piece.subheading_style = line_subheading_;
    if (!piece.text.empty()) pieces_.push_back(std::move(piece));
    line_.clear();
    line_caption_ = line_subheading_ = true;
  }

  void AddMedium(Piece::Kind kind, int index) {
    Flush();
    Piece piece;
    piece.kind = kind;
    piece.medium = index;
    pieces_.push_back(std::move(piece));
  }

  // The first attribute that names a web address: lazy ones before the
  // placeholder that stands in for them.
  std::string ImageUrl(NodeId node) const {
    for (const std::string& name : profile_.image_src) {
      const auto value = document_.attribute(node, name);
      if (!value) continue;
      if (auto url = AbsoluteUrl(base_, *value)) return *std::move(url);
    }
    return "";
  }

  void AddImage(NodeId node) {
    constexpr int kSmallest = 16;  // below: spacers and tracking pixels
    const auto width = PixelAttribute(document_, node, "width");
    const auto height = PixelAttribute(document_, node, "height");
    const std::string url = ImageUrl(node);
    if (url.empty() || (width && *width < kSmallest) ||
        (height && *height < kSmallest)) {
      return;
    }
    const int index = images_.Of(url);
    v1::Image* image = article_->mutable_images(index);
    if (width) image->set_width(*width);
    if (height) image->set_height(*height);
    const auto alternate = document_.attribute(node, "alt");
    if (alternate && !IsBlank(*alternate)) {
      image->set_alternate_text(CollapseBlanks(*alternate));
    }
    AddMedium(Piece::Kind::kImage, index);
  }

  void AddVideo(NodeId node) {
    static const Selector sources = *Selector::Compile("source[src]");
    auto src = document_.attribute(node, "src");
    if (!src) {
      const NodeId source = sources.First(document_, node);
      if (source != kNoNode) src = document_.attribute(source, "src");
    }
    const auto url = src ? AbsoluteUrl(base_, *src) : std::nullopt;
    if (!url) return;
    v1::Video* video = article_->add_videos();
    video->set_url(*url);
    const auto poster = document_.attribute(node, "poster");
    if (poster) {
      video->set_thumbnail_url(AbsoluteUrl(base_, *poster).value_or(""));
    }
    AddMedium(Piece::Kind::kVideo, article_->videos_size() - 1);
  }

  const Document& document_;
  const Profile& profile_;
  const Url& base_;
  v1::Article* article_;
  ImageIndex images_;

  std::vector<Piece> pieces_;
  std::string line_;
  bool line_caption_ = true;
  bool line_subheading_ = true;
  std::vector<NodeId> block_ends_;  // of open block elements, outermost first
  // Where the elements of this meaning that were entered last end.
  NodeId caption_end_ = 0;
  NodeId subheading_end_ = 0;
  NodeId quote_end_ = 0;
  NodeId item_end_ = 0;
  NodeId row_end_ = 0;
  NodeId preformatted_end_ = 0;
};

}  // namespace

std::vector<Piece> CutIntoPieces(const Document& document, NodeId root,
                                 const Profile& profile, const Url& base,
                                 v1::Article* article) {
  return Cutter(document, profile, base, article).Cut(root);
}

}  // namespace newsmill::rules
