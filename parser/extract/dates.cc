#include "parser/extract/dates.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "parser/extract/date_patterns.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;
using Unit = DateParts::Unit;
using v1::PageDate;

// A date stands near the beginning of whatever names one.
constexpr size_t kMaxBytes = 16 << 10;
constexpr int kFirstYear = 1800;
constexpr int kLastYear = 2200;

// Text with ASCII digits and spaces, and where each byte of it comes from.
struct Folded {
  std::string text;
  std::vector<uint32_t> origin;
};

// Of the digits that news is written with besides ASCII's: Arabic-Indic,
// Persian, Devanagari, Bengali, Thai. -1 for all else.
int DigitOf(char32_t c) {
  for (const char32_t zero : {0x0660U, 0x06F0U, 0x0966U, 0x09E6U, 0x0E50U}) {
    if (c >= zero && c <= zero + 9) return static_cast<int>(c - zero);
  }
  return -1;
}

Folded Fold(std::string_view text) {
  Folded folded;
  for (size_t at = 0; at < text.size();) {
    const auto begin = static_cast<uint32_t>(at);
    const char32_t c = NextCodePoint(text, &at);
    if (c == 0x200B || c == 0xFEFF) continue;
    const bool space = c == 0xA0 || c == 0x202F || c == 0x2009;
    if (space) {
      folded.text += ' ';
    } else if (const int digit = DigitOf(c); digit >= 0) {
      folded.text += static_cast<char>('0' + digit);
    } else {
      folded.text += FoldWidth(text.substr(begin, at - begin));
    }
    folded.origin.resize(folded.text.size(), begin);
  }
  folded.origin.push_back(static_cast<uint32_t>(text.size()));
  return folded;
}

Timestamp WallClock(const year_month_day& date) {
  return std::chrono::time_point_cast<milliseconds>(
      std::chrono::sys_days(date));
}

year_month_day DayOf(Timestamp local) {
  return year_month_day(std::chrono::floor<days>(local));
}

// Hour of the 24-hour clock; empty for an impossible time of day.
std::optional<milliseconds> TimeOfDay(const DateParts& parts) {
  int hour = parts.hour.value_or(0);
  const int minute = parts.minute.value_or(0);
  const int second = parts.second.value_or(0);
  if (parts.afternoon && hour < 12) hour += 12;
  if (parts.forenoon && hour == 12) hour = 0;
  const bool midnight = hour == 24 && minute == 0 && second == 0;
  if ((hour > 23 && !midnight) || minute > 59 || second > 60) {
    return std::nullopt;
  }
  return hours(hour) + minutes(minute) + seconds(second) +
         milliseconds(parts.millisecond.value_or(0));
}

PageDate::Precision PrecisionOf(const DateParts& parts) {
  if (parts.millisecond) return PageDate::MILLISECOND;
  if (parts.second) return PageDate::SECOND;
  if (parts.minute) return PageDate::MINUTE;
  if (parts.hour) return PageDate::HOUR;
  if (parts.day) return PageDate::DAY;
  return parts.month ? PageDate::MONTH : PageDate::YEAR;
}

// A date in progress: `local` is what the page's clock shows.
struct Reading {
  Timestamp local;
  PageDate::Precision precision = PageDate::DAY;
  bool year_assumed = false;
  bool relative = false;
};

std::optional<Reading> ReadCalendar(const DateParts& parts, int year) {
  if (year < 100) year += year < 70 ? 2000 : 1900;
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  const year_month_day date(
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(parts.month.value_or(1))),
      std::chrono::day(static_cast<unsigned>(parts.day.value_or(1))));
  const std::optional<milliseconds> time = TimeOfDay(parts);
  if (!date.ok() || !time) return std::nullopt;
  return Reading{WallClock(date) + *time, PrecisionOf(parts)};
}

class Reader {
 public:
  Reader(std::string_view text, const DateContext& context)
      : text_(text), folded_(Fold(text)), context_(context) {}

  std::optional<FoundDate> Run() const {
    if (auto date = Epoch()) return date;
    if (auto date = WithYear(ReadCompactDate(TrimBlanks(folded_.text)))) {
      return date;
    }
    if (auto date = WithYear(FindFullDate(folded_.text))) return date;
    if (auto date = WithoutYear(FindYearlessDate(folded_.text))) return date;
    return Relative(FindRelativeDate(folded_.text));
  }

 private:
  std::optional<FoundDate> Epoch() const {
    const std::string_view digits = TrimBlanks(folded_.text);
    if (digits.size() != 10 && digits.size() != 13) return std::nullopt;
    int64_t number = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    auto date = PageDateFromEpoch(number, context_);
    if (!date) return std::nullopt;
    return FoundDate{*std::move(date), 0, text_.size()};
  }

  std::optional<FoundDate> WithYear(
      const std::optional<DateParts>& parts) const {
    if (!parts) return std::nullopt;
    std::optional<Reading> reading;
    DateParts other = *parts;
    std::swap(other.day, other.month);
    const bool swap = parts->either_way && context_.month_first;
    if (swap) reading = ReadCalendar(other, *parts->year);
    if (!reading) reading = ReadCalendar(*parts, *parts->year);
    if (!reading && parts->either_way) {
      reading = ReadCalendar(other, *parts->year);
    }
    if (!reading) return std::nullopt;
    return Make(*parts, *reading);
  }

  // The year of the fetch, or the one before where the date would lie more than
  // a day ahead.
  std::optional<FoundDate> WithoutYear(
      const std::optional<DateParts>& parts) const {
    if (!parts) return std::nullopt;
    const Timestamp now = LocalNow(*parts);
    const int this_year = static_cast<int>(DayOf(now).year());
    // 29 February may be four, or around a century eight, years back.
    for (int year = this_year; year > this_year - 9; --year) {
      std::optional<Reading> reading = ReadCalendar(*parts, year);
      if (!reading || reading->local > now + days(1)) continue;
      reading->year_assumed = true;
      return Make(*parts, *reading);
    }
    return std::nullopt;
  }

  std::optional<FoundDate> Relative(
      const std::optional<DateParts>& parts) const {
    if (!parts) return std::nullopt;
    Reading reading;
    reading.relative = true;
    const Timestamp now = LocalNow(*parts);
    switch (parts->unit) {
      case Unit::kSecond:
        reading.local = now - seconds(parts->ago);
        reading.precision = PageDate::SECOND;
        break;
      case Unit::kMinute:
        reading.local = now - minutes(parts->ago);
        reading.precision = PageDate::MINUTE;
        break;
      case Unit::kHour:
        reading.local = now - hours(parts->ago);
        reading.precision = PageDate::HOUR;
        break;
      default:
        return RelativeDay(*parts, now);
    }
    reading.local = reading.precision == PageDate::SECOND
                        ? std::chrono::floor<seconds>(reading.local)
                        : std::chrono::floor<minutes>(reading.local);
    return Make(*parts, reading);
  }

  std::optional<FoundDate> RelativeDay(const DateParts& parts,
                                       Timestamp now) const {
    year_month_day date = DayOf(now);
    if (parts.unit == Unit::kDay) {
      date = DayOf(now - days(parts.ago));
    } else {
      const bool by_month = parts.unit == Unit::kMonth;
      date -= std::chrono::months(by_month ? parts.ago : parts.ago * 12);
      if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
    }
    const std::optional<milliseconds> time = TimeOfDay(parts);
    // "2024年前" is before 2024, or no date at all.
    const bool long_ago = static_cast<int>(date.year()) < kFirstYear;
    if (!date.ok() || long_ago || !time) return std::nullopt;
    Reading reading;
    reading.local = WallClock(date) + *time;
    reading.relative = true;
    reading.precision = parts.unit == Unit::kMonth  ? PageDate::MONTH
                        : parts.unit == Unit::kYear ? PageDate::YEAR
                        : parts.hour                ? PrecisionOf(parts)
                                                    : PageDate::DAY;
    return Make(parts, reading);
  }

  int Offset(const DateParts& parts) const {
    return parts.zone_minutes.value_or(context_.default_utc_offset_minutes);
  }

  Timestamp LocalNow(const DateParts& parts) const {
    return context_.fetched_at + minutes(Offset(parts));
  }

  FoundDate Make(const DateParts& parts, const Reading& reading) const {
    FoundDate found;
    PageDate& date = found.date;
    const uint32_t begin = folded_.origin[parts.begin];
    const uint32_t end = folded_.origin[parts.end];
    date.set_raw(std::string(TrimBlanks(text_.substr(begin, end - begin))));
    *date.mutable_time() = ToProto(reading.local - minutes(Offset(parts)));
    date.set_precision(reading.precision);
    date.set_utc_offset_minutes(Offset(parts));
    date.set_zone_assumed(!parts.zone_minutes.has_value());
    date.set_year_assumed(reading.year_assumed);
    date.set_relative(reading.relative);
    found.begin = begin;
    found.end = end;
    return found;
  }

  const std::string_view text_;
  const Folded folded_;
  const DateContext& context_;
};

}  // namespace

std::optional<FoundDate> FindPageDate(std::string_view text,
                                      const DateContext& context) {
  size_t size = std::min(text.size(), kMaxBytes);
  // Not through the middle of a character.
  while (size < text.size() &&
         (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  text = text.substr(0, size);
  return Reader(text, context).Run();
}

std::optional<v1::PageDate> ParsePageDate(std::string_view text,
                                          const DateContext& context) {
  text = TrimBlanks(text);
  if (text.empty()) return std::nullopt;
  auto found = FindPageDate(text, context);
  if (!found) return std::nullopt;
  return std::move(found->date);
}

std::optional<v1::PageDate> PageDateFromEpoch(int64_t number,
                                              const DateContext& context) {
  const bool in_seconds = number >= 100'000'000 && number < 10'000'000'000;
  const bool in_milliseconds =
      number >= 100'000'000'000 && number < 10'000'000'000'000;
  if (!in_seconds && !in_milliseconds) return std::nullopt;
  v1::PageDate date;
  date.set_raw(std::to_string(number));
  *date.mutable_time() =
      ToProto(Timestamp(milliseconds(in_seconds ? number * 1000 : number)));
  date.set_precision(in_seconds ? v1::PageDate::SECOND
                                : v1::PageDate::MILLISECOND);
  date.set_utc_offset_minutes(context.default_utc_offset_minutes);
  return date;
}

}  // namespace newsmill
