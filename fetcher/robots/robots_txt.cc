#include "fetcher/robots/robots_txt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/text.h"
#include "core/base/url.h"

namespace newsmill {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// More than anybody means; keeps the sums of times within their range.
constexpr double kMostCrawlDelaySeconds = 365.0 * 24 * 3600;

enum class Key { kUserAgent, kAllow, kDisallow, kCrawlDelay, kSitemap, kOther };

std::string_view WithoutBlanks(std::string_view text) {
  const char* const blanks = " \t\v\f";
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The spellings that people are seen to use count as well.
Key KeyOf(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Key>, 14> kKeys = {{
      {"user-agent", Key::kUserAgent},
      {"useragent", Key::kUserAgent},
      {"user agent", Key::kUserAgent},
      {"allow", Key::kAllow},
      {"disallow", Key::kDisallow},
      {"dissallow", Key::kDisallow},
      {"dissalow", Key::kDisallow},
      {"disalow", Key::kDisallow},
      {"diasllow", Key::kDisallow},
      {"disallaw", Key::kDisallow},
      {"crawl-delay", Key::kCrawlDelay},
      {"crawldelay", Key::kCrawlDelay},
      {"sitemap", Key::kSitemap},
      {"site-map", Key::kSitemap},
  }};
  const std::string lower = AsciiLowered(name);
  for (const auto& [known, key] : kKeys) {
    if (lower == known) return key;
  }
  return Key::kOther;
}

struct Line {
  Key key = Key::kOther;
  std::string_view value;
};

// `name: value # remark`. A line whose colon was forgotten is read where it has
// exactly two words.
Line ReadLine(std::string_view text) {
  text = WithoutBlanks(text.substr(0, text.find('#')));
  size_t end = text.find(':');
  if (end == std::string_view::npos) {
    end = text.find_first_of(" \t");
    if (end == std::string_view::npos) return {};
    const std::string_view rest = WithoutBlanks(text.substr(end));
    if (rest.find_first_of(" \t") != std::string_view::npos) return {};
    return {KeyOf(text.substr(0, end)), rest};
  }
  return {KeyOf(WithoutBlanks(text.substr(0, end))),
          WithoutBlanks(text.substr(end + 1))};
}

std::optional<Duration> ReadCrawlDelay(std::string_view value) {
  double seconds = 0;
  const char* const end = value.data() + value.size();
  const auto parsed =
      std::from_chars(value.data(), end, seconds, std::chars_format::fixed);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == end;
  if (!whole || !std::isfinite(seconds) || seconds < 0) return std::nullopt;
  seconds = std::min(seconds, kMostCrawlDelaySeconds);
  return Duration(static_cast<int64_t>(std::ceil(seconds * 1000)));
}

std::string ReadSitemap(std::string_view value) {
  if (const Result<Url> url = Url::Parse(value); url) return url->text();
  std::string text;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet > 0x20 && octet < 0x7F) text.push_back(c);
  }
  return text;
}

// Takes the lines in order and puts the groups together.
class Reader {
 public:
  explicit Reader(RobotsTxt& robots) : robots_(robots) {}

  void Take(std::string_view text, int number) {
    const Line line = ReadLine(text);
    switch (line.key) {
      case Key::kUserAgent:
        return TakeAgent(line.value, number);
      case Key::kAllow:
      case Key::kDisallow:
        return TakeRule(line.key == Key::kAllow, line.value, number);
      case Key::kCrawlDelay:
        return TakeCrawlDelay(line.value, number);
      case Key::kSitemap:
        return TakeSitemap(line.value);
      case Key::kOther:
        return;
    }
  }

 private:
  // Only a rule ends the list of agents: other records must not end a group
  // (RFC 9309, section 2.2.4).
  void TakeAgent(std::string_view value, int number) {
    if (robots_.groups.empty() || group_has_rule_) {
      robots_.groups.emplace_back();
      robots_.groups.back().line = number;
      group_has_rule_ = false;
    }
    const bool everyone =
        value == "*" || value.starts_with("* ") || value.starts_with("*\t");
    robots_.groups.back().agents.push_back(everyone ? "*"
                                                    : ProductToken(value));
  }

  // Rules before any agent are nobody's; a rule without a path is none, but
  // ends the list of agents.
  void TakeRule(bool allow, std::string_view value, int number) {
    if (robots_.groups.empty()) return;
    group_has_rule_ = true;
    if (value.empty()) return;
    robots_.groups.back().rules.push_back(
        {allow, RobotsPattern(value), number});
  }

  void TakeCrawlDelay(std::string_view value, int number) {
    if (robots_.groups.empty()) return;
    const std::optional<Duration> delay = ReadCrawlDelay(value);
    RobotsGroup& group = robots_.groups.back();
    if (!delay || (group.crawl_delay && *group.crawl_delay >= *delay)) return;
    group.crawl_delay = delay;
    group.crawl_delay_line = number;
  }

  void TakeSitemap(std::string_view value) {
    std::string sitemap = ReadSitemap(value);
    if (!sitemap.empty()) robots_.sitemaps.push_back(std::move(sitemap));
  }

  RobotsTxt& robots_;
  bool group_has_rule_ = false;
};

}  // namespace

std::string ProductToken(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    const char lower = AsciiLower(c);
    return (lower >= 'a' && lower <= 'z') || c == '-' || c == '_';
  });
  return AsciiLowered(
      text.substr(0, static_cast<size_t>(std::distance(text.begin(), end))));
}

RobotsTxt RobotsTxt::Parse(std::string_view bytes) {
  RobotsTxt robots;
  if (bytes.size() > kMostRobotsBytes) {
    robots.truncated = true;
    bytes = bytes.substr(0, kMostRobotsBytes);
    // A rule that is cut short would say something else.
    bytes = bytes.substr(0, bytes.find_last_of("\r\n") + 1);
  }
  if (bytes.starts_with(kByteOrderMark)) {
    bytes.remove_prefix(kByteOrderMark.size());
  }
  Reader reader(robots);
  for (int number = 1; !bytes.empty(); ++number) {
    const size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    reader.Take(bytes.substr(0, end), number);
    size_t next = end;
    if (next < bytes.size()) {
      next += bytes.substr(next).starts_with("\r\n") ? 2 : 1;
    }
    bytes.remove_prefix(next);
  }
  return robots;
}

}  // namespace newsmill
