#include "core/base/time.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <google/protobuf/util/time_util.h>

namespace newsmill {
namespace planted_fault {
namespace {

// A test's wrong clock, in seconds, by the variable NEWSMILL_FAULT_CLOCK_OFF;
// in every other build nothing.
Duration ClockOff() {
#ifdef NEWSMILL_PLANTED_FAULTS
  static const char* const off = std::getenv("NEWSMILL_FAULT_CLOCK_OFF");
  return std::chrono::seconds(off == nullptr ? 0 : std::atoll(off));
#else
  return Duration(0);
#endif
}

}  // namespace
}  // namespace planted_fault
namespace {

using google::protobuf::util::TimeUtil;

class SystemClock : public Clock {
 public:
  Timestamp Now() const override {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now()) +
           planted_fault::ClockOff();
  }
  Instant Uptime() const override { return Boottime::now(); }
};

struct Unit {
  std::string_view suffix;
  Duration length;
};

// Descending, so that formatting takes the largest exact unit first; "ms"
// stands before "m" for the parser's sake.
constexpr std::array<Unit, 5> kUnits = {{
    {"d", std::chrono::hours(24)},
    {"h", std::chrono::hours(1)},
    {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", Duration(1)},
}};

const Unit* UnitAt(std::string_view text) {
  if (text.starts_with("ms")) return &kUnits[4];
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.suffix)) return &unit;
  }
  return nullptr;
}

Error NotADuration(std::string_view text) {
  return {Code::kInvalidArgument,
          "'" + std::string(text) +
              "' is not a duration; expected a number with a unit of ms, s, m, "
              "h or d, such as 250ms, 20s, 1m30s or 7d"};
}

bool LooksLikeDate(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-';
}

}  // namespace

Boottime::time_point Boottime::now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return time_point(
      std::chrono::seconds(now.tv_sec) +
      std::chrono::floor<Duration>(std::chrono::nanoseconds(now.tv_nsec)));
}

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

google::protobuf::Timestamp ToProto(Timestamp time) {
  // Not the bare value: TimeUtil throws at what a Timestamp cannot hold.
  return TimeUtil::MillisecondsToTimestamp(std::clamp<int64_t>(
      time.time_since_epoch().count(), TimeUtil::kTimestampMinSeconds * 1000,
      TimeUtil::kTimestampMaxSeconds * 1000));
}

Timestamp FromProto(const google::protobuf::Timestamp& time) {
  // Not TimeUtil: it asserts that the value is valid, and this one may come
  // from anybody.
  const int64_t seconds =
      std::clamp<int64_t>(time.seconds(), TimeUtil::kTimestampMinSeconds,
                          TimeUtil::kTimestampMaxSeconds);
  return Timestamp(
      std::chrono::seconds(seconds) +
      std::chrono::floor<Duration>(std::chrono::nanoseconds(time.nanos())));
}

bool IsValidTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= TimeUtil::kTimestampMinSeconds &&
         time.seconds() <= TimeUtil::kTimestampMaxSeconds &&
         time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

std::string FormatRfc3339(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(),
                "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()),
                int(clock.hours().count()), int(clock.minutes().count()),
                int(clock.seconds().count()), int(clock.subseconds().count()));
  return buffer.data();
}

Result<Timestamp> ParseRfc3339(std::string_view text) {
  google::protobuf::Timestamp parsed;
  if (!TimeUtil::FromString(std::string(text), &parsed)) {
    return Error{Code::kInvalidArgument,
                 "'" + std::string(text) +
                     "' is not an RFC 3339 time such as 2026-07-24T20:01:01Z"};
  }
  return FromProto(parsed);
}

Result<Timestamp> ParseInstant(std::string_view text, Timestamp now) {
  const Timestamp today = std::chrono::floor<std::chrono::days>(now);
  if (text == "now") return now;
  if (text == "today") return today;
  if (text == "yesterday") return today - std::chrono::days(1);
  if (LooksLikeDate(text)) {
    return ParseRfc3339(std::string(text) + "T00:00:00Z");
  }
  if (const Result<Duration> age = ParseDuration(text)) return now - *age;
  if (const Result<Timestamp> exact = ParseRfc3339(text)) return exact;
  return Error{Code::kInvalidArgument,
               "'" + std::string(text) +
                   "' is not a time; expected RFC 3339 "
                   "(2026-07-24T20:01:01Z), a date (2026-07-24), an age (7d, "
                   "12h, 30m), now, today or yesterday"};
}

std::string FormatDuration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  std::string text = duration < Duration::zero() ? "-" : "";
  Duration rest = std::chrono::abs(duration);
  for (const Unit& unit : kUnits) {
    const auto count = rest / unit.length;
    if (count == 0) continue;
    text += std::to_string(count);
    text += unit.suffix;
    rest -= count * unit.length;
  }
  return text;
}

Result<Duration> ParseDuration(std::string_view text) {
  // Far below the clock's range, so that no sum of an instant and a duration
  // overflows.
  constexpr int64_t kMost = Duration(std::chrono::hours(24 * 36500)).count();
  int64_t total = 0;
  std::string_view rest = text;
  if (rest.empty()) return NotADuration(text);
  while (!rest.empty()) {
    int64_t count = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc() || count < 0) return NotADuration(text);
    rest.remove_prefix(end - rest.data());
    const Unit* unit = UnitAt(rest);
    if (unit == nullptr) return NotADuration(text);
    rest.remove_prefix(unit->suffix.size());
    if (count > (kMost - total) / unit->length.count()) {
      return Error{Code::kInvalidArgument, "'" + std::string(text) +
                                               "' is longer than a hundred "
                                               "years"};
    }
    total += count * unit->length.count();
  }
  return Duration(total);
}

}  // namespace newsmill
