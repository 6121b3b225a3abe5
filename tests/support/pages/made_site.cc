#include "tests/support/pages/made_site.h"

#include <charconv>
#include <map>

namespace newsmill::pages {
namespace {

struct Word {
  std::string_view local, latin, slug;
};

constexpr Word kPlaces[] = {
    {"霁川", "Jichuan", "jichuan"},   {"岚州", "Lanze", "lanze"},
    {"汀兰", "Tinglan", "tinglan"},   {"望澜", "Wanglan", "wanglan"},
    {"槐溪", "Huaixi", "huaixi"},     {"松屿", "Songyu", "songyu"},
    {"檀城", "Tancheng", "tancheng"}, {"菱湖", "Linghu", "linghu"},
    {"砚北", "Yanbei", "yanbei"},     {"鹭洲", "Lushoal", "lushoal"},
    {"梧口", "Wukou", "wukou"},       {"雁回", "Yanhui", "yanhui"},
};
constexpr Word kPapers[] = {
    {"晨报", "Morning Post", "morning"}, {"晚报", "Evening News", "evening"},
    {"观察", "Observer", "observer"},    {"在线", "Online", "online"},
    {"时报", "Times", "times"},
};
static_assert(std::size(kPlaces) * std::size(kPapers) == kMadeSites);

MadeSite MakeSite(size_t index) {
  const Word& place = kPlaces[index % std::size(kPlaces)];
  const Word& paper = kPapers[index / std::size(kPlaces)];
  MadeSite site;
  site.name = std::string(place.slug) + "-" + std::string(paper.slug);
  site.title = std::string(place.local) + std::string(paper.local);
  site.title_latin = std::string(place.latin) + " " + std::string(paper.latin);
  site.domain = site.name + ".example";
  const size_t turn = index % 5;
  site.flavour = turn == 3   ? Flavour::kStructured
                 : turn == 4 ? Flavour::kPlain
                             : Flavour::kPress;
  if (site.flavour != Flavour::kPress && index % 2 == 0) {
    site.language = Language::kEnglish;
    site.title = site.title_latin;
  }
  return site;
}

std::optional<uint64_t> NumberBetween(std::string_view text,
                                      std::string_view before,
                                      std::string_view after) {
  if (!text.starts_with(before)) return std::nullopt;
  text.remove_prefix(before.size());
  text = text.substr(0, text.find('?'));
  if (!text.ends_with(after)) return std::nullopt;
  text.remove_suffix(after.size());
  uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// The text around the ID in a site's two paths.
struct PathForm {
  std::string_view before, after;
};

PathForm FormOf(const MadeSite& site, bool moved) {
  if (site.flavour == Flavour::kPress) {
    return moved ? PathForm{"/detail/", ""}
                 : PathForm{"/newsDetail_forward_", ""};
  }
  return moved ? PathForm{"/story/", ".html"} : PathForm{"/a/", ".html"};
}

std::string PathOf(const MadeSite& site, bool moved, uint64_t id) {
  const PathForm form = FormOf(site, moved);
  return std::string(form.before) + std::to_string(id) +
         std::string(form.after);
}

}  // namespace

const MadeSite& ThePaper() {
  static const MadeSite site = {.name = "thepaper",
                                .title = "澎湃新闻",
                                .title_latin = "The Paper",
                                .domain = "thepaper.cn"};
  return site;
}

const std::vector<MadeSite>& MadeSites() {
  static const std::vector<MadeSite> sites = [] {
    std::vector<MadeSite> made;
    for (size_t i = 0; i < kMadeSites; ++i) made.push_back(MakeSite(i));
    return made;
  }();
  return sites;
}

const MadeSite* FindSiteByHost(std::string_view host) {
  static const std::map<std::string, const MadeSite*, std::less<>> by_host =
      [] {
        std::map<std::string, const MadeSite*, std::less<>> index;
        for (const std::string& name : ThePaper().hosts()) {
          index[name] = &ThePaper();
        }
        for (const MadeSite& site : MadeSites()) {
          for (const std::string& name : site.hosts()) index[name] = &site;
        }
        return index;
      }();
  const auto found = by_host.find(host);
  return found == by_host.end() ? nullptr : found->second;
}

const MadeSite* FindSiteByName(std::string_view name) {
  if (name == ThePaper().name) return &ThePaper();
  for (const MadeSite& site : MadeSites()) {
    if (site.name == name) return &site;
  }
  return nullptr;
}

std::string ArticlePath(const MadeSite& site, uint64_t id) {
  return PathOf(site, false, id);
}

std::string ArticleUrl(const MadeSite& site, uint64_t id) {
  return "https://" + site.host() + ArticlePath(site, id);
}

std::string MovedPath(const MadeSite& site, uint64_t id) {
  return PathOf(site, true, id);
}

std::optional<uint64_t> IdOfPath(const MadeSite& site, std::string_view path) {
  for (const bool moved : {false, true}) {
    const PathForm form = FormOf(site, moved);
    if (const auto id = NumberBetween(path, form.before, form.after)) {
      return id;
    }
  }
  return std::nullopt;
}

}  // namespace newsmill::pages
