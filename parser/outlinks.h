#pragma once

#include <string>
#include <vector>

#include "core/base/url.h"
#include "core/sites/site_catalogue.h"
#include "parser/html/document.h"

namespace newsmill {

// A link of a page.
struct Outlink {
  enum class Kind {
    kArticle,
    kList,  // a page that lists articles: a section, a tag, the front page
    kFeed,  // RSS, Atom, JSON feed
    kOther,
  };
  std::string url;   // absolute, without a fragment
  std::string text;  // of the first anchor that has any, on one line
  Kind kind = Kind::kOther;
};

// "article", "list", "feed", "other".
const char* NameOf(Outlink::Kind kind);

// Where the page links to, in its order, each address once; the page itself is
// left out. On a site of the catalogue its rule says what is an article (an ID
// is found) and what a list; elsewhere the address does: a long number, a day
// or a title of several words in the last part of its path is an article's, a
// short path without any is a list's. Other hosts' pages are of kind other,
// unless a rule says more.
std::vector<Outlink> FindOutlinks(const Document& document, const Url& page,
                                  const SiteCatalogue& sites);

}  // namespace newsmill
