#include "core/sites/site_catalogue.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <re2/re2.h>

#include "core/sites/rule_file.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestTarget = 8192;  // servers take no longer URL

// A site with its expressions compiled.
struct CompiledSite {
  std::vector<std::unique_ptr<RE2>> ids;
  std::unique_ptr<RE2> id_form;
};

std::string PathAndQuery(const Url& url) {
  return url.query().empty() ? url.path() : url.path() + "?" + url.query();
}

bool IsSiteName(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), fits);
}

Result<void> CheckName(const std::string& name, const std::string& path) {
  if (IsSiteName(name)) return {};
  return Error{Code::kBadConfiguration,
               path + ": '" + name +
                   "' is not a site name; expected lower-case letters, "
                   "digits, '-', '_' and '.'"};
}

// What may stand in a path as it is (RFC 3986, section 3.3), and '/'.
std::string EscapeId(std::string_view id) {
  constexpr std::string_view kPlain = "-._~/!$'()*,;:@=";
  std::string escaped;
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      escaped.push_back(c);
      continue;
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    escaped.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return escaped;
}

// `utm_*` stands for every name that starts with utm_.
bool IsTracking(std::string_view name, const Site& site) {
  for (const std::string& pattern : site.tracking_parameters) {
    if (pattern.back() == '*'
            ? name.starts_with(pattern.substr(0, pattern.size() - 1))
            : name == pattern) {
      return true;
    }
  }
  return false;
}

std::string WithoutTracking(std::string_view query, const Site& site) {
  std::string kept;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (!pair.empty() && !IsTracking(pair.substr(0, pair.find('=')), site)) {
      kept.append(kept.empty() ? "" : "&").append(pair);
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return kept;
}

}  // namespace

struct SiteCatalogue::Impl {
  std::vector<Site> sites;
  std::vector<CompiledSite> compiled;  // as sites
  std::map<std::string, size_t, std::less<>> by_name;
  std::map<std::string, size_t, std::less<>> by_host;

  Result<void> Add(Site site, const std::string& path);
  Result<void> AddDirectory(const std::string& directory);
  const CompiledSite& CompiledOf(const Site& site) const {
    return compiled[static_cast<size_t>(&site - sites.data())];
  }
  const Site* ForUrl(const Url& url) const;
  std::string IdIn(const Site& site, const Url& url) const;
  std::string KeyOf(const Url& url) const;
  std::string FoldedHost(const Site& site, const Url& url) const;
  Result<Target> ResolveUrl(std::string_view text) const;
  Result<Target> ResolveId(const Site& site, std::string_view id) const;
  std::string KnownSites() const;
};

Result<void> SiteCatalogue::Impl::Add(Site site, const std::string& path) {
  for (const std::string& host : site.hosts) {
    const auto [at, is_new] = by_host.emplace(host, sites.size());
    if (!is_new && at->second != sites.size()) {
      return Error{Code::kBadConfiguration,
                   path + ": host " + host + " belongs to site '" +
                       sites[at->second].name + "' already"};
    }
  }
  CompiledSite compiled_site;
  for (const std::string& pattern : site.id_patterns) {
    compiled_site.ids.push_back(std::make_unique<RE2>(pattern, RE2::Quiet));
  }
  if (!site.id_form.empty()) {
    compiled_site.id_form = std::make_unique<RE2>(site.id_form, RE2::Quiet);
  }
  by_name.emplace(site.name, sites.size());
  sites.push_back(std::move(site));
  compiled.push_back(std::move(compiled_site));
  return {};
}

Result<void> SiteCatalogue::Impl::AddDirectory(const std::string& directory) {
  std::error_code failed;
  std::vector<fs::path> folders;
  for (fs::directory_iterator it(directory, failed), end; !failed && it != end;
       it.increment(failed)) {
    std::error_code ignored;  // a folder without a readable rule is no site
    if (fs::exists(it->path() / "rule.toml", ignored)) {
      folders.push_back(it->path());
    }
  }
  if (failed) {
    return Error{Code::kBadConfiguration,
                 "sites.path: folder '" + directory +
                     "' cannot be read: " + failed.message()};
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    const std::string path = (folder / "rule.toml").string();
    if (auto valid = CheckName(name, path); !valid) return valid;
    if (by_name.contains(name)) continue;  // hidden by an earlier directory
    Result<Site> site = ReadSite(name, path);
    if (!site) return site.error();
    if (auto added = Add(std::move(*site), path); !added) return added;
  }
  return {};
}

const Site* SiteCatalogue::Impl::ForUrl(const Url& url) const {
  auto at = by_host.find(url.HostKey());
  if (at == by_host.end()) at = by_host.find(url.host());
  return at == by_host.end() ? nullptr : &sites[at->second];
}

std::string SiteCatalogue::Impl::IdIn(const Site& site, const Url& url) const {
  const CompiledSite& expressions = CompiledOf(site);
  const std::string text = PathAndQuery(url);
  for (const auto& pattern : expressions.ids) {
    std::string id;
    if (!RE2::PartialMatch(text, *pattern, &id) || id.empty()) continue;
    if (expressions.id_form && !RE2::FullMatch(id, *expressions.id_form)) {
      continue;
    }
    return id;
  }
  return {};
}

std::string SiteCatalogue::Impl::KeyOf(const Url& url) const {
  const Site* site = ForUrl(url);
  const std::string id = site == nullptr ? "" : IdIn(*site, url);
  return id.empty() ? "" : site->name + ":" + id;
}

// The site's first host, on the port that was asked.
std::string SiteCatalogue::Impl::FoldedHost(const Site& site,
                                            const Url& url) const {
  const std::string& first = site.hosts.front();
  const std::string key = url.HostKey();
  if (by_host.contains(key)) return first;
  const bool has_port =
      first.rfind(':') != std::string::npos && first.back() != ']';
  return has_port ? key : first + key.substr(url.host().size());
}

Result<Target> SiteCatalogue::Impl::ResolveUrl(std::string_view text) const {
  Result<Url> url = Url::Parse(text);
  if (!url) return url.error();
  const Site* site = ForUrl(*url);
  if (site == nullptr) return Target{"", "", std::move(*url)};
  std::string id = IdIn(*site, *url);
  return Target{site->name, std::move(id), std::move(*url)};
}

Result<Target> SiteCatalogue::Impl::ResolveId(const Site& site,
                                              std::string_view id) const {
  const CompiledSite& expressions = CompiledOf(site);
  const std::string shown = site.name + ":" + std::string(id);
  if (id.empty()) {
    return Error{Code::kOutOfRange,
                 "'" + shown + "' has no ID after the colon"};
  }
  if (expressions.id_form &&
      !RE2::FullMatch(std::string(id), *expressions.id_form)) {
    return Error{Code::kOutOfRange, "'" + std::string(id) +
                                        "' is not an ID of site '" + site.name +
                                        "'; expected " + site.id_form};
  }
  if (site.article_url.empty()) {
    return Error{Code::kOutOfRange,
                 "site '" + site.name +
                     "' has no article_url, so an ID gives no URL; give the "
                     "URL itself instead of '" +
                     shown + "'"};
  }
  std::string text = site.article_url;
  text.replace(text.find("{id}"), 4, EscapeId(id));
  Result<Url> url = Url::Parse(text);
  if (!url) {
    return Error{Code::kOutOfRange,
                 "'" + shown + "' gives no URL: " + url.error().message};
  }
  return Target{site.name, std::string(id), std::move(*url)};
}

std::string SiteCatalogue::Impl::KnownSites() const {
  if (by_name.empty()) return "none (sites.path holds no rule)";
  std::string names;
  for (const auto& [name, index] : by_name) {
    names.append(names.empty() ? "" : ", ").append(name);
  }
  return names;
}

SiteCatalogue::SiteCatalogue() : impl_(std::make_unique<Impl>()) {}
SiteCatalogue::SiteCatalogue(SiteCatalogue&&) noexcept = default;
SiteCatalogue& SiteCatalogue::operator=(SiteCatalogue&&) noexcept = default;
SiteCatalogue::~SiteCatalogue() = default;

Result<SiteCatalogue> SiteCatalogue::Load(
    const std::vector<std::string>& directories) {
  SiteCatalogue catalogue;
  for (const std::string& directory : directories) {
    if (auto added = catalogue.impl_->AddDirectory(directory); !added) {
      return added.error();
    }
  }
  return catalogue;
}

Result<SiteCatalogue> SiteCatalogue::Of(std::vector<Site> sites) {
  SiteCatalogue catalogue;
  for (Site& site : sites) {
    const std::string path = "site " + site.name;
    if (auto valid = CheckName(site.name, path); !valid) return valid.error();
    if (catalogue.impl_->by_name.contains(site.name)) continue;
    if (auto added = catalogue.impl_->Add(std::move(site), path); !added) {
      return added.error();
    }
  }
  return catalogue;
}

const std::vector<Site>& SiteCatalogue::sites() const { return impl_->sites; }

const Site* SiteCatalogue::Find(std::string_view name) const {
  const auto at = impl_->by_name.find(name);
  return at == impl_->by_name.end() ? nullptr : &impl_->sites[at->second];
}

const Site* SiteCatalogue::ForHost(std::string_view host) const {
  const auto at = impl_->by_host.find(host);
  return at == impl_->by_host.end() ? nullptr : &impl_->sites[at->second];
}

Result<Target> SiteCatalogue::Resolve(std::string_view target) const {
  if (target.size() > kLongestTarget) {  // not repeated in the message
    return Error{Code::kTooLarge,
                 "a target of " + std::to_string(target.size()) +
                     " bytes; expected site:id or a URL of at most " +
                     std::to_string(kLongestTarget)};
  }
  if (target.find("://") != std::string_view::npos) {
    return impl_->ResolveUrl(target);
  }
  const size_t colon = target.find(':');
  const std::string_view name = target.substr(0, colon);
  if (colon == std::string_view::npos || !IsSiteName(name)) {
    return Error{Code::kInvalidArgument,
                 "'" + std::string(target) +
                     "' is neither a URL (https://…) nor site:id"};
  }
  const Site* site = Find(name);
  if (site == nullptr) {
    return Error{Code::kNotFound, "unknown site '" + std::string(name) +
                                      "'; known: " + impl_->KnownSites()};
  }
  return impl_->ResolveId(*site, target.substr(colon + 1));
}

std::string SiteCatalogue::ArticleKey(const Url& requested,
                                      const Url& final_url) const {
  if (std::string key = impl_->KeyOf(requested); !key.empty()) return key;
  if (std::string key = impl_->KeyOf(final_url); !key.empty()) return key;

  const Site* site = impl_->ForUrl(requested);
  const std::string host = site == nullptr
                               ? requested.HostKey()
                               : impl_->FoldedHost(*site, requested);
  const std::string query = site == nullptr
                                ? requested.query()
                                : WithoutTracking(requested.query(), *site);
  const std::string text =
      "https://" + host + requested.path() + (query.empty() ? "" : "?" + query);
  // All of it is in its normal form; only a default port may be another one's.
  if (!host.ends_with(":443")) return text;
  const Result<Url> normalised = Url::Parse(text);
  return normalised ? normalised->text() : text;
}

}  // namespace newsmill
