#include "parser/extract/decide_dates.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "parser/extract/text_key.h"
#include "parser/extract/visible_dates.h"

namespace newsmill {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int kUrlTrust = 45;

struct Read {
  bool good = false;
  v1::PageDate date;
  int64_t day = 0;  // of the page's own clock
  int trust = 0;
};

int64_t DayOf(const v1::PageDate& date) {
  const Timestamp local =
      FromProto(date.time()) + minutes(date.utc_offset_minutes());
  return std::chrono::floor<days>(local).time_since_epoch().count();
}

bool Plausible(const v1::PageDate& date, int trust, Timestamp fetched_at) {
  const Timestamp time = FromProto(date.time());
  // A page is not from the future; half a day for zones, half for clocks.
  if (time > fetched_at + hours(24)) return false;
  using std::chrono::year;
  // What is said to machines may be an archive's; else nothing is older than
  // the web.
  const auto oldest =
      std::chrono::sys_days(year(trust >= 60 ? 1850 : 1993) / 1 / 1);
  return time >= oldest && date.precision() >= v1::PageDate::DAY;
}

bool HasTime(const v1::PageDate& date) {
  return date.precision() >= v1::PageDate::HOUR;
}

// 00:00 is what systems write that know the day alone.
bool IsMidnight(const v1::PageDate& date) {
  const Timestamp local =
      FromProto(date.time()) + minutes(date.utc_offset_minutes());
  return local == std::chrono::floor<days>(local);
}

// How much a value says.
int Detail(const v1::PageDate& date) {
  if (!HasTime(date)) return 0;
  if (date.relative()) return 1;
  return (IsMidnight(date) ? 1 : 3) + (date.zone_assumed() ? 0 : 1);
}

// What one zone calls Monday evening is Tuesday in another.
bool SameDay(const Read& a, const Read& b) {
  if (a.day == b.day) return true;
  const bool zones_differ =
      a.date.utc_offset_minutes() != b.date.utc_offset_minutes() ||
      a.date.zone_assumed() || b.date.zone_assumed();
  if (!zones_differ || !HasTime(a.date) || !HasTime(b.date)) return false;
  const auto apart = FromProto(a.date.time()) - FromProto(b.date.time());
  return std::chrono::abs(apart) <= hours(12);
}

class Jury {
 public:
  Jury(const std::vector<Candidate>& candidates, const DateContext& context)
      : candidates_(candidates) {
    for (const Candidate& candidate : candidates) {
      Read read;
      const auto date = ParsePageDate(candidate.text, context);
      read.trust = candidate.beside ? candidate.trust / 4 : candidate.trust;
      if (date && Plausible(*date, read.trust, context.fetched_at)) {
        read.good = true;
        read.date = *date;
        read.day = DayOf(*date);
        if (date->relative()) read.trust /= 2;
        if (date->year_assumed()) read.trust = read.trust * 2 / 3;
      }
      reads_.push_back(std::move(read));
    }
  }

  DateDecision Decide() const {
    DateDecision decision;
    for (size_t i = 0; i < reads_.size(); ++i) {
      decision.scores.push_back(reads_[i].good ? Score(i) : 0);
      if (!reads_[i].good) continue;
      if (!decision.decided() ||
          decision.scores[i] > decision.scores[decision.winner]) {
        decision.winner = i;
      }
    }
    if (!decision.decided()) return decision;
    decision.winner = MostDetailed(decision.winner);
    decision.date = reads_[decision.winner].date;
    decision.value = decision.date.raw();
    return decision;
  }

 private:
  // Its own trust and a part of that of each other place that names the day.
  // Places of one kind are one voice.
  double Score(size_t index) const {
    double score = reads_[index].trust;
    std::vector<std::string_view> heard = {candidates_[index].detail};
    for (size_t i = 0; i < reads_.size(); ++i) {
      if (!reads_[i].good || !SameDay(reads_[i], reads_[index])) continue;
      const std::string_view detail = candidates_[i].detail;
      if (std::find(heard.begin(), heard.end(), detail) != heard.end()) {
        continue;
      }
      heard.push_back(detail);
      score += reads_[i].trust * 0.5;
    }
    return score;
  }

  size_t MostDetailed(size_t winner) const {
    size_t best = winner;
    for (size_t i = 0; i < reads_.size(); ++i) {
      if (!reads_[i].good || !SameDay(reads_[i], reads_[winner])) continue;
      const int more = Detail(reads_[i].date) - Detail(reads_[best].date);
      const bool trusted = reads_[i].trust > reads_[best].trust;
      if (more > 0 || (more == 0 && trusted)) best = i;
    }
    return best;
  }

  const std::vector<Candidate>& candidates_;
  std::vector<Read> reads_;
};

// "/2024/05/06/", "/2024-05-06-", "/20240506/", "/t20240506_1.html"
std::string DateInUrl(std::string_view path) {
  const auto digits = [&](size_t at, size_t count) {
    int number = 0;
    for (size_t i = 0; i < count; ++i) {
      if (at + i >= path.size() || path[at + i] < '0' || path[at + i] > '9') {
        return -1;
      }
      number = number * 10 + (path[at + i] - '0');
    }
    return number;
  };
  const auto is_digit = [&](size_t at) { return digits(at, 1) >= 0; };
  for (size_t at = 0; at + 8 <= path.size(); ++at) {
    if (at > 0 && is_digit(at - 1)) continue;
    const int year = digits(at, 4);
    if (year < 1993 || year > 2100) continue;
    const size_t after = at + 4;
    const char mark = path[after];
    const bool marked = mark == '/' || mark == '-' || mark == '_';
    size_t month_at = after + (marked ? 1 : 0);
    int month = digits(month_at, 2);
    size_t month_size = 2;
    if (month < 0 && marked) {
      month = digits(month_at, 1);
      month_size = 1;
    }
    size_t day_at = month_at + month_size;
    // "/2024-05/06/" and "/202405/06/" are as common.
    if (day_at < path.size() &&
        (path[day_at] == '/' || path[day_at] == '-' || path[day_at] == '_')) {
      ++day_at;
    } else if (marked) {
      const bool joined = digits(day_at, 2) >= 0 && month_size == 2;
      if (!joined) continue;
    }
    int day = digits(day_at, 2);
    size_t end = day_at + 2;
    if (day < 0 && marked && is_digit(day_at)) {
      day = digits(day_at, 1);
      end = day_at + 1;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || is_digit(end)) {
      continue;
    }
    return std::to_string(year) + "-" + std::to_string(month) + "-" +
           std::to_string(day);
  }
  return {};
}

void AddUrlDate(const Url& url, Candidates* found) {
  Candidate candidate;
  candidate.text = DateInUrl(url.path());
  candidate.source = v1::Provenance::URL;
  candidate.detail = "path";
  candidate.trust = kUrlTrust;
  if (!candidate.text.empty()) {
    Candidates::Add(std::move(candidate), &found->published);
  }
}

}  // namespace

bool WritesMonthFirst(const Candidates& found, const Url& url) {
  constexpr std::array<std::string_view, 10> kDayFirst = {
      ".uk", ".au", ".nz", ".ie", ".in", ".za", ".eu", ".org.uk", ".ng", ".ke"};
  for (const std::string_view end : kDayFirst) {
    if (url.host().ends_with(end)) return false;
  }
  for (const Candidate& language : found.languages) {
    const std::string_view tag = language.text;
    if (tag.size() < 2) continue;
    if (!tag.starts_with("en") && !tag.starts_with("EN")) return false;
    return tag.size() < 5 || tag.substr(3, 2) == "US" ||
           tag.substr(3, 2) == "us";
  }
  return false;
}

namespace {

// China, Taiwan, Hong Kong, Macau and Singapore have one clock.
int ZoneOf(const PageContext& context, const Candidates& found) {
  constexpr int kChina = 480;
  if (context.default_utc_offset_minutes != 0) {
    return context.default_utc_offset_minutes;
  }
  return IsChinese(found.text_sample) ? kChina : 0;
}

}  // namespace

Dates DecideDates(const Document& document, const PageContext& context,
                  NodeId heading, Candidates* found) {
  const DateContext dates = {context.fetched_at, ZoneOf(context, *found),
                             WritesMonthFirst(*found, context.final_url)};
  AddUrlDate(context.final_url, found);
  AddVisibleDates(document, heading, dates, found);
  Dates decided;
  decided.published = Jury(found->published, dates).Decide();
  decided.modified = Jury(found->modified, dates).Decide();
  return decided;
}

}  // namespace newsmill
