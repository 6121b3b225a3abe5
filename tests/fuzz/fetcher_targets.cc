#include "tests/fuzz/fetcher_targets.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/url.h"
#include "fetcher/http/content_coding.h"
#include "fetcher/http/response_head.h"
#include "fetcher/robots/robots_policy.h"
#include "fetcher/seeds/seed_document.h"
#include "fetcher/verdict.h"

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

namespace {

void CheckUrl(const Url& url) {
  Check(url.scheme() == "http" || url.scheme() == "https", "http or https");
  Check(IsAscii(url.text()), "a URL is ASCII without blanks");
  Check(!url.host().empty() && url.port() > 0, "a URL has host and port");
  Check(url.path().starts_with("/"), "a path begins with a slash");
  for (const char c : url.host()) {
    Check(c < 'A' || c > 'Z', "a host is in lower case");
  }
  const Result<Url> again = Url::Parse(url.text());
  Check(again && again->text() == url.text(), "a normal form is the last one");
  Check(again && again->HostKey() == url.HostKey(), "a host has one key");
}

// A URL in the normal form is taken as it is: with its scheme in capitals it is
// not, and means the same.
void CheckShortCut(std::string_view text, const Result<Url>& url) {
  if (!text.starts_with("http")) return;
  const Result<Url> other = Url::Parse("HTTP" + std::string(text.substr(4)));
  Check(other.has_value() == url.has_value(), "the short cut refuses nothing");
  if (!url) return;
  Check(other->text() == url->text() && other->scheme() == url->scheme() &&
            other->host() == url->host() && other->port() == url->port() &&
            other->path() == url->path() && other->query() == url->query(),
        "the short cut leads to the same place");
}

// What "Retry-After" holds is a server's, too.
void CheckRetryAfter(const std::string& value) {
  const Timestamp now{std::chrono::seconds(1'784'923'261)};
  const auto at = ParseRetryAfter(value, now);
  Check(!at || (*at >= now && *at <= now + kMostRetryAfter),
        "a Retry-After is within its bounds");
}

}  // namespace

void Address(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  const Result<Url> url = Url::Parse(bytes.substr(0, end));
  CheckShortCut(bytes.substr(0, end), url);
  if (!url) return;
  CheckUrl(*url);
  if (end == std::string_view::npos) return;
  const Result<Url> target = url->Resolve(bytes.substr(end + 1));
  if (target) CheckUrl(*target);
}

void Head(std::string_view bytes) {
  HeaderLimits limits;
  limits.max_bytes = 4096;
  limits.max_fields = 20;
  ResponseHead head(limits);
  bool taken = true;
  while (taken && !bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    taken = head.AddLine(bytes.substr(0, end));
    bytes.remove_prefix(end);
  }
  Check(taken == head.problem().empty(), "a refusal has its reason");
  Check(!head.complete() || head.status() >= 200, "an interim answer is none");
  Check(head.headers().size() <= limits.max_fields, "fields are limited");
  size_t size = 0;
  for (const v1::HttpHeader& header : head.headers()) {
    Check(ToUtf8(header.name()) == header.name() &&
              ToUtf8(header.value()) == header.value(),
          "a field is valid UTF-8");
    size += header.name().size() + header.value().size();
    CheckRetryAfter(header.value());
    MayBePage(header.value());
  }
  Check(size <= 2 * limits.max_bytes, "fields are as large as their lines");
  const auto length = head.ContentLength();
  Check(!length || *length >= 0, "a length is no less than nothing");
}

void Content(std::string_view bytes) {
  constexpr size_t kMost = 64 << 10;
  constexpr std::array kCodings = {"gzip", "deflate", "identity", "br"};
  HttpResponse response;
  const auto how = static_cast<uint8_t>(Take(&bytes));
  v1::HttpHeader coding;
  coding.set_name("Content-Encoding");
  coding.set_value(kCodings[how % kCodings.size()]);
  response.headers.push_back(coding);
  response.cut = how >= 128;
  response.body = std::string(bytes);
  const Result<InflatedStart> body = ReadBody(response, kMost);
  if (!body) {
    Check(!body.error().message.empty(), "an error says something");
    return;
  }
  Check(body->bytes.size() <= kMost, "no more is read than was asked for");
}

void Feed(std::string_view bytes) {
  const size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view charset = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  const Url base = *Url::Parse("http://a.example/feeds/all.xml");
  const SeedDocument document = ReadSeedDocument(bytes, base, charset);
  Check(document.kind != SeedDocument::Kind::kUnknown ||
            !document.problem.empty(),
        "what is neither is told why");
  Check(
      document.kind != SeedDocument::Kind::kUnknown || document.entries.empty(),
      "only feeds and sitemaps have entries");
  Check(document.entries.size() + document.unreadable <= kMostSeedEntries,
        "entries are limited");
  for (const SeedEntry& entry : document.entries) {
    CheckUrl(entry.url);
    Check(!entry.changed_at || *entry.changed_at >= Timestamp(),
          "a date lies in the time of the web");
  }
}

std::span<const Target> FetcherTargets() {
  static constexpr std::array<Target, 5> kTargets = {{{"robots", Robots},
                                                      {"address", Address},
                                                      {"head", Head},
                                                      {"content", Content},
                                                      {"feed", Feed}}};
  return kTargets;
}

}  // namespace newsmill::fuzz
