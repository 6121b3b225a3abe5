#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/base/url.h"
#include "fetcher/robots/robots_txt.h"

namespace newsmill {

// What a robots.txt says to one URL, and which line says so.
struct RobotsVerdict {
  bool allowed = true;
  // The rule that decided: its line and its text ("Disallow: /private"). 0 and
  // empty where no rule matches, which allows.
  int line = 0;
  std::string rule;
};

// What a robots.txt means for one agent: may it ask this path, and how often
// (RFC 9309, section 2.2). Immutable.
class RobotsPolicy {
 public:
  // Everything is allowed.
  RobotsPolicy() = default;
  // `agent`: a product token. The groups that name it count, all together; else
  // those of the longest token that it begins with ("mill" of "mill-images");
  // else those for `*`.
  RobotsPolicy(const RobotsTxt& robots, std::string_view agent);
  // As a copy that was kept says it: the rules in any order.
  RobotsPolicy(std::string group, std::vector<RobotsRule> rules,
               std::optional<Duration> crawl_delay);

  RobotsVerdict Judge(const Url& url) const;

  // The token that the groups name: the agent's own, a shorter one, "*", or
  // empty where no group speaks to the agent.
  const std::string& group() const { return group_; }
  std::optional<Duration> crawl_delay() const { return crawl_delay_; }
  int crawl_delay_line() const { return crawl_delay_line_; }
  const std::vector<RobotsRule>& rules() const { return rules_; }
  // In memory, about.
  size_t bytes() const;

 private:
  void Order();

  std::string group_;
  // The most octets first, and of equal ones Allow first: the first that
  // matches decides.
  std::vector<RobotsRule> rules_;
  std::optional<Duration> crawl_delay_;
  int crawl_delay_line_ = 0;
};

// Where a URL's robots.txt stands: at the root of its scheme, host and port.
std::string RobotsUrlOf(const Url& url);
// "https://host:port" of a normalised URL, and what follows it: path and query.
std::string_view OriginOf(const Url& url);
std::string_view TargetOf(const Url& url);

}  // namespace newsmill
