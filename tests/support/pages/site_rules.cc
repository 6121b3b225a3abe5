#include "tests/support/pages/site_rules.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/pages/made_site.h"

namespace newsmill::pages {
namespace {

namespace fs = std::filesystem;

Result<std::string> ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Error{Code::kNotFound, path + ": cannot be read"};
  return std::move(text).str();
}

Result<void> WriteWhole(const fs::path& path, const std::string& text) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) {
    return Error{Code::kUnavailable, path.string() + ": cannot be written"};
  }
  return {};
}

void ReplaceAll(std::string& text, const std::string& what,
                const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// Removes table `[name]` with what stands in it.
void DropTable(std::string& toml, const std::string& name) {
  const size_t begin = toml.find("\n[" + name + "]\n");
  if (begin == std::string::npos) return;
  const size_t end = toml.find("\n[", begin + 1);
  toml.erase(begin, end == std::string::npos ? end : end - begin);
}

std::string Renamed(std::string rule, const MadeSite& site) {
  ReplaceAll(rule, ThePaper().title_latin, site.title_latin);
  ReplaceAll(rule, ThePaper().title, site.title);
  ReplaceAll(rule, ThePaper().domain, site.domain);
  ReplaceAll(rule, "thepaper\\.cn", site.name + "\\.example");
  ReplaceAll(rule, "site = \"thepaper\"", "site = \"" + site.name + "\"");
  if (site.language == Language::kEnglish) {
    ReplaceAll(rule, "language = \"zh-CN\"", "language = \"en\"");
  }
  // How often a site may be asked is the test's to say.
  DropTable(rule, "fetch");
  return rule;
}

// A site without layouts: only its addresses.
std::string AddressesOnly(const std::string& renamed, const MadeSite& site) {
  std::string hosts;
  for (const std::string& host : site.hosts()) {
    hosts += (hosts.empty() ? "\"" : ", \"") + host + "\"";
  }
  return renamed.substr(0, renamed.find("\n[url]")) + "\n[url]\nhosts = [" +
         hosts +
         "]\nid = ['/(?:a|story)/(\\d{1,12})\\.html']\n"
         "id_form = '\\d{1,12}'\narticle_url = \"https://" +
         site.host() + "/a/{id}.html\"\n";
}

}  // namespace

Result<void> WriteSiteRules(const std::string& directory,
                            const std::string& thepaper_rule) {
  const Result<std::string> rule = ReadWhole(thepaper_rule);
  if (!rule) return rule.error();
  for (const MadeSite& site : MadeSites()) {
    std::string own = Renamed(*rule, site);
    if (site.flavour != Flavour::kPress) own = AddressesOnly(own, site);
    const fs::path path = fs::path(directory) / site.name / "rule.toml";
    if (auto written = WriteWhole(path, own); !written) return written;
  }
  return {};
}

}  // namespace newsmill::pages
