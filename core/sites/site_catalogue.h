#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/url.h"
#include "core/sites/site.h"

namespace newsmill {

// A target as the user gave it, understood.
struct Target {
  std::string site;        // empty: no rule answers for the host
  std::string article_id;  // empty: the URL shows none
  Url url;                 // to ask
};

// Which site a URL belongs to, and its IDs. Immutable after loading;
// thread-safe.
class SiteCatalogue {
 public:
  // Reads <directory>/*/rule.toml of every directory, in order; a site of an
  // earlier directory hides one of the same name. kBadConfiguration names file
  // and line; two sites with the same host are an error.
  static Result<SiteCatalogue> Load(
      const std::vector<std::string>& directories);

  // Of these sites, the first of a name. kBadConfiguration: a name that no site
  // may have, or two with the same host.
  static Result<SiteCatalogue> Of(std::vector<Site> sites);

  SiteCatalogue();
  SiteCatalogue(SiteCatalogue&&) noexcept;
  SiteCatalogue& operator=(SiteCatalogue&&) noexcept;
  ~SiteCatalogue();

  const std::vector<Site>& sites() const;
  const Site* Find(std::string_view name) const;
  const Site* ForHost(std::string_view host) const;

  // `site:id` or a URL. kNotFound: unknown site (the known ones are named);
  // kOutOfRange: the ID is not of the site's form; kInvalidArgument: no URL.
  Result<Target> Resolve(std::string_view target) const;

  // The row a page belongs to, from URLs alone: `site:id` from the requested
  // URL, else from the final URL, else the normalised requested URL (https, the
  // site's first host, without tracking parameters).
  std::string ArticleKey(const Url& requested, const Url& final_url) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace newsmill
