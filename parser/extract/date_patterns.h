#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace newsmill {

// The parts of one date as a page writes it, not yet checked against the
// calendar. Empty where the page does not say.
struct DateParts {
  // Where it stands in the text that was searched.
  size_t begin = 0;
  size_t end = 0;

  std::optional<int> year, month, day;
  std::optional<int> hour, minute, second, millisecond;
  bool afternoon = false;  // 12-hour clock
  bool forenoon = false;
  std::optional<int> zone_minutes;
  // "5/6/2024": either number may be the day; it was read as day and month.
  bool either_way = false;

  // Relative dates: so many of this unit before the fetch; for kDay with a time
  // of its own.
  enum class Unit { kNone, kSecond, kMinute, kHour, kDay, kMonth, kYear };
  Unit unit = Unit::kNone;
  int ago = 0;
};

// The first date with a year, without one, and relative to the fetch, in text
// whose digits and spaces are ASCII.
std::optional<DateParts> FindFullDate(std::string_view text);
std::optional<DateParts> FindYearlessDate(std::string_view text);
std::optional<DateParts> FindRelativeDate(std::string_view text);

// Text that is nothing but a compact date: "20240506", "20240506070809",
// "20240506T070809Z", "2024-05", "2024".
std::optional<DateParts> ReadCompactDate(std::string_view text);

}  // namespace newsmill
