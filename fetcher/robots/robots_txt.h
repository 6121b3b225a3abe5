#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "fetcher/robots/robots_pattern.h"

namespace newsmill {

// So much of a robots.txt is read (RFC 9309, section 2.5); the rest does not
// count, nor does a line that is cut there.
inline constexpr size_t kMostRobotsBytes = 500 * 1024;

// The name by which groups call a crawler (RFC 9309, section 2.2.1): the
// letters, '-' and '_' that `text` begins with, in lower case. Empty: none.
std::string ProductToken(std::string_view text);

struct RobotsRule {
  bool allow = false;
  RobotsPattern pattern;
  int line = 0;  // counted from 1
};

// Rules for the agents that are named before them.
struct RobotsGroup {
  std::vector<std::string> agents;  // product tokens, or "*"
  int line = 0;                     // of the first agent
  std::vector<RobotsRule> rules;
  // Not of RFC 9309; the longest of the group.
  std::optional<Duration> crawl_delay;
  int crawl_delay_line = 0;
};

// A robots.txt, as RFC 9309 reads it: any bytes are one. Lines that say nothing
// known are left out, a misspelt one at a time.
struct RobotsTxt {
  static RobotsTxt Parse(std::string_view bytes);

  std::vector<RobotsGroup> groups;
  std::vector<std::string> sitemaps;  // ASCII, otherwise as the lines have them
  bool truncated = false;             // longer than kMostRobotsBytes
};

}  // namespace newsmill
