#include "fetcher/seeds/seed_date.h"

#include <string>

#include <curl/curl.h>

#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr size_t kLongestDate = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes pieces off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  // A number of exactly so many digits.
  std::optional<int> Number(size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int number = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!IsDigit(c)) return std::nullopt;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return number;
  }

  // One of these characters; '\0' where none of them stands there.
  char OneOf(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == rest_.npos) {
      return '\0';
    }
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  void SkipDigits() {
    while (!rest_.empty() && IsDigit(rest_.front())) rest_.remove_prefix(1);
  }
  void SkipBlanks() { rest_ = Trimmed(rest_); }

 private:
  std::string_view rest_;
};

// What follows the date: "T20:01:01.5+08:00" and what is shorter. nullopt: it
// is no time.
std::optional<Duration> TimeOfDay(Scanner& scanner) {
  const auto hour = scanner.Number(2);
  if (!hour || !scanner.OneOf(":")) return std::nullopt;
  const auto minute = scanner.Number(2);
  std::optional<int> second = 0;
  if (scanner.OneOf(":")) second = scanner.Number(2);
  if (!minute || !second || *hour > 24 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  if (scanner.OneOf(".,")) scanner.SkipDigits();
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

// "Z", "+08:00", "+0800", "+08" or nothing.
std::optional<Duration> ZoneOffset(Scanner& scanner) {
  scanner.SkipBlanks();
  if (scanner.done() || scanner.OneOf("Zz")) return Duration(0);
  const char sign = scanner.OneOf("+-");
  const auto hours = scanner.Number(2);
  if (sign == '\0' || !hours) return std::nullopt;
  std::optional<int> minutes = 0;
  const bool colon = scanner.OneOf(":") != '\0';
  if (colon || !scanner.done()) minutes = scanner.Number(2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Duration offset =
      std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return sign == '-' ? -offset : offset;
}

std::optional<Timestamp> ParseIso(std::string_view text) {
  Scanner scanner(text);
  const auto year = scanner.Number(4);
  std::optional<int> month = 1;
  std::optional<int> day = 1;
  if (!scanner.done()) {
    if (!scanner.OneOf("-")) return std::nullopt;
    month = scanner.Number(2);
    if (month && scanner.OneOf("-")) day = scanner.Number(2);
  }
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year{*year},
      std::chrono::month{static_cast<unsigned>(*month)},
      std::chrono::day{static_cast<unsigned>(*day)});
  if (!date.ok()) return std::nullopt;
  Timestamp time = std::chrono::sys_days(date);
  if (scanner.done()) return time;
  if (!scanner.OneOf("Tt ")) return std::nullopt;
  scanner.SkipBlanks();
  const auto of_day = TimeOfDay(scanner);
  if (!of_day) return std::nullopt;
  const auto zone = ZoneOffset(scanner);
  if (!zone || !scanner.done()) return std::nullopt;
  return time + *of_day - *zone;
}

}  // namespace

std::optional<Timestamp> ParseSeedDate(std::string_view text) {
  text = Trimmed(text);
  if (text.empty() || text.size() > kLongestDate) return std::nullopt;
  std::optional<Timestamp> time;
  if (text.size() >= 4 && IsDigit(text[2]) && IsDigit(text[3])) {
    time = ParseIso(text);
  } else {
    const time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
    if (seconds > 0) time = Timestamp(std::chrono::seconds(seconds));
  }
  if (!time || *time < Timestamp()) return std::nullopt;
  return time;
}

}  // namespace newsmill
