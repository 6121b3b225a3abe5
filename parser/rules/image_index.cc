#include "parser/rules/image_index.h"

namespace newsmill::rules {

ImageIndex::ImageIndex(v1::Article* article) : article_(article) {
  for (int i = 0; i < article->images_size(); ++i) {
    by_url_.emplace(article->images(i).url(), i);
  }
}

int ImageIndex::Of(const std::string& url) {
  const auto [at, is_new] = by_url_.emplace(url, article_->images_size());
  if (is_new) article_->add_images()->set_url(url);
  return at->second;
}

}  // namespace newsmill::rules
