#pragma once

#include <string>
#include <unordered_map>

#include "newsmill/v1/article.pb.h"

namespace newsmill::rules {

// The images of an article by URL: each is there once. For one pass of filling;
// the article outlives it and gets its images from nobody else meanwhile.
class ImageIndex {
 public:
  explicit ImageIndex(v1::Article* article);

  // Where the image of that URL stands in the article; added if it is new.
  int Of(const std::string& url);

 private:
  v1::Article* article_;
  std::unordered_map<std::string, int> by_url_;
};

}  // namespace newsmill::rules
