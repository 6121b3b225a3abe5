#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/url.h"
#include "newsmill/v1/article.pb.h"
#include "parser/extract/body/body_blocks.h"
#include "parser/extract/body/page_facts.h"
#include "parser/html/document.h"

namespace newsmill::body {

// Puts the images of a body into an article, behind those that it has, each
// once, with their captions.
class BodyImages {
 public:
  // `article` outlives this.
  BodyImages(Url base, v1::Article* article);

  // The place in Article.images of the image that block `index` shows or is the
  // caption of; none for other blocks, and where no address can be made of what
  // the page says. Blocks are asked for in order.
  std::optional<int> Of(const std::vector<TextBlock>& blocks, size_t index);

 private:
  std::optional<int> Add(const TextBlock& block);
  std::optional<int> Caption(const std::vector<TextBlock>& blocks,
                             size_t index);

  Url base_;
  v1::Article& article_;
  std::map<NodeId, int> in_figure_;
  std::optional<int> last_;  // of the block before
};

// Captions for images of the article that have none, from the page's figures:
// the lead image often stands above the body.
void CaptionImages(const Document& document, const std::vector<Facts>& facts,
                   const Url& base, v1::Article* article);

}  // namespace newsmill::body
