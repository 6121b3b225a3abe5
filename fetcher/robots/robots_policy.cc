#include "fetcher/robots/robots_policy.h"

#include <algorithm>

namespace newsmill {
namespace {

constexpr std::string_view kRobotsPath = "/robots.txt";

bool BeginsToken(std::string_view agent, std::string_view token) {
  if (token.empty() || !agent.starts_with(token)) return false;
  const char next = agent.size() == token.size() ? '-' : agent[token.size()];
  return next == '-' || next == '_';
}

// The token by which the file's groups are chosen.
std::string GroupFor(const RobotsTxt& robots, const std::string& agent) {
  std::string best;
  for (const RobotsGroup& group : robots.groups) {
    for (const std::string& token : group.agents) {
      if (token == "*" && best.empty()) best = token;
      if (!BeginsToken(agent, token)) continue;
      if (best == "*" || token.size() > best.size()) best = token;
    }
  }
  return best;
}

}  // namespace

RobotsPolicy::RobotsPolicy(const RobotsTxt& robots, std::string_view agent)
    : group_(GroupFor(robots, ProductToken(agent))) {
  if (group_.empty()) return;
  for (const RobotsGroup& group : robots.groups) {
    if (std::find(group.agents.begin(), group.agents.end(), group_) ==
        group.agents.end()) {
      continue;
    }
    rules_.insert(rules_.end(), group.rules.begin(), group.rules.end());
    if (group.crawl_delay > crawl_delay_) {
      crawl_delay_ = group.crawl_delay;
      crawl_delay_line_ = group.crawl_delay_line;
    }
  }
  Order();
}

RobotsPolicy::RobotsPolicy(std::string group, std::vector<RobotsRule> rules,
                           std::optional<Duration> crawl_delay)
    : group_(std::move(group)),
      rules_(std::move(rules)),
      crawl_delay_(crawl_delay) {
  Order();
}

void RobotsPolicy::Order() {
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const RobotsRule& a, const RobotsRule& b) {
                     if (a.pattern.octets() != b.pattern.octets()) {
                       return a.pattern.octets() > b.pattern.octets();
                     }
                     return a.allow && !b.allow;
                   });
  rules_.shrink_to_fit();
}

RobotsVerdict RobotsPolicy::Judge(const Url& url) const {
  const std::string_view target = TargetOf(url);
  if (target == kRobotsPath) return {};  // implicitly allowed
  const std::string normal = RobotsTarget(target);
  for (const RobotsRule& rule : rules_) {
    if (!rule.pattern.Matches(normal)) continue;
    return {rule.allow, rule.line,
            (rule.allow ? "Allow: " : "Disallow: ") + rule.pattern.text()};
  }
  return {};
}

size_t RobotsPolicy::bytes() const {
  size_t bytes = sizeof(*this) + group_.capacity();
  for (const RobotsRule& rule : rules_) {
    bytes += sizeof(rule) + rule.pattern.text().capacity();
  }
  return bytes;
}

std::string RobotsUrlOf(const Url& url) {
  return std::string(OriginOf(url)).append(kRobotsPath);
}

std::string_view OriginOf(const Url& url) {
  const std::string_view text = url.text();
  const size_t authority = url.scheme().size() + 3;
  return text.substr(0, text.find_first_of("/?", authority));
}

std::string_view TargetOf(const Url& url) {
  return std::string_view(url.text()).substr(OriginOf(url).size());
}

}  // namespace newsmill
