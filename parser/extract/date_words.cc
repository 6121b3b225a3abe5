#include "parser/extract/date_words.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <string>
#include <vector>

#include "parser/extract/date_regex.h"
#include "parser/extract/month_names.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

constexpr size_t kMaxTokens = 4000;
constexpr int kBuddhistYears = 543;

struct Token {
  enum class Kind { kNumber, kWord, kMark };
  Kind kind = Kind::kMark;
  size_t begin = 0;
  size_t end = 0;
  int number = -1;  // of at most four digits
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWordStart(std::string_view text, size_t at) {
  const auto byte = static_cast<uint8_t>(text[at]);
  if (byte < 0x80) return ((byte | 0x20) >= 'a') && ((byte | 0x20) <= 'z');
  const auto point = static_cast<UChar32>(NextCodePoint(text, &at));
  return u_isalpha(point) != 0 || u_charType(point) == U_NON_SPACING_MARK ||
         u_charType(point) == U_COMBINING_SPACING_MARK;
}

std::vector<Token> Tokens(std::string_view text) {
  std::vector<Token> tokens;
  for (size_t at = 0; at < text.size() && tokens.size() < kMaxTokens;) {
    Token token;
    token.begin = at;
    if (text[at] == ' ' || text[at] == '\n' || text[at] == '\t') {
      ++at;
      continue;
    }
    if (IsDigit(text[at])) {
      token.kind = Token::Kind::kNumber;
      int number = 0;
      while (at < text.size() && IsDigit(text[at])) {
        if (at - token.begin < 4) number = number * 10 + (text[at] - '0');
        ++at;
      }
      if (at - token.begin <= 4) token.number = number;
    } else if (IsWordStart(text, at)) {
      token.kind = Token::Kind::kWord;
      while (at < text.size() && !IsDigit(text[at]) && IsWordStart(text, at)) {
        NextCodePoint(text, &at);
      }
    } else {
      NextCodePoint(text, &at);
    }
    token.end = at;
    tokens.push_back(token);
  }
  return tokens;
}

std::string Lower(std::string_view word) {
  std::string out;
  for (size_t at = 0; at < word.size();) {
    const auto point = static_cast<UChar32>(NextCodePoint(word, &at));
    // The Turkish capital I with a dot.
    AppendUtf8(point == 0x130 ? U'i' : static_cast<char32_t>(u_tolower(point)),
               &out);
  }
  return out;
}

// Words that may stand between the parts of a date.
bool IsFiller(std::string_view word) {
  static constexpr std::string_view kFillers[] = {
      "de",   "del", "of", "st", "nd",      "rd", "th",   "er",  "the",
      "den",  "d",   "г",  "m",  "gada",    "a",  "ta",   "o",   "dne",
      "ngày", "năm", "ב",  "di", "tanggal", "în", "року", "рік", "года"};
  return std::find(std::begin(kFillers), std::end(kFillers), word) !=
         std::end(kFillers);
}

class Finder {
 public:
  Finder(std::string_view text, bool with_year)
      : text_(text), with_year_(with_year), tokens_(Tokens(text)) {}

  std::optional<DateParts> Run() const {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind != Token::Kind::kWord || !NearNumber(i)) continue;
      const std::optional<int> month = MonthAt(i);
      if (!month) continue;
      auto parts = DayFirst(i, *month);
      if (!parts) parts = YearFirst(i, *month);
      if (!parts) parts = MonthFirst(i, *month);
      if (!parts) continue;
      AddTime(&*parts);
      return parts;
    }
    return std::nullopt;
  }

 private:
  // Whether NumberFrom could find one from here; most words of a line are no
  // month, and this is cheaper than to look them up.
  bool NearNumber(size_t i) const {
    constexpr size_t kReach = 4;
    const size_t end = std::min(i + kReach + 1, tokens_.size());
    return std::any_of(
        tokens_.begin() + static_cast<long>(i - std::min(i, kReach)),
        tokens_.begin() + static_cast<long>(end),
        [](const Token& t) { return t.kind == Token::Kind::kNumber; });
  }

  std::optional<int> MonthAt(size_t i) const {
    const std::string_view word = Text(i);
    if (word.size() < 3 || word.size() > 40) return std::nullopt;
    return MonthNamed(Lower(word));
  }

  std::string_view Text(size_t i) const {
    return text_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin);
  }

  // The number before or behind token `i`, over fillers and single marks.
  std::optional<size_t> NumberFrom(size_t i, int step) const {
    int fillers = 0;
    for (size_t at = i;;) {
      if (step < 0 && at == 0) return std::nullopt;
      at = step < 0 ? at - 1 : at + 1;
      if (at >= tokens_.size()) return std::nullopt;
      const Token& token = tokens_[at];
      if (token.kind == Token::Kind::kNumber) {
        if (token.number < 0) return std::nullopt;
        return at;
      }
      if (++fillers > 3) return std::nullopt;
      if (token.kind == Token::Kind::kMark) {
        const std::string_view mark = Text(at);
        if (mark == "." || mark == "," || mark == "-" || mark == "–" ||
            mark == "/" || mark == "º" || mark == "°" || mark == "ª" ||
            mark == "'" || mark == "’") {
          continue;
        }
        return std::nullopt;
      }
      if (!IsFiller(Lower(Text(at)))) return std::nullopt;
    }
  }

  static bool IsDay(int number) { return number >= 1 && number <= 31; }

  bool IsYear(size_t token) const {
    const int number = tokens_[token].number;
    return tokens_[token].end - tokens_[token].begin == 4 && number >= 1800 &&
           number < 2700;
  }

  static int Gregorian(int year) {
    return year >= 2400 ? year - kBuddhistYears : year;
  }

  std::optional<DateParts> Make(size_t first, size_t last, int day, int month,
                                std::optional<int> year) const {
    if (year.has_value() != with_year_) return std::nullopt;
    DateParts parts;
    parts.begin = tokens_[first].begin;
    parts.end = tokens_[last].end;
    parts.day = day;
    parts.month = month;
    if (year) parts.year = Gregorian(*year);
    return parts;
  }

  // "6 May 2024", "6. Mai 2024", "6-May-24"
  std::optional<DateParts> DayFirst(size_t i, int month) const {
    const auto day = NumberFrom(i, -1);
    if (!day || !IsDay(tokens_[*day].number)) return std::nullopt;
    // "10:30 May 6": the number belongs to a time.
    if (*day > 0 && Text(*day - 1) == ":") return std::nullopt;
    const auto year = NumberFrom(i, 1);
    if (year && IsYear(*year)) {
      return Make(*day, *year, tokens_[*day].number, month,
                  tokens_[*year].number);
    }
    const bool hyphens =
        Text(i - 1) == "-" && i + 1 < tokens_.size() && Text(i + 1) == "-";
    const bool apostrophe =
        i + 1 < tokens_.size() && (Text(i + 1) == "'" || Text(i + 1) == "’");
    if (year && (hyphens || apostrophe) &&
        tokens_[*year].end - tokens_[*year].begin == 2) {
      return Make(*day, *year, tokens_[*day].number, month,
                  2000 + tokens_[*year].number);
    }
    return Make(*day, i, tokens_[*day].number, month, std::nullopt);
  }

  // "2024. május 6."
  std::optional<DateParts> YearFirst(size_t i, int month) const {
    const auto year = NumberFrom(i, -1);
    const auto day = NumberFrom(i, 1);
    if (!year || !day || !IsYear(*year) || !IsDay(tokens_[*day].number)) {
      return std::nullopt;
    }
    return Make(*year, *day, tokens_[*day].number, month,
                tokens_[*year].number);
  }

  // "May 6, 2024"
  std::optional<DateParts> MonthFirst(size_t i, int month) const {
    const auto day = NumberFrom(i, 1);
    if (!day || !IsDay(tokens_[*day].number) ||
        tokens_[*day].end - tokens_[*day].begin > 2) {
      return std::nullopt;
    }
    const auto year = NumberFrom(*day, 1);
    if (year && IsYear(*year)) {
      return Make(i, *year, tokens_[*day].number, month, tokens_[*year].number);
    }
    // "May 10:30" is no day.
    if (*day + 1 < tokens_.size() && Text(*day + 1) == ":") return std::nullopt;
    return Make(i, *day, tokens_[*day].number, month, std::nullopt);
  }

  // The time of day behind the date or in front of it.
  void AddTime(DateParts* parts) const {
    static const DatePattern behind(
        std::string(
            R"((?:г\.|года|року|m\.|gada)?[\s,;|·•@(–—.:-]{0,6}(?:(?i:at|um|à|às|a\s+las|alle(?:\s+ore)?|ore|ora|kl\.?|klo|godz\.?|ob|om|o|в|о|у|στις|saat|pukul|lúc|u|as|la|ur|ώρα|บ|เวลา|الساعة|בשעה)[\s.:]*)?[\s,(]*)") +
        kTimeRegex + kZoneRegex);
    static const DatePattern before(
        std::string(kTimeRegex) + kZoneRegex +
        R"((?:\s*Uhr)?[\s,;|·•–—-]{0,4}(?i:(?:on|am|le|el|den|il|em|dia|ngày)\s+)?(?:\pL+\.?,?\s+)?$)");
    if (auto time = behind.Begin(text_.substr(parts->end))) {
      TakeTime(*time, parts);
      parts->end += time->end;
      return;
    }
    constexpr size_t kReach = 48;
    size_t from = parts->begin > kReach ? parts->begin - kReach : 0;
    while (from > 0 && from < parts->begin &&
           (static_cast<uint8_t>(text_[from]) & 0xC0) == 0x80) {
      ++from;
    }
    const std::string_view front = text_.substr(from, parts->begin - from);
    for (size_t at = 0; at < front.size();) {
      const auto time = before.Find(front, at);
      if (!time) return;
      if (time->minute || time->afternoon || time->forenoon) {
        TakeTime(*time, parts);
        parts->begin = from + time->begin;
        return;
      }
      at = time->begin + 1;
    }
  }

  static void TakeTime(const DateParts& time, DateParts* parts) {
    parts->hour = time.hour;
    parts->minute = time.minute;
    parts->second = time.second;
    parts->millisecond = time.millisecond;
    parts->afternoon = time.afternoon;
    parts->forenoon = time.forenoon;
    parts->zone_minutes = time.zone_minutes;
  }

  const std::string_view text_;
  const bool with_year_;
  const std::vector<Token> tokens_;
};

}  // namespace

std::optional<DateParts> FindNamedMonth(std::string_view text, bool with_year) {
  return Finder(text, with_year).Run();
}

}  // namespace newsmill
