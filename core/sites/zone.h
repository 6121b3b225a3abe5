#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"

namespace newsmill {

// How far a place's clock is from UTC, at each instant. A value; thread-safe.
class Zone {
 public:
  // UTC.
  Zone() = default;
  // As far east of UTC all year.
  explicit Zone(Duration distance) : distance_(distance) {}

  // "UTC", "+08:00", "-03:30", or a name of the tz database such as
  // Europe/Berlin, which has daylight saving where the place has.
  // kInvalidArgument says what was expected.
  static Result<Zone> Parse(std::string_view text);

  // What its clock is ahead of UTC.
  Duration DistanceAt(Timestamp time) const;

  // What its clock shows, as if that were UTC.
  Timestamp ShownAt(Timestamp time) const { return time + DistanceAt(time); }

  // The first instant after `after` at which its clock shows `shown`; where it
  // is put forward over that time, the instant at which it is. nullopt: both
  // are over.
  std::optional<Timestamp> NextShowing(Timestamp shown, Timestamp after) const;

 private:
  struct Rules;
  Duration distance_{0};
  std::shared_ptr<const Rules> rules_;  // nullptr: always distance_
};

}  // namespace newsmill
