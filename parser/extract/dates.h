#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.h"
#include "newsmill/v1/article.pb.h"

namespace newsmill {

// What a date on a page is read against. Nothing here asks a clock.
struct DateContext {
  // When the page was fetched: missing years and relative dates count from it.
  Timestamp fetched_at;
  // Taken, and marked as assumed, where the page names no zone.
  int default_utc_offset_minutes = 0;
  // "5/6/2024" is 6 May, as Americans write it; else 5 June.
  bool month_first = false;
};

// The first date in `text`, with the piece of it that was read as `raw`; empty
// if there is none. A date with a year is preferred to one without, and both to
// a relative one. Full-width digits count as digits. Reads
//   2024-05-06T07:08:09.123+08:00   ISO 8601 and RFC 3339; also "20240506"
//                                   and the basic form "20240506T070809Z"
//   Mon, 06 May 2024 07:08:09 GMT   RFC 822; also "May 6, 2024", "6 May 2024"
//   2024-05-06 07:08[:09]           with '-', '/' or '.', one digit or two
//   2024年5月6日 07:08               also without the space, and 7时08分
//   06.05.2024 07.08 Uhr            day first with '.', '/' or '-'; 06.05.24
//   6 de mayo de 2024, 7h08         months by name in some thirty languages,
//   2024. május 6.                  in any order, the time also in front
//   05-06 07:08, 5月6日 07:08        the year from fetched_at; last year's
//   where
//                                   that would be more than a day ahead
//   刚刚, 5分钟前, 昨天 07:08, 3 hours ago, yesterday
//   1784903331, 1784903331309       alone: seconds, milliseconds
// A page that speaks of 24:00 means the next day's 00:00. Impossible dates
// (31 February) are none.
std::optional<v1::PageDate> ParsePageDate(std::string_view text,
                                          const DateContext& context);

// The same for text in which several dates may stand: where the first one
// stands in `text`, too.
struct FoundDate {
  v1::PageDate date;
  size_t begin = 0;
  size_t end = 0;
};
std::optional<FoundDate> FindPageDate(std::string_view text,
                                      const DateContext& context);

// The same for a number out of JSON: up to 10 digits are seconds since 1970, 12
// and 13 are milliseconds; empty for numbers before 1973 and all others.
std::optional<v1::PageDate> PageDateFromEpoch(int64_t number,
                                              const DateContext& context);

}  // namespace newsmill
