#include "core/sites/day_plan.h"

#include <cstdio>

namespace newsmill {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr int kMinutesOfADay = 24 * 60;

// "06:30", from 00:00 to 24:00; -1 for what is no time of day.
int MinutesOf(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  for (const size_t i : {0, 1, 3, 4}) {
    if (text[i] < '0' || text[i] > '9') return -1;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  const int all = hour * 60 + minute;
  return minute > 59 || all > kMinutesOfADay ? -1 : all;
}

// Midnight of the day that the zone's clock shows, as it shows it.
Timestamp ShownMidnight(Timestamp now, const Zone& zone) {
  return Timestamp(std::chrono::floor<days>(zone.ShownAt(now)));
}

}  // namespace

std::string DayPlan::DayOf(Timestamp now) const {
  const std::chrono::year_month_day day(
      std::chrono::floor<days>(zone.ShownAt(now)));
  char text[32];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
      static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

Timestamp DayPlan::NextDay(Timestamp now) const {
  const Timestamp midnight = ShownMidnight(now, zone) + days(1);
  return zone.NextShowing(midnight, now).value_or(now + days(1));
}

std::optional<Timestamp> DayPlan::OpensAt(Timestamp now) const {
  if (!hours) return std::nullopt;
  const Timestamp midnight = ShownMidnight(now, zone);
  const Timestamp shown = zone.ShownAt(now);
  const Timestamp from = midnight + minutes(hours->from);
  const Timestamp to = midnight + minutes(hours->to);
  const bool open = hours->from < hours->to ? shown >= from && shown < to
                                            : shown >= from || shown < to;
  if (open) return std::nullopt;
  const auto today = zone.NextShowing(from, now);
  return today ? today : zone.NextShowing(from + days(1), now);
}

Result<HourSpan> ParseHours(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    const int from = MinutesOf(text.substr(0, dash));
    const int to = MinutesOf(text.substr(dash + 1));
    if (from >= 0 && to >= 0 && from != to) return HourSpan{from, to};
  }
  return Error{Code::kInvalidArgument,
               "'" + std::string(text) +
                   "' are no hours of a day; expected such as 22:00-06:00"};
}

}  // namespace newsmill
