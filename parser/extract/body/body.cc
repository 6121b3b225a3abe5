#include "parser/extract/body/body.h"

#include <algorithm>
#include <optional>

#include "parser/extract/body/body_blocks.h"
#include "parser/extract/body/body_images.h"
#include "parser/extract/body/body_root.h"
#include "parser/extract/body/lead.h"
#include "parser/extract/body/page_facts.h"
#include "parser/extract/body/phrases.h"
#include "parser/extract/body/script_text.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using body::TextBlock;
using Block = v1::Block;

bool IsBodyText(Block::Kind kind) {
  return kind != Block::CAPTION && kind != Block::IMAGE;
}

size_t TextSize(const std::vector<TextBlock>& blocks) {
  size_t size = 0;
  for (const TextBlock& block : blocks) {
    if (IsBodyText(block.kind)) size += block.text.size();
  }
  return size;
}

bool IsHeading(const TextBlock& block) {
  return block.kind == Block::SUBHEADING;
}

// Short lines that lead elsewhere.
bool LeadsAway(const TextBlock& block) {
  constexpr int kShort = 300;
  if (block.length > kShort) return false;
  return body::RefersElsewhere(block.text) || body::IsHouseNotice(block.text);
}

// Takes out lines that lead elsewhere, and behind the heading of a box of other
// articles what is mostly links.
void DropLeadingAway(std::vector<TextBlock>* blocks) {
  std::vector<TextBlock> kept;
  bool in_box = false;
  for (TextBlock& block : *blocks) {
    if (block.kind == Block::IMAGE) {
      if (!in_box) kept.push_back(std::move(block));
      continue;
    }
    if (body::HeadsOtherArticles(block.text)) {
      in_box = true;
      continue;
    }
    const bool linked = block.linked * 10 > block.length * 8;
    if (in_box && linked) continue;
    if (!linked || block.length > 40) in_box = false;
    if (LeadsAway(block)) continue;
    kept.push_back(std::move(block));
  }
  *blocks = std::move(kept);
}

// Headings that nothing follows are of boxes that were left out, and so are
// captions without their image.
void TrimHeadings(std::vector<TextBlock>* blocks) {
  size_t end = blocks->size();
  while (end > 0 && !(IsBodyText((*blocks)[end - 1].kind) &&
                      !IsHeading((*blocks)[end - 1]))) {
    --end;
  }
  while (end < blocks->size()) {
    const TextBlock& block = (*blocks)[end];
    const bool captioned = block.kind == Block::CAPTION && end > 0 &&
                           (*blocks)[end - 1].kind == Block::IMAGE;
    if (block.kind != Block::IMAGE && !captioned) break;
    ++end;
  }
  blocks->resize(end);
}

bool Says(const std::vector<TextBlock>& blocks, const std::string& text) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const TextBlock& one) {
    return one.text.find(text.substr(0, 40)) != std::string::npos;
  });
}

void Write(const std::vector<TextBlock>& blocks, std::string_view detail,
           body::BodyImages images, v1::Article* article) {
  article->clear_blocks();
  std::string body;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const TextBlock& block = blocks[i];
    const std::optional<int> image = images.Of(blocks, i);
    if (block.kind == Block::IMAGE && !image) continue;
    Block* const written = article->add_blocks();
    written->set_kind(block.kind);
    written->set_text(block.text);
    if (image) written->set_image(*image);
    if (!IsBodyText(block.kind)) continue;
    if (!body.empty()) body += '\n';
    body += block.text;
  }
  article->set_article_body(body);
  v1::Provenance* entry = nullptr;
  for (v1::Provenance& one : *article->mutable_provenance()) {
    if (one.field() == "article_body") entry = &one;
  }
  if (entry == nullptr) entry = article->add_provenance();
  entry->set_field("article_body");
  entry->set_source(v1::Provenance::HTML);
  entry->set_detail(std::string(detail));
}

const v1::Provenance* SourceOfBody(const v1::Article& article) {
  for (const v1::Provenance& one : article.provenance()) {
    if (one.field() == "article_body") return &one;
  }
  return nullptr;
}

// A body that a rule or a caller has set stands; what JSON-LD says is a
// candidate.
bool IsSet(const v1::Article& article) {
  if (article.blocks_size() == 0 && article.article_body().empty()) {
    return false;
  }
  const v1::Provenance* const source = SourceOfBody(article);
  return source == nullptr || source->source() != v1::Provenance::JSON_LD;
}

struct Found {
  NodeId root = kNoNode;
  std::vector<TextBlock> blocks;
  size_t size = 0;
};

Found FindIn(const Document& document, const std::vector<body::Facts>& facts,
             std::string_view description) {
  Found found;
  found.root = body::FindRoot(document, facts);
  if (found.root == kNoNode) return found;
  found.blocks = body::BlocksBelow(document, facts, found.root);
  DropLeadingAway(&found.blocks);
  TrimHeadings(&found.blocks);
  std::vector<TextBlock> lead =
      body::FindLead(document, facts, found.root, description);
  if (!lead.empty() && !Says(found.blocks, lead.front().text)) {
    found.blocks.insert(found.blocks.begin(),
                        std::make_move_iterator(lead.begin()),
                        std::make_move_iterator(lead.end()));
  }
  found.size = TextSize(found.blocks);
  return found;
}

// Without prose to be guided by: whatever stands in paragraphs.
Found FindParagraphs(const Document& document,
                     const std::vector<body::Facts>& facts) {
  Found found;
  found.root = document.root();
  for (TextBlock& block : body::BlocksBelow(document, facts, document.root())) {
    if (facts[block.node].tag == Tag::kP && block.linked * 2 < block.length) {
      found.blocks.push_back(std::move(block));
    }
  }
  found.size = TextSize(found.blocks);
  return found;
}

// What a page without text would show once its scripts had run.
Found FindInScripts(const Document& document) {
  constexpr ParseLimits kLimits = {
      .max_tree_bytes = 32 << 20, .max_depth = 256, .deadline = Duration(300)};
  Found found;
  const std::string html = body::HtmlInScripts(document);
  if (html.empty()) return found;
  const Result<Document> inner = Document::ParsePage(html, Cut::kLean, kLimits);
  if (!inner) return found;
  const std::vector<body::Facts> facts =
      body::WalkPage(*inner, body::Strictness::kStrict);
  found.blocks = body::BlocksBelow(*inner, facts, inner->root());
  DropLeadingAway(&found.blocks);
  TrimHeadings(&found.blocks);
  found.size = TextSize(found.blocks);
  return found;
}

// The strict reading, unless it leaves out most of what a lenient one finds.
Found FindBody(const Document& document, std::vector<body::Facts>* facts,
               std::string_view description) {
  constexpr size_t kEnough = 700;  // bytes
  Found found = FindIn(document, *facts, description);
  if (found.size >= kEnough) return found;
  std::vector<body::Facts> lenient =
      body::WalkPage(document, body::Strictness::kLenient);
  Found more = FindIn(document, lenient, description);
  if (more.size > kEnough && more.size > found.size * 3) {
    *facts = std::move(lenient);
    return more;
  }
  if (more.size > found.size && found.size == 0) found = std::move(more);
  Found scripted = FindInScripts(document);
  if (scripted.size > kEnough && scripted.size > found.size * 3) {
    return scripted;
  }
  if (found.size > 0) return found;
  return FindParagraphs(document, *facts);
}

std::string DetailOf(const Document& document, NodeId root) {
  if (root == kNoNode) return "script";
  std::string detail(document.tag(root));
  if (const auto name = document.attribute(root, "class")) {
    detail += '.' + std::string(TrimBlanks(*name)).substr(0, 80);
  }
  return detail.empty() ? "p" : RepairUtf8(detail);
}

}  // namespace

body::PageKind FillFromBody(const Document& document,
                            const PageContext& context, v1::Article* article) {
  if (IsSet(*article)) return {};
  std::vector<body::Facts> facts =
      body::WalkPage(document, body::Strictness::kStrict);
  const Found found = FindBody(document, &facts, article->description());
  const size_t given = article->article_body().size();
  if (found.size > 0 && found.size * 10 >= given * 7) {
    Write(found.blocks, DetailOf(document, found.root),
          body::BodyImages(BaseUrl(document, context.final_url), article),
          article);
  }
  body::CaptionImages(document, facts, BaseUrl(document, context.final_url),
                      article);
  return JudgePage(document, facts, found.blocks, context.final_url, *article);
}

}  // namespace newsmill
