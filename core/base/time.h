#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <google/protobuf/timestamp.pb.h>

#include "core/base/result.h"

namespace newsmill {

using Duration = std::chrono::milliseconds;
// Wall clock, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
// Counts on while the machine or the process is suspended (CLOCK_BOOTTIME), so
// a frozen worker that is continued knows how long it was away.
struct Boottime {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Boottime>;
  static constexpr bool is_steady = true;  // NOLINT: std's name
  static time_point now();
};
using Instant = Boottime::time_point;

// Where code gets the time from, so that tests need no sleep. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
  virtual Instant Uptime() const = 0;

  // The machine's own; lives as long as the process.
  static const Clock& System();
};

google::protobuf::Timestamp ToProto(Timestamp time);
// A time outside of protobuf's years 1 to 9999 is the nearest one within.
Timestamp FromProto(const google::protobuf::Timestamp& time);
// Whether it is one that protobuf allows.
bool IsValidTime(const google::protobuf::Timestamp& time);

// RFC 3339 in UTC with milliseconds: 2026-07-24T20:01:01.000Z.
std::string FormatRfc3339(Timestamp time);
// Accepts any RFC 3339 date-time; kInvalidArgument says what was expected.
Result<Timestamp> ParseRfc3339(std::string_view text);
// A point in time as people type it on a command line: RFC 3339, a date
// (midnight UTC), `now`, `today`, `yesterday`, or an age: `7d`, `12h`, `30m`.
Result<Timestamp> ParseInstant(std::string_view text, Timestamp now);

// "250ms", "20s", "1m30s", "6h", "7d"; the largest exact units first.
std::string FormatDuration(Duration duration);
Result<Duration> ParseDuration(std::string_view text);

}  // namespace newsmill
