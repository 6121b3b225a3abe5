#pragma once

#include <set>
#include <string>

#include "core/base/result.h"
#include "core/base/url.h"
#include "core/sites/site_catalogue.h"

namespace newsmill {

// Which hosts a feed or a sitemap may send the crawler to: what a document of
// one site says of another is not that one's word. Immutable; thread-safe.
class SeedScope {
 public:
  // Every host.
  static SeedScope Any() { return SeedScope(); }
  // The hosts of this site. kNotFound.
  static Result<SeedScope> OfSite(const SiteCatalogue& sites,
                                  const std::string& name);
  // What stands at `document` may speak for: the hosts of its site where a rule
  // knows it, else the hosts of its registrable domain (gazette.example for
  // feeds.gazette.example, by the public suffix list).
  static SeedScope Around(const SiteCatalogue& sites, const Url& document);

  bool Contains(const Url& url) const;
  // For a person: "site gazette", "gazette.example and below".
  const std::string& description() const { return description_; }

 private:
  SeedScope() = default;

  bool any_ = true;
  std::set<std::string> hosts_;
  std::string domain_;
  std::string description_ = "any host";
};

}  // namespace newsmill
