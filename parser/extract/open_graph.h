#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/extract/article_filler.h"
#include "parser/extract/candidates.h"
#include "parser/html/document.h"

namespace newsmill {

// The <meta> elements of a page, by name, property or itemprop in lower case,
// in document order.
class MetaTable {
 public:
  explicit MetaTable(const Document& document);

  // The first content that is not blank; empty without one.
  std::string_view First(std::string_view name) const;
  // At most a hundred.
  std::vector<std::string_view> All(std::string_view name) const;

  struct Entry {
    std::string name;
    std::string_view content;  // trimmed
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// The images of og:image (with their sizes) and of Twitter cards.
void GatherOpenGraphImages(const MetaTable& metas, Candidates* found);

// og:*, article:* and twitter:* (the Open Graph protocol and Twitter cards).
void FillFromOpenGraph(const MetaTable& metas, ArticleFiller* fill);

}  // namespace newsmill
