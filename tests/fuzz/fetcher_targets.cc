#include "tests/fuzz/fetcher_targets.h"

#include <array>
#include <string>

#include "fetcher/robots/robots_policy.h"

namespace newsmill::fuzz {
namespace {

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= 0x20 || octet >= 0x7F) return false;
  }
  return true;
}

// By definition instead of by cleverness: tries every octet for each asterisk.
bool MatchesSlowly(std::string_view pattern, std::string_view target) {
  if (pattern.empty()) return true;
  if (pattern == "$") return target.empty();
  if (pattern.front() != '*') {
    return !target.empty() && target.front() == pattern.front() &&
           MatchesSlowly(pattern.substr(1), target.substr(1));
  }
  for (size_t skip = 0; skip <= target.size(); ++skip) {
    if (MatchesSlowly(pattern.substr(1), target.substr(skip))) return true;
  }
  return false;
}

void CheckPattern(const RobotsPattern& pattern, const std::string& target) {
  Check(IsAscii(pattern.text()), "a pattern is ASCII without blanks");
  Check(RobotsPattern(pattern.text()).text() == pattern.text(),
        "a pattern's spelling is the last one");
  const bool affordable = pattern.octets() < 16 && target.size() < 32;
  const bool matches = pattern.Matches(target);
  Check(!affordable || matches == MatchesSlowly(pattern.text(), target),
        "a pattern matches what its definition says");
}

void CheckPolicy(const RobotsPolicy& policy, const Url& url,
                 const std::string& target) {
  const RobotsVerdict verdict = policy.Judge(url);
  Check((verdict.line == 0) == verdict.rule.empty(), "a rule has its line");
  Check(verdict.allowed || verdict.line > 0, "only a rule forbids");
  for (const RobotsRule& rule : policy.rules()) {
    CheckPattern(rule.pattern, target);
  }
}

}  // namespace

void Robots(std::string_view bytes) {
  // The last line is the path that is asked.
  const size_t end = bytes.find_last_of('\n');
  const std::string path(end == std::string_view::npos ? ""
                                                       : bytes.substr(end + 1));
  const RobotsTxt robots = RobotsTxt::Parse(bytes);
  for (const std::string& sitemap : robots.sitemaps) {
    Check(IsAscii(sitemap), "a sitemap's address is ASCII without blanks");
  }
  for (const RobotsGroup& group : robots.groups) {
    Check(!group.agents.empty(), "a group has an agent");
  }
  const Result<Url> parsed = Url::Parse("http://a.example/" + path);
  const Url url = parsed ? *parsed : *Url::Parse("http://a.example/");
  const std::string target = RobotsTarget(url.text().substr(16));
  for (const char* agent : {"newsmill", "newsmill-images", "a", ""}) {
    CheckPolicy(RobotsPolicy(robots, agent), url, target);
  }
}

std::span<const Target> FetcherTargets() {
  static constexpr std::array<Target, 1> kTargets = {{{"robots", Robots}}};
  return kTargets;
}

}  // namespace newsmill::fuzz
