#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill {

// Part of a day, in minutes after midnight; `to` not above `from` goes on past
// midnight.
struct HourSpan {
  int from = 0;
  int to = 0;

  friend bool operator==(const HourSpan&, const HourSpan&) = default;
};

// How much may be asked in a day, and at which hours of it. Days begin at
// midnight of `zone`, a fixed distance from UTC.
struct DayPlan {
  std::optional<int64_t> requests;
  std::optional<int64_t> bytes;
  std::optional<HourSpan> hours;
  Duration zone{0};

  bool empty() const { return !requests && !bytes && !hours; }

  // "2026-07-24".
  std::string DayOf(Timestamp now) const;
  Timestamp NextDay(Timestamp now) const;
  // When the hours begin, where they are not on now.
  std::optional<Timestamp> OpensAt(Timestamp now) const;
};

// "22:00-06:00"; kInvalidArgument says what was expected.
Result<HourSpan> ParseHours(std::string_view text);
// "UTC", "+08:00", "-03:30".
Result<Duration> ParseZone(std::string_view text);

}  // namespace newsmill
