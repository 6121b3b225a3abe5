#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sites/zone.h"

namespace newsmill {

// Part of a day, in minutes after midnight; `to` not above `from` goes on past
// midnight.
struct HourSpan {
  int from = 0;
  int to = 0;

  friend bool operator==(const HourSpan&, const HourSpan&) = default;
};

// How much may be asked in a day, and at which hours of it. Days begin at
// midnight of `zone`. Hours are on while the zone's clock shows them: those
// that it shows twice are on twice, those that it leaves out are not on that
// day.
struct DayPlan {
  std::optional<int64_t> requests;
  std::optional<int64_t> bytes;
  std::optional<HourSpan> hours;
  Zone zone = {};

  bool empty() const { return !requests && !bytes && !hours; }

  // "2026-07-24".
  std::string DayOf(Timestamp now) const;
  Timestamp NextDay(Timestamp now) const;
  // When the hours begin, where they are not on now.
  std::optional<Timestamp> OpensAt(Timestamp now) const;
};

// "22:00-06:00"; kInvalidArgument says what was expected.
Result<HourSpan> ParseHours(std::string_view text);

}  // namespace newsmill
