#pragma once

#include <optional>
#include <string_view>

#include "core/base/url.h"
#include "parser/html/document.h"

namespace newsmill {

// Where an article goes on, as the page writes it. Views into the document.
struct FoundNextPage {
  std::string_view reference;
  std::string_view detail;
};

// The following page of an article that has several: <link rel=next>, a link
// with rel=next, or one that says so ("下一页", "Next page"). Only an address
// that is that of this page with another number; "next" is also what blogs
// call another article.
std::optional<FoundNextPage> FindNextPage(const Document& document,
                                          const Url& page);

}  // namespace newsmill
