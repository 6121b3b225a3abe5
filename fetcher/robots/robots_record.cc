#include "fetcher/robots/robots_record.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.h"

namespace newsmill {
namespace {

// The next directive, in lower case and without blanks and quotes, taken off.
std::string TakeDirective(std::string_view& fields) {
  const size_t end = std::min(fields.find(','), fields.size());
  std::string directive;
  for (const char c : fields.substr(0, end)) {
    if (c != ' ' && c != '\t' && c != '"') directive.push_back(AsciiLower(c));
  }
  fields.remove_prefix(std::min(end + 1, fields.size()));
  return directive;
}

std::optional<Duration> Seconds(std::string_view digits) {
  int64_t seconds = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, seconds);
  if (parsed.ec == std::errc::result_out_of_range) return kMostRobotsAge;
  if (parsed.ec != std::errc() || parsed.ptr != end || seconds < 0) {
    return std::nullopt;
  }
  return std::min<Duration>(
      std::chrono::seconds(std::min<int64_t>(seconds, INT32_MAX)),
      kMostRobotsAge);
}

}  // namespace

bool RobotsRecord::HasCopy(Timestamp now) const {
  return fetched_at_ && now - *fetched_at_ <= kMostRobotsKept;
}

RobotsRecord::Advice RobotsRecord::AdviceAt(Timestamp now) const {
  if (now >= ask_again_at_) return Advice::kAsk;
  return HasCopy(now) ? Advice::kUse : Advice::kWait;
}

void RobotsRecord::Take(const RobotsAnswer& answer, const RobotsTerms& terms,
                        Timestamp now) {
  switch (answer.kind) {
    case RobotsAnswer::Kind::kFile: {
      const RobotsTxt robots = RobotsTxt::Parse(answer.body);
      policy_ = RobotsPolicy(robots, terms.agent);
      sitemaps_ = robots.sitemaps;
      return TakeCopy(answer, now);
    }
    case RobotsAnswer::Kind::kNone:
      policy_ = RobotsPolicy();
      sitemaps_.clear();
      return TakeCopy(answer, now);
    case RobotsAnswer::Kind::kBusy:
      // A copy from before stays what is known.
      if (!HasCopy(now)) {
        policy_ = RobotsPolicy();
        sitemaps_.clear();
        TakeCopy(answer, now);
      }
      unreachable_since_.reset();
      failures_ = 0;
      ask_again_at_ = now + kBusyRobotsAge;
      return;
    case RobotsAnswer::Kind::kUnreachable:
      return TakeFailure(answer, terms, now);
  }
}

RobotsRecord RobotsRecord::Restored(const RobotsAnswer& answer,
                                    const RobotsTerms& terms,
                                    Timestamp fetched_at,
                                    Timestamp ask_again_at) {
  RobotsRecord record;
  record.Take(answer, terms, fetched_at);
  record.ask_again_at_ = std::min(ask_again_at, fetched_at + kMostRobotsAge);
  return record;
}

void RobotsRecord::RestoreFailure(Timestamp since, size_t failures,
                                  std::string why, Timestamp ask_again_at) {
  unreachable_since_ = since;
  failures_ = failures;
  why_ = std::move(why);
  ask_again_at_ = ask_again_at;
}

void RobotsRecord::TakeCopy(const RobotsAnswer& answer, Timestamp now) {
  fetched_at_ = now;
  status_ = answer.status;
  ask_again_at_ = now + std::clamp(answer.max_age.value_or(kMostRobotsAge),
                                   kLeastRobotsAge, kMostRobotsAge);
  unreachable_since_.reset();
  failures_ = 0;
  why_.clear();
}

void RobotsRecord::TakeFailure(const RobotsAnswer& answer,
                               const RobotsTerms& terms, Timestamp now) {
  const size_t step = std::min(failures_, terms.retry_delays.size() - 1);
  ask_again_at_ = now + terms.retry_delays[step];
  if (!unreachable_since_) unreachable_since_ = now;
  ++failures_;
  why_ = answer.why;
}

size_t RobotsRecord::bytes() const {
  size_t bytes = sizeof(*this) + policy_.bytes() + why_.capacity();
  for (const std::string& sitemap : sitemaps_) {
    bytes += sizeof(sitemap) + sitemap.capacity();
  }
  return bytes;
}

std::optional<Duration> ParseMaxAge(std::string_view cache_control) {
  std::optional<Duration> age;
  while (!cache_control.empty()) {
    const std::string directive = TakeDirective(cache_control);
    constexpr std::string_view kMaxAge = "max-age=";
    if (directive == "no-store" || directive == "no-cache") return Duration(0);
    if (!age && directive.starts_with(kMaxAge)) {
      age = Seconds(std::string_view(directive).substr(kMaxAge.size()));
    }
  }
  return age;
}

}  // namespace newsmill
