#include "parser/extract/date_patterns.h"

#include <re2/re2.h>

#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <vector>

namespace newsmill {
namespace {

using Unit = DateParts::Unit;

// RE2's \s and \d are ASCII.
constexpr char kTime[] =
    R"((?:(?P<half>上午|下午|晚上|傍晚|凌晨|清晨|早上|中午|午前|午後|오전|오후)\s*)?)"
    R"((?P<hour>\d{1,2}))"
    R"((?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)"
    R"((?:\s*(?P<meridiem>[AaPp]\.?[Mm]\.?))?)"
    R"(|\s*[时時点點]\s*(?:(?P<minute_of>\d{1,2})\s*分(?:\s*(?P<second_of>\d{1,2})\s*秒)?)?)"
    R"(|시\s*(?:(?P<minute_ko>\d{1,2})분)?)"
    R"(|\s*(?P<meridiem_hour>[AaPp]\.?[Mm]\.?)))";
constexpr char kZone[] =
    R"((?:\s*\(?(?P<zone>Z\b|(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2}\b|[+-]\d{2}\b|)"
    R"(UTC\b|GMT\b|BST\b|CES?T\b|EES?T\b|[EMP][SD]T\b|CDT\b|MSK\b|JST\b|KST\b|)"
    R"(HKT\b|SGT\b|北京时间)\)?)?)";
constexpr char kWeekday[] =
    R"((?:\s*[(\[]?(?:星期|周|週|礼拜)[一二三四五六日天][)\]]?)?)";
constexpr char kMonthName[] =
    R"((?P<name>[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Za-z]*\.?)";

std::string Numeric() {
  return std::string(R"((?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.])") +
         R"((?P<day>\d{1,2}))" + kWeekday + R"((?:(?:\s*[T|,]?\s*|\s+-\s+))" +
         kTime + kZone + ")?";
}

std::string Ideographic() {
  return std::string(
             R"((?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월])") +
         R"(\s*(?P<day>\d{1,2})\s*[日号號일])" + kWeekday + R"((?:[\s,]*)" +
         kTime + kZone + ")?";
}

std::string DayMonthYear() {
  return std::string(R"((?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?)") +
         kMonthName + R"(,?[\s-]+(?P<year>\d{4})(?:(?:,?\s+(?:at\s+)?|T))" +
         kTime + kZone + ")?";
}

std::string MonthDayYear() {
  return std::string(kMonthName) +
         R"(\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4}))" +
         R"((?:,?\s+(?:at\s+|-\s+)?)" + kTime + kZone + ")?";
}

// asctime, and what some platforms make of it.
std::string MonthDayTimeYear() {
  return std::string(kMonthName) + R"(\s+(?P<day>\d{1,2})\s+)" + kTime + kZone +
         R"((?:\s+CST)?\s+(?P<year>\d{4}))";
}

std::string MonthDayTime() {
  return std::string(R"((?P<month>\d{1,2})-(?P<day>\d{1,2})\s+)") + kTime +
         kZone;
}

std::string IdeographicMonthDay() {
  return std::string(R"((?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*)") +
         R"([日号號일])" + kWeekday + R"((?:[\s,]*)" + kTime + kZone + ")?";
}

// A pattern with named groups, which are the parts of a date.
class Pattern {
 public:
  explicit Pattern(const std::string& regex)
      : regex_(regex), groups_(regex_.NamedCapturingGroups()) {}

  // The first match at or after `from` that does not cut a number in two.
  std::optional<DateParts> Find(std::string_view text, size_t from) const {
    std::vector<re2::StringPiece> found(
        static_cast<size_t>(regex_.NumberOfCapturingGroups()) + 1);
    const re2::StringPiece piece(text.data(), text.size());
    for (size_t at = from; at < text.size();) {
      if (!regex_.Match(piece, at, text.size(), RE2::UNANCHORED, found.data(),
                        static_cast<int>(found.size()))) {
        return std::nullopt;
      }
      const auto begin = static_cast<size_t>(found[0].data() - text.data());
      const size_t end = begin + found[0].size();
      if (!CutsANumber(text, begin, end)) return Read(found, begin, end);
      at = begin + 1;
    }
    return std::nullopt;
  }

 private:
  using Groups = std::map<std::string, int>;

  static bool IsDigit(std::string_view text, size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  }

  static bool CutsANumber(std::string_view text, size_t begin, size_t end) {
    if (begin > 0 && IsDigit(text, begin) && IsDigit(text, begin - 1)) {
      return true;
    }
    if (!IsDigit(text, end - 1)) return false;
    if (IsDigit(text, end)) return true;
    return end < text.size() && (text[end] == '.' || text[end] == '-') &&
           IsDigit(text, end + 1);
  }

  std::string_view Group(const std::vector<re2::StringPiece>& found,
                         const char* name) const {
    const auto group = groups_.find(name);
    if (group == groups_.end()) return {};
    const re2::StringPiece piece = found[static_cast<size_t>(group->second)];
    return {piece.data(), piece.size()};
  }

  std::optional<int> Number(const std::vector<re2::StringPiece>& found,
                            std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      const std::string_view text = Group(found, name);
      int number = 0;
      if (!text.empty() &&
          std::from_chars(text.data(), text.data() + text.size(), number).ec ==
              std::errc()) {
        return number;
      }
    }
    return std::nullopt;
  }

  DateParts Read(const std::vector<re2::StringPiece>& found, size_t begin,
                 size_t end) const;

  const RE2 regex_;
  const Groups groups_;
};

int MonthOf(std::string_view name) {
  constexpr std::string_view kNames = "janfebmaraprmayjunjulaugsepoctnovdec";
  std::string lower;
  for (const char c : name) lower += static_cast<char>(c | 0x20);
  return static_cast<int>(kNames.find(lower) / 3) + 1;
}

// Milliseconds of a decimal fraction: "5" is 500.
int Milliseconds(std::string_view fraction) {
  int value = 0;
  for (size_t i = 0; i < 3; ++i) {
    value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return value;
}

std::optional<int> NamedZone(std::string_view name) {
  struct Zone {
    std::string_view name;
    int minutes;
  };
  // RFC 822, section 5.1, and those that news pages name. CST is left out: it
  // is China's on Chinese pages and Chicago's on American ones.
  constexpr std::array<Zone, 21> kZones = {{
      {"Z", 0},          {"UTC", 0},    {"GMT", 0},    {"BST", 60},
      {"CET", 60},       {"CEST", 120}, {"EET", 120},  {"EEST", 180},
      {"EST", -300},     {"EDT", -240}, {"CDT", -300}, {"MST", -420},
      {"MDT", -360},     {"PST", -480}, {"PDT", -420}, {"MSK", 180},
      {"JST", 540},      {"KST", 540},  {"HKT", 480},  {"SGT", 480},
      {"北京时间", 480},
  }};
  for (const Zone& zone : kZones) {
    if (zone.name == name) return zone.minutes;
  }
  return std::nullopt;
}

std::optional<int> ReadZone(std::string_view zone) {
  if (zone.empty()) return std::nullopt;
  if (const auto named = NamedZone(zone)) return named;
  const size_t sign = zone.find_first_of("+-");
  if (sign == std::string_view::npos) return std::nullopt;
  int number = 0;
  size_t digits = 0;
  for (const char c : zone.substr(sign + 1)) {
    if (c == ':') continue;
    number = number * 10 + (c - '0');
    ++digits;
  }
  const int hours = digits == 4 ? number / 100 : number;
  const int minutes = digits == 4 ? number % 100 : 0;
  if (hours > 14 || minutes > 59) return std::nullopt;
  const int offset = hours * 60 + minutes;
  return zone[sign] == '-' ? -offset : offset;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

DateParts Pattern::Read(const std::vector<re2::StringPiece>& found,
                        size_t begin, size_t end) const {
  DateParts parts;
  parts.begin = begin;
  parts.end = end;
  parts.year = Number(found, {"year"});
  parts.month = Number(found, {"month"});
  if (const std::string_view name = Group(found, "name"); !name.empty()) {
    parts.month = MonthOf(name);
  }
  parts.day = Number(found, {"day"});
  parts.hour = Number(found, {"hour"});
  parts.minute = Number(found, {"minute", "minute_of", "minute_ko"});
  parts.second = Number(found, {"second", "second_of"});
  if (const std::string_view digits = Group(found, "fraction");
      !digits.empty()) {
    parts.millisecond = Milliseconds(digits);
  }
  std::string half(Group(found, "half"));
  half += Group(found, "meridiem");
  half += Group(found, "meridiem_hour");
  parts.afternoon = Contains(half, "下午") || Contains(half, "晚") ||
                    Contains(half, "傍晚") || Contains(half, "午後") ||
                    Contains(half, "오후") || Contains(half, "p") ||
                    Contains(half, "P");
  parts.forenoon = !half.empty() && !parts.afternoon && half != "中午";
  parts.zone_minutes = ReadZone(Group(found, "zone"));
  return parts;
}

// The first match in the text over several patterns; the longest of those that
// begin together.
std::optional<DateParts> FindFirst(
    const std::vector<std::unique_ptr<Pattern>>& patterns,
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

std::vector<std::unique_ptr<Pattern>> MakePatterns(
    std::initializer_list<std::string> regexes) {
  std::vector<std::unique_ptr<Pattern>> patterns;
  for (const std::string& regex : regexes) {
    patterns.push_back(std::make_unique<Pattern>(regex));
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
  const re2::StringPiece piece(text.data(), text.size());
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
  std::string unit(found[2]);
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
  const re2::StringPiece piece(text.data(), text.size());
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
  static const std::vector<std::unique_ptr<Pattern>> patterns = [] {
    const std::string tail =
        std::string(R"((?:,?\s*(?:at\s+)?)") + kTime + kZone + ")?";
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
  static const std::vector<std::unique_ptr<Pattern>> patterns =
      MakePatterns({Numeric(), Ideographic(), DayMonthYear(), MonthDayYear(),
                    MonthDayTimeYear()});
  return FindFirst(patterns, text);
}

std::optional<DateParts> FindYearlessDate(std::string_view text) {
  static const std::vector<std::unique_ptr<Pattern>> patterns =
      MakePatterns({MonthDayTime(), IdeographicMonthDay()});
  return FindFirst(patterns, text);
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
  static const std::vector<std::unique_ptr<Pattern>> patterns = MakePatterns({
      std::string(R"(^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T?)") +
          R"((?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)" + kZone + "$",
      R"(^(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})$)",
      R"(^(?P<year>\d{4})[-/.](?P<month>\d{1,2})$)",
      R"(^(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月$)",
      R"(^(?P<year>(?:19|20)\d{2})年?$)",
  });
  return FindFirst(patterns, text);
}

}  // namespace newsmill
