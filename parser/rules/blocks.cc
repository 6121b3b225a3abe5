#include "parser/rules/blocks.h"

#include <algorithm>

#include "parser/html/text.h"
#include "parser/rules/pieces.h"
#include "parser/rules/provenance.h"

namespace newsmill::rules {
namespace {

using v1::Block;

bool MatchesAny(const std::vector<Pattern>& patterns, const std::string& text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&text](const Pattern& pattern) {
                       return RE2::PartialMatch(text, *pattern);
                     });
}

std::string FirstGroup(const Pattern& pattern, const std::string& text) {
  std::string group;
  if (pattern == nullptr || !RE2::PartialMatch(text, *pattern, &group)) {
    return "";
  }
  return std::string(TrimBlanks(group));
}

std::string FirstGroup(const std::vector<Pattern>& patterns,
                       const std::string& text) {
  for (const Pattern& pattern : patterns) {
    std::string group = FirstGroup(pattern, text);
    if (!group.empty()) return group;
  }
  return "";
}

// Whether `text` ends with one of the characters in `characters`.
bool EndsWithAny(std::string_view text, std::string_view characters) {
  size_t start = text.size();
  if (start == 0) return false;
  do {
    --start;
  } while (start > 0 && (text[start] & 0xC0) == 0x80);
  return characters.find(text.substr(start)) != std::string_view::npos;
}

// Says what each piece is for and writes the blocks of an article.
class BlockWriter {
 public:
  BlockWriter(const Profile& profile, const std::string& detail,
              v1::Article* article)
      : profile_(profile), detail_(detail), article_(article) {}

  void Write(const std::vector<Piece>& pieces) {
    FindText(pieces);
    for (size_t i = 0; i < pieces.size(); ++i) WritePiece(pieces[i], i);
    article_->set_article_body(JoinBody(*article_));
    if (article_->blocks_size() > 0) {
      Note("blocks", v1::Provenance::RULE, detail_, article_);
    }
  }

 private:
  // A phrase of boilerplate inside the text is news: it is dropped, and a
  // credit is a credit, only before the first or after the last piece of text.
  void FindText(const std::vector<Piece>& pieces) {
    first_text_ = pieces.size();
    last_text_ = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      const Piece& piece = pieces[i];
      if (piece.text.empty() || piece.caption_style || IsFrame(piece.text)) {
        continue;
      }
      first_text_ = std::min(first_text_, i);
      last_text_ = i;
    }
  }

  bool IsFrame(const std::string& text) const {
    return MatchesAny(profile_.boilerplate, text) ||
           MatchesAny(profile_.credits, text) ||
           MatchesAny(profile_.original_title, text);
  }

  void WritePiece(const Piece& piece, size_t index) {
    if (piece.kind == Piece::Kind::kImage) {
      AddBlock(Block::IMAGE, "")->set_image(piece.medium);
    } else if (piece.kind == Piece::Kind::kVideo) {
      AddBlock(Block::VIDEO, "")->set_video(piece.medium);
    } else if (IsCaption(piece)) {
      WriteCaption(piece.text);
    } else {
      WriteText(piece, index < first_text_ || index > last_text_);
    }
  }

  void WriteText(const Piece& piece, bool at_the_edge) {
    const std::string title = FirstGroup(profile_.original_title, piece.text);
    if (!title.empty()) {
      AddBlock(Block::ORIGINAL_TITLE_NOTE, piece.text);
      if (article_->alternative_headline().empty()) {
        article_->set_alternative_headline(title);
        Note("alternative_headline", v1::Provenance::RULE,
             detail_ + ", original_title", article_);
      }
    } else if (at_the_edge && MatchesAny(profile_.boilerplate, piece.text)) {
      return;
    } else if (at_the_edge && MatchesAny(profile_.credits, piece.text)) {
      AddBlock(Block::CREDIT, piece.text);
    } else if (MatchesAny(profile_.editor_note, piece.text)) {
      AddBlock(Block::EDITOR_NOTE, piece.text);
    } else {
      const Block::Kind kind = TextKind(piece);
      if (kind == Block::PARAGRAPH) FindDateline(piece.text);
      AddBlock(kind, piece.text);
    }
  }

  Block::Kind TextKind(const Piece& piece) const {
    switch (piece.kind) {
      case Piece::Kind::kTableRow:
        return Block::TABLE_ROW;
      case Piece::Kind::kPreformatted:
        return Block::PREFORMATTED;
      default:
        break;
    }
    if (IsSubheading(piece)) return Block::SUBHEADING;
    if (piece.kind == Piece::Kind::kQuote) return Block::QUOTE;
    if (piece.kind == Piece::Kind::kListItem) return Block::LIST_ITEM;
    return Block::PARAGRAPH;
  }

  bool IsSubheading(const Piece& piece) const {
    return piece.subheading_style &&
           CountCodePoints(piece.text) <= profile_.subheading_max_length &&
           !EndsWithAny(piece.text, profile_.subheading_not_ending);
  }

  // Style is strong evidence and holds for a second line; words alone are
  // believed right behind an image only.
  bool IsCaption(const Piece& piece) const {
    if (article_->blocks().empty() ||
        CountCodePoints(piece.text) > profile_.caption_max_length) {
      return false;
    }
    const Block::Kind before = article_->blocks().rbegin()->kind();
    if (piece.caption_style) {
      return before == Block::IMAGE || before == Block::CAPTION;
    }
    return before == Block::IMAGE && profile_.caption_text != nullptr &&
           !piece.subheading_style &&
           RE2::PartialMatch(piece.text, *profile_.caption_text);
  }

  void WriteCaption(const std::string& text) {
    const int index = article_->blocks().rbegin()->image();
    AddBlock(Block::CAPTION, text)->set_image(index);
    v1::Image* image = article_->mutable_images(index);
    image->set_caption(image->has_caption() ? image->caption() + " " + text
                                            : text);
    const std::string credit = FirstGroup(profile_.caption_credit, text);
    if (!credit.empty()) image->set_credit_text(credit);
  }

  void FindDateline(const std::string& text) {
    if (seen_paragraph_) return;
    seen_paragraph_ = true;
    const std::string dateline = FirstGroup(profile_.dateline, text);
    if (dateline.empty()) return;
    article_->set_dateline(dateline);
    Note("dateline", v1::Provenance::RULE, detail_ + ", dateline", article_);
  }

  Block* AddBlock(Block::Kind kind, const std::string& text) {
    Block* block = article_->add_blocks();
    block->set_kind(kind);
    block->set_text(text);
    return block;
  }

  const Profile& profile_;
  const std::string& detail_;
  v1::Article* article_;
  size_t first_text_ = 0;
  size_t last_text_ = 0;
  bool seen_paragraph_ = false;
};

std::vector<Piece> PiecesOfText(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    Piece piece;
    piece.text = CollapseBlanks(text.substr(0, end));
    if (!piece.text.empty()) pieces.push_back(std::move(piece));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

Result<std::vector<Piece>> PiecesOf(const BodySource& source,
                                    const Layout& layout, const Scope& scope,
                                    const ParseLimits& limits,
                                    v1::Article* article) {
  const std::vector<Piece> none;
  if (source.selector) {
    const Document& document = scope.document;
    const NodeId node = source.selector->First(document, document.root());
    if (node == kNoNode) return none;
    return CutIntoPieces(document, node, *layout.profile, scope.base, article);
  }
  const auto value =
      scope.data ? scope.data->pointer(source.place) : std::nullopt;
  const auto text = value ? value->string() : std::nullopt;
  if (!text) return none;
  if (source.as == BodySource::As::kText) return PiecesOfText(*text);
  const Result<Document> fragment = Document::Parse(*text, limits);
  if (!fragment) return fragment.error();
  return CutIntoPieces(*fragment, fragment->root(), *layout.profile, scope.base,
                       article);
}

}  // namespace

Result<void> FillBody(const Layout& layout, const Scope& scope,
                      const ParseLimits& limits, v1::Article* article,
                      RuleTrace* trace) {
  for (const BodySource& source : layout.body) {
    const Result<std::vector<Piece>> pieces =
        PiecesOf(source, layout, scope, limits, article);
    if (!pieces) return pieces.error();
    if (pieces->empty()) continue;
    const std::string detail = source.Describe();
    BlockWriter(*layout.profile, detail, article).Write(*pieces);
    if (article->blocks_size() == 0) continue;
    if (trace != nullptr) trace->body = &source;
    break;
  }
  return {};
}

std::string JoinBody(const v1::Article& article) {
  std::string body;
  for (const Block& block : article.blocks()) {
    switch (block.kind()) {
      case Block::PARAGRAPH:
      case Block::SUBHEADING:
      case Block::QUOTE:
      case Block::LIST_ITEM:
        if (!body.empty()) body.push_back('\n');
        body.append(block.text());
        break;
      default:
        break;
    }
  }
  return body;
}

}  // namespace newsmill::rules
