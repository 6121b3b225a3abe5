#include "parser/extract/date_regex.h"

#include <array>
#include <charconv>

#include "parser/extract/month_names.h"
#include "parser/html/regex_text.h"

namespace newsmill {

const char* const kTimeRegex =
    R"((?:(?P<half>上午|下午|晚上|傍晚|凌晨|清晨|早上|中午|午前|午後|오전|오후)\s*)?)"
    R"((?P<hour>\d{1,2}))"
    R"((?:[:.hH](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)"
    R"((?:\s*(?P<meridiem>[AaPp]\.?[Mm]\b\.?))?)"
    R"(|\s*[時时点點]\s*(?:(?P<minute_of>\d{1,2})\s*分(?:\s*(?P<second_of>\d{1,2})\s*秒)?)?)"
    R"(|시\s*(?:(?P<minute_ko>\d{1,2})분)?)"
    R"(|\s*(?P<meridiem_hour>[AaPp]\.?[Mm]\b\.?)))";
const char* const kZoneRegex =
    R"((?:\s*(?:Uhr\s*)?\(?(?P<zone>Z\b|(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2}\b|[+-]\d{2}\b|)"
    R"(UTC\b|GMT\b|BST\b|CES?T\b|EES?T\b|[EMP][SD]T\b|CDT\b|MSK\b|JST\b|KST\b|)"
    R"(IST\b|AE[SD]T\b|NZ[SD]T\b|SAST\b|WIB\b|PKT\b|TRT\b|)"
    R"(HKT\b|SGT\b|北京时间)\)?)?)";

namespace {

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
  constexpr std::array<Zone, 29> kZones = {{
      {"Z", 0},          {"UTC", 0},    {"GMT", 0},    {"BST", 60},
      {"CET", 60},       {"CEST", 120}, {"EET", 120},  {"EEST", 180},
      {"EST", -300},     {"EDT", -240}, {"CDT", -300}, {"MST", -420},
      {"MDT", -360},     {"PST", -480}, {"PDT", -420}, {"MSK", 180},
      {"JST", 540},      {"KST", 540},  {"HKT", 480},  {"SGT", 480},
      {"北京时间", 480}, {"IST", 330},  {"AEST", 600}, {"AEDT", 660},
      {"NZST", 720},     {"NZDT", 780}, {"SAST", 120}, {"WIB", 420},
      {"PKT", 300},
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

bool IsDigit(std::string_view text, size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

bool CutsANumber(std::string_view text, size_t begin, size_t end) {
  if (begin > 0 && IsDigit(text, begin) && IsDigit(text, begin - 1)) {
    return true;
  }
  if (!IsDigit(text, end - 1)) return false;
  if (IsDigit(text, end)) return true;
  return end < text.size() && (text[end] == '.' || text[end] == '-') &&
         IsDigit(text, end + 1);
}

}  // namespace

DatePattern::DatePattern(const std::string& regex)
    : regex_(regex), groups_(regex_.NamedCapturingGroups()) {}

std::optional<DateParts> DatePattern::Find(std::string_view text,
                                           size_t from) const {
  std::vector<re2::StringPiece> found(
      static_cast<size_t>(regex_.NumberOfCapturingGroups()) + 1);
  const re2::StringPiece piece = ForRegex(text);
  for (size_t at = from; at < text.size();) {
    if (!regex_.Match(piece, at, text.size(), RE2::UNANCHORED, found.data(),
                      static_cast<int>(found.size()))) {
      return std::nullopt;
    }
    const auto begin = static_cast<size_t>(found[0].data() - text.data());
    const size_t end = begin + found[0].size();
    if (end > begin && !CutsANumber(text, begin, end)) {
      return Read(found, begin, end);
    }
    at = begin + 1;
  }
  return std::nullopt;
}

std::optional<DateParts> DatePattern::Begin(std::string_view text) const {
  std::vector<re2::StringPiece> found(
      static_cast<size_t>(regex_.NumberOfCapturingGroups()) + 1);
  const re2::StringPiece piece = ForRegex(text);
  if (!regex_.Match(piece, 0, text.size(), RE2::ANCHOR_START, found.data(),
                    static_cast<int>(found.size()))) {
    return std::nullopt;
  }
  const size_t end = found[0].size();
  if (end == 0 || CutsANumber(text, 0, end)) return std::nullopt;
  return Read(found, 0, end);
}

std::string_view DatePattern::Group(const std::vector<re2::StringPiece>& found,
                                    const char* name) const {
  const auto group = groups_.find(name);
  if (group == groups_.end()) return {};
  return FromRegex(found[static_cast<size_t>(group->second)]);
}

std::optional<int> DatePattern::Number(
    const std::vector<re2::StringPiece>& found,
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

DateParts DatePattern::Read(const std::vector<re2::StringPiece>& found,
                            size_t begin, size_t end) const {
  DateParts parts;
  parts.begin = begin;
  parts.end = end;
  parts.year = Number(found, {"year"});
  parts.month = Number(found, {"month"});
  if (const std::string_view name = Group(found, "name"); !name.empty()) {
    std::string lower;
    for (const char c : name) lower += static_cast<char>(c | 0x20);
    parts.month = MonthNamed(lower);
  }
  parts.day = Number(found, {"day"});
  const std::string_view mark = Group(found, "mark");
  parts.either_way = mark == "/" || mark == "-";
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

}  // namespace newsmill
