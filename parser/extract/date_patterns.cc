#include "parser/extract/date_patterns.h"

#include <re2/re2.h>

#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <vector>

#include "parser/extract/date_regex.h"
#include "parser/extract/date_words.h"
#include "parser/html/regex_text.h"

namespace newsmill {
namespace {

using Unit = DateParts::Unit;

constexpr char kWeekday[] =
    R"((?:\s*[(\[]?(?:星期|周|週|礼拜)[一二三四五六日天][)\]]?)?)";
constexpr char kMonthName[] =
    R"((?P<name>[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Za-z]*\.?)";

std::string Numeric() {
  return std::string(R"((?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.])") +
         R"((?P<day>\d{1,2}))" + kWeekday + R"((?:(?:\s*[T|,]?\s*|\s+-\s+))" +
         kTimeRegex + kZoneRegex + ")?";
}

std::string Ideographic() {
  return std::string(
             R"((?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월])") +
         R"(\s*(?P<day>\d{1,2})\s*[日号號일])" + kWeekday + R"((?:[\s,]*)" +
         kTimeRegex + kZoneRegex + ")?";
}

// European; whether "5/6" is in June or May, the reader knows better.
std::string DayMonthYear() {
  return std::string(
             R"((?P<day>\d{1,2})(?P<mark>[./-])\s?(?P<month>\d{1,2})[./-]\s?)") +
         R"((?P<year>(?:19|20)\d{2})\.?(?:(?:\s*[,|–-]?\s*(?:at|um|à|kl\.?|ob|klo|alle|ore|в|о)?\s*))" +
         kTimeRegex + kZoneRegex + ")?";
}

// Two digits of the year, where nothing else could be meant.
std::string DayMonthShortYear() {
  return std::string(R"((?P<day>\d{2})(?P<mark>[./])(?P<month>\d{2})[./])") +
         R"((?P<year>\d{2})(?:(?:\s*[,|–-]?\s*(?:um\s*)?))" + kTimeRegex +
         kZoneRegex + ")?";
}

// asctime, and what some platforms make of it.
std::string MonthDayTimeYear() {
  return std::string(kMonthName) + R"(\s+(?P<day>\d{1,2})\s+)" + kTimeRegex +
         kZoneRegex + R"((?:\s+CST)?\s+(?P<year>\d{4}))";
}

std::string MonthDayTime() {
  return std::string(R"((?P<month>\d{1,2})-(?P<day>\d{1,2})\s+)") + kTimeRegex +
         kZoneRegex;
}

std::string IdeographicMonthDay() {
  return std::string(R"((?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*)") +
         R"([日号號일])" + kWeekday + R"((?:[\s,]*)" + kTimeRegex + kZoneRegex +
         ")?";
}

// The first match in the text over several patterns; the longest of those that
// begin together.
std::optional<DateParts> FindFirst(
    const std::vector<std::unique_ptr<DatePattern>>& patterns,
    std::string_view text) {
  std::optional<DateParts> best;
  for (const auto& pattern : patterns) {
    std::optional<DateParts> parts = pattern->Find(text, 0);
    if (!parts) continue;
    if (!best || parts->begin < best->begin ||
        (parts->begin == best->begin && parts->end > best->end)) {
      best = parts;
    }
  }
  return best;
}

std::optional<DateParts> Earlier(std::optional<DateParts> a,
                                 std::optional<DateParts> b) {
  if (!a || !b) return a ? a : b;
  // Of two that begin together, the longer one.
  if (a->begin != b->begin) return a->begin < b->begin ? a : b;
  return a->end >= b->end ? a : b;
}

std::vector<std::unique_ptr<DatePattern>> MakePatterns(
    std::initializer_list<std::string> regexes) {
  std::vector<std::unique_ptr<DatePattern>> patterns;
  for (const std::string& regex : regexes) {
    patterns.push_back(std::make_unique<DatePattern>(regex));
  }
  return patterns;
}

struct UnitWord {
  std::string_view word;
  Unit unit;
  int times;
};

constexpr std::array<UnitWord, 26> kUnits = {{
    {"秒", Unit::kSecond, 1},     {"秒钟", Unit::kSecond, 1},
    {"分", Unit::kMinute, 1},     {"分钟", Unit::kMinute, 1},
    {"分鐘", Unit::kMinute, 1},   {"小时", Unit::kHour, 1},
    {"个小时", Unit::kHour, 1},   {"小時", Unit::kHour, 1},
    {"天", Unit::kDay, 1},        {"日", Unit::kDay, 1},
    {"周", Unit::kDay, 7},        {"週", Unit::kDay, 7},
    {"星期", Unit::kDay, 7},      {"个星期", Unit::kDay, 7},
    {"个月", Unit::kMonth, 1},    {"個月", Unit::kMonth, 1},
    {"年", Unit::kYear, 1},       {"sec", Unit::kSecond, 1},
    {"second", Unit::kSecond, 1}, {"min", Unit::kMinute, 1},
    {"minute", Unit::kMinute, 1}, {"hour", Unit::kHour, 1},
    {"day", Unit::kDay, 1},       {"week", Unit::kDay, 7},
    {"month", Unit::kMonth, 1},   {"year", Unit::kYear, 1},
}};

std::optional<DateParts> FindAgo(std::string_view text) {
  static const RE2 chinese(
      R"((\d{1,4})\s*(秒钟|秒|分钟|分鐘|分|个小时|小时|小時|天|日|周|週|个星期|星期|个月|個月|年)(?:之)?前)");
  static const RE2 english(
      R"((?i)\b(\d{1,4}|an?|one)\s+(sec|second|min|minute|hour|day|week|month|year)s?\s+ago\b)");
  const re2::StringPiece piece = ForRegex(text);
  std::array<re2::StringPiece, 3> found;
  if (!chinese.Match(piece, 0, text.size(), RE2::UNANCHORED, found.data(), 3) &&
      !english.Match(piece, 0, text.size(), RE2::UNANCHORED, found.data(), 3)) {
    return std::nullopt;
  }
  DateParts parts;
  parts.begin = static_cast<size_t>(found[0].data() - text.data());
  parts.end = parts.begin + found[0].size();
  int number = 1;
  std::from_chars(found[1].data(), found[1].data() + found[1].size(), number);
  std::string unit(FromRegex(found[2]));
  for (char& c : unit) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  for (const UnitWord& word : kUnits) {
    if (word.word != unit) continue;
    parts.unit = word.unit;
    parts.ago = number * word.times;
    return parts;
  }
  return std::nullopt;
}

std::optional<DateParts> FindNow(std::string_view text) {
  static const RE2 now(
      R"((?i)(刚刚|刚才|剛剛|\bjust now\b)|(半小时前|半小時前)|(上周|上週|\blast week\b))");
  const re2::StringPiece piece = ForRegex(text);
  std::array<re2::StringPiece, 4> found;
  if (!now.Match(piece, 0, text.size(), RE2::UNANCHORED, found.data(), 4)) {
    return std::nullopt;
  }
  DateParts parts;
  parts.begin = static_cast<size_t>(found[0].data() - text.data());
  parts.end = parts.begin + found[0].size();
  parts.unit = found[3].empty() ? Unit::kMinute : Unit::kDay;
  parts.ago = !found[1].empty() ? 0 : !found[2].empty() ? 30 : 7;
  return parts;
}

std::optional<DateParts> FindNamedDay(std::string_view text) {
  static const std::vector<std::unique_ptr<DatePattern>> patterns = [] {
    const std::string tail =
        std::string(R"((?:,?\s*(?:at\s+)?)") + kTimeRegex + kZoneRegex + ")?";
    return MakePatterns({"(?:今天|今日|(?i:\\btoday\\b))" + tail,
                         "(?:昨天|昨日|(?i:\\byesterday\\b))" + tail,
                         "(?:前天|前日)" + tail});
  }();
  std::optional<DateParts> best;
  for (size_t days = 0; days < patterns.size(); ++days) {
    std::optional<DateParts> parts = patterns[days]->Find(text, 0);
    if (!parts || (best && best->begin <= parts->begin)) continue;
    parts->unit = Unit::kDay;
    parts->ago = static_cast<int>(days);
    best = parts;
  }
  return best;
}

}  // namespace

std::optional<DateParts> FindFullDate(std::string_view text) {
  static const std::vector<std::unique_ptr<DatePattern>> patterns =
      MakePatterns({Numeric(), Ideographic(), DayMonthYear(),
                    MonthDayTimeYear(), DayMonthShortYear()});
  return Earlier(FindFirst(patterns, text), FindNamedMonth(text, true));
}

std::optional<DateParts> FindYearlessDate(std::string_view text) {
  static const std::vector<std::unique_ptr<DatePattern>> patterns =
      MakePatterns({MonthDayTime(), IdeographicMonthDay()});
  return Earlier(FindFirst(patterns, text), FindNamedMonth(text, false));
}

std::optional<DateParts> FindRelativeDate(std::string_view text) {
  std::optional<DateParts> best;
  for (const auto find : {FindAgo, FindNow, FindNamedDay}) {
    std::optional<DateParts> parts = find(text);
    if (parts && (!best || parts->begin < best->begin)) best = parts;
  }
  return best;
}

std::optional<DateParts> ReadCompactDate(std::string_view text) {
  static const std::vector<std::unique_ptr<DatePattern>> patterns =
      MakePatterns({
          std::string(R"(^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T?)") +
              R"((?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)" +
              kZoneRegex + "$",
          R"(^(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})$)",
          R"(^(?P<year>\d{4})[-/.](?P<month>\d{1,2})$)",
          R"(^(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月$)",
          R"(^(?P<year>(?:19|20)\d{2})年?$)",
      });
  return FindFirst(patterns, text);
}

}  // namespace newsmill
