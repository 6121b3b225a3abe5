#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/pages/prose.h"

namespace newsmill::pages {

// How the pages of a site are built.
enum class Flavour {
  kPress,       // thepaper.cn's five layouts
  kStructured,  // JSON-LD and OpenGraph above plain paragraphs
  kPlain,       // <h1> and <p>, nothing else
};

// A news site that does not exist, except the first one, which wears a real
// name and is served from loopback like the others.
struct MadeSite {
  std::string name;   // folder under sites/
  std::string title;  // as its pages print it
  std::string title_latin;
  std::string domain;  // without www.
  Flavour flavour = Flavour::kPress;
  Language language = Language::kChinese;

  std::string host() const { return "www." + domain; }
  std::vector<std::string> hosts() const {
    return {"www." + domain, "m." + domain, domain};
  }
};

inline constexpr size_t kMadeSites = 60;
inline constexpr uint64_t kSeedPageId = 2731010;

// thepaper.cn under its real name.
const MadeSite& ThePaper();
// kMadeSites made-up sites; the same list for ever.
const std::vector<MadeSite>& MadeSites();
// Of all sites above, by any of its hosts or by its name; nullptr.
const MadeSite* FindSiteByHost(std::string_view host);
const MadeSite* FindSiteByName(std::string_view name);

// The address of an article, as the site's own links write it.
std::string ArticlePath(const MadeSite& site, uint64_t id);
std::string ArticleUrl(const MadeSite& site, uint64_t id);
// A second path of the same article, that a redirect within the site names.
std::string MovedPath(const MadeSite& site, uint64_t id);
// The article that either of the two paths speaks of.
std::optional<uint64_t> IdOfPath(const MadeSite& site, std::string_view path);

}  // namespace newsmill::pages
