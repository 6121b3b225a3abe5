#include "fetcher/seeds/seed_scope.h"

#include <algorithm>

#include <libpsl.h>

namespace newsmill {
namespace {

bool IsAddress(const std::string& host) {
  const size_t last = host.rfind('.') + 1;  // 0 where there is none
  return host.starts_with('[') ||
         std::all_of(host.begin() + static_cast<std::ptrdiff_t>(last),
                     host.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Empty: the host is an address, a public suffix or has no dot.
std::string RegistrableDomain(const std::string& host) {
  if (IsAddress(host)) return "";
  const char* const domain =
      psl_registrable_domain(psl_builtin(), host.c_str());
  return domain == nullptr ? "" : domain;
}

}  // namespace

Result<SeedScope> SeedScope::OfSite(const SiteCatalogue& sites,
                                    const std::string& name) {
  const Site* const site = sites.Find(name);
  if (site == nullptr) {
    return Error{Code::kNotFound,
                 "no rule answers for the site '" + name + "'"};
  }
  SeedScope scope;
  scope.any_ = false;
  scope.hosts_.insert(site->hosts.begin(), site->hosts.end());
  scope.description_ = "site " + name;
  return scope;
}

SeedScope SeedScope::Around(const SiteCatalogue& sites, const Url& document) {
  if (const Site* const site = sites.ForHost(document.host())) {
    return *OfSite(sites, site->name);
  }
  SeedScope scope;
  scope.any_ = false;
  scope.domain_ = RegistrableDomain(document.host());
  scope.hosts_.insert(document.host());
  scope.description_ =
      scope.domain_.empty() ? document.host() : scope.domain_ + " and below";
  return scope;
}

bool SeedScope::Contains(const Url& url) const {
  if (any_ || hosts_.contains(url.host())) return true;
  return !domain_.empty() && RegistrableDomain(url.host()) == domain_;
}

}  // namespace newsmill
