#include "parser/extract/body/body_images.h"

#include <string>
#include <string_view>
#include <utility>

#include "parser/extract/shown_image.h"
#include "parser/html/text.h"

namespace newsmill::body {
namespace {

constexpr int kMostImages = 100;

// Resizers ask for one picture in many sizes by its query.
std::string_view WithoutQuery(std::string_view url) {
  return url.substr(0, url.find('?'));
}

std::optional<int> Find(const v1::Article& article, std::string_view url) {
  for (int i = 0; i < article.images_size(); ++i) {
    if (article.images(i).url() == url) return i;
  }
  return std::nullopt;
}

// Of the same picture, whatever its size.
std::optional<int> FindUncaptioned(const v1::Article& article,
                                   std::string_view url) {
  for (int i = 0; i < article.images_size(); ++i) {
    const v1::Image& image = article.images(i);
    if (!image.has_caption() &&
        WithoutQuery(image.url()) == WithoutQuery(url)) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

BodyImages::BodyImages(Url base, v1::Article* article)
    : base_(std::move(base)), article_(*article) {}

std::optional<int> BodyImages::Of(const std::vector<TextBlock>& blocks,
                                  size_t index) {
  const TextBlock& block = blocks[index];
  if (block.kind == v1::Block::IMAGE) {
    last_ = Add(block);
    return last_;
  }
  if (block.kind == v1::Block::CAPTION) return Caption(blocks, index);
  last_.reset();
  return std::nullopt;
}

std::optional<int> BodyImages::Add(const TextBlock& block) {
  const std::optional<std::string> url = AbsoluteUrl(base_, block.image.url());
  if (!url) return std::nullopt;
  std::optional<int> at = Find(article_, *url);
  if (!at) {
    if (article_.images_size() == kMostImages) return std::nullopt;
    at = article_.images_size();
    v1::Image* const added = article_.add_images();
    *added = block.image;
    added->set_url(*url);
  }
  if (block.figure != kNoNode) in_figure_.emplace(block.figure, *at);
  return at;
}

// A caption speaks of its figure's image, or of the one right before it. In a
// figure it may stand first.
std::optional<int> BodyImages::Caption(const std::vector<TextBlock>& blocks,
                                       size_t index) {
  const TextBlock& block = blocks[index];
  std::optional<int> at;
  if (block.figure == kNoNode) {
    at = last_;
  } else if (const auto known = in_figure_.find(block.figure);
             known != in_figure_.end()) {
    at = known->second;
  } else if (index + 1 < blocks.size() &&
             blocks[index + 1].kind == v1::Block::IMAGE &&
             blocks[index + 1].figure == block.figure) {
    at = Add(blocks[index + 1]);
  }
  if (at) SetCaption(block.text, article_.mutable_images(*at));
  return at;
}

void CaptionImages(const Document& document, const std::vector<Facts>& facts,
                   const Url& base, v1::Article* article) {
  constexpr size_t kLongestCaption = 1000;  // bytes
  for (NodeId node = 0; node < facts.size(); ++node) {
    if (facts[node].tag != Tag::kFigure || facts[node].dropped) continue;
    NodeId image = kNoNode;
    NodeId caption = kNoNode;
    for (NodeId at = node; at < document.subtree_end(node); ++at) {
      if (image == kNoNode && facts[at].tag == Tag::kImg) image = at;
      if (caption == kNoNode && facts[at].tag == Tag::kFigcaption) caption = at;
    }
    if (image == kNoNode || caption == kNoNode) continue;
    const auto shown = ShownImage(document, image);
    const auto url = shown ? AbsoluteUrl(base, shown->url()) : std::nullopt;
    const auto at = url ? FindUncaptioned(*article, *url) : std::nullopt;
    if (!at) continue;
    const std::string text = InlineText(document, caption);
    if (text.size() <= kLongestCaption) {
      SetCaption(text, article->mutable_images(*at));
    }
  }
}

}  // namespace newsmill::body
