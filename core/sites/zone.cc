#include "core/sites/zone.h"

#include <unicode/timezone.h>

#include <algorithm>
#include <string>

#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr Duration kMostDistance = std::chrono::hours(14);

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "+08:00"; -1 for what is none. In minutes, without the sign.
int MinutesOf(std::string_view text) {
  if (text.size() != 6 || text[3] != ':') return -1;
  for (const size_t i : {1, 2, 4, 5}) {
    if (!IsDigit(text[i])) return -1;
  }
  const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
  return minutes > 59 ? -1
                      : ((text[1] - '0') * 10 + (text[2] - '0')) * 60 + minutes;
}

std::unique_ptr<icu::TimeZone> FindNamed(std::string_view name) {
  const auto id = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<int32_t>(name.size())));
  icu::UnicodeString canonical;
  UBool of_the_database = false;
  UErrorCode error = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(id, canonical, of_the_database, error);
  if (U_FAILURE(error) || !of_the_database) return nullptr;
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(id));
}

}  // namespace

struct Zone::Rules {
  std::unique_ptr<icu::TimeZone> zone;
};

Result<Zone> Zone::Parse(std::string_view text) {
  if (text == "UTC" || text == "Z") return Zone();
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    const Duration distance = std::chrono::minutes(MinutesOf(text));
    if (distance >= Duration(0) && distance <= kMostDistance) {
      return Zone(text[0] == '-' ? -distance : distance);
    }
  } else if (auto named = FindNamed(text)) {
    Zone zone;
    zone.rules_ = std::make_shared<const Rules>(Rules{std::move(named)});
    return zone;
  }
  return Error{Code::kInvalidArgument,
               "'" + std::string(text) +
                   "' is no zone; expected UTC, a distance from it such as "
                   "+08:00, or a name such as Europe/Berlin"};
}

Duration Zone::DistanceAt(Timestamp time) const {
  if (rules_ == nullptr) return distance_;
  int32_t standard = 0;
  int32_t daylight = 0;
  UErrorCode error = U_ZERO_ERROR;
  rules_->zone->getOffset(static_cast<UDate>(time.time_since_epoch().count()),
                          /*local=*/false, standard, daylight, error);
  return Duration(standard + daylight);
}

std::optional<Timestamp> Zone::NextShowing(Timestamp shown,
                                           Timestamp after) const {
  // A clock is changed by some hours at most, and once in so short a time.
  constexpr Duration kAround = std::chrono::hours(24);
  const Duration before = DistanceAt(shown - DistanceAt(shown) - kAround);
  const Duration later = DistanceAt(shown - DistanceAt(shown) + kAround);
  const Timestamp early = shown - std::max(before, later);
  const Timestamp late = shown - std::min(before, later);
  bool ever = false;
  for (const Timestamp time : {early, late}) {
    if (ShownAt(time) != shown) continue;
    if (time > after) return time;
    ever = true;
  }
  if (ever) return std::nullopt;
  // It never shows that: at `early` it shows less, at `late` more.
  Timestamp low = early;
  Timestamp high = late;
  while (high - low > Duration(1)) {
    const Timestamp middle = low + (high - low) / 2;
    (ShownAt(middle) < shown ? low : high) = middle;
  }
  if (high <= after) return std::nullopt;
  return high;
}

}  // namespace newsmill
