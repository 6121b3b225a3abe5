#include "fetcher/hosts/pace.h"

#include <algorithm>
#include <cmath>

namespace newsmill {
namespace {

constexpr double kStepsToBase = 20;
constexpr double kMostAtOnce = 0.9;
constexpr double kSmoothing = 0.25;

double Count(Duration duration) {
  return static_cast<double>(duration.count());
}

Duration Rounded(double milliseconds) {
  return Duration(static_cast<int64_t>(std::llround(milliseconds)));
}

// The rate grows by a step of the base's rate; the delay shrinks by a tenth at
// most.
Duration Recovered(Duration learned, Duration base) {
  const double step_base = Count(std::max(base, HostPace::kFirst / 10));
  const double rate = 1 / Count(learned) + 1 / (kStepsToBase * step_base);
  // Down, so that it always moves.
  return Duration(static_cast<int64_t>(
      std::floor(std::max(1 / rate, Count(learned) * kMostAtOnce))));
}

// Worth a record: a quarter more or less, or gone.
bool Differs(Duration before, Duration after) {
  if ((before == Duration(0)) != (after == Duration(0))) return true;
  return std::abs(Count(after) - Count(before)) > Count(before) / 4;
}

bool TripBreaker(Timestamp now, v1::Breaker& breaker) {
  breaker.set_failures(breaker.failures() + 1);
  if (breaker.trips() == 0 && breaker.failures() < HostPace::kFailures) {
    return false;
  }
  // Those that ran beside the one that tripped it say nothing new.
  if (breaker.trips() > 0 && FromProto(breaker.probe_at()) > now) return false;
  breaker.set_trips(breaker.trips() + 1);
  Duration rest = HostPace::kFirstRest;
  for (int i = 1; i < breaker.trips() && rest < HostPace::kLongestRest; ++i) {
    rest *= 2;
  }
  rest = std::min(rest, HostPace::kLongestRest);
  *breaker.mutable_probe_at() = ToProto(now + rest);
  return true;
}

}  // namespace

Duration HostPace::DelayOf(const v1::HostState& state, Duration base) {
  return std::max(base, Duration(state.learned_delay_ms()));
}

bool HostPace::IsDown(const v1::HostState& state) {
  return state.breaker().trips() > 0;
}

bool HostPace::Learn(Sign sign, Duration took, const Bounds& bounds,
                     Timestamp now, v1::HostState& state) {
  bool matters = false;
  const bool answered = sign != Sign::kTimeout && sign != Sign::kDown;
  if (answered) {
    matters = IsDown(state);
    state.clear_breaker();
  } else {
    matters = TripBreaker(now, *state.mutable_breaker());
  }
  const Duration before(state.learned_delay_ms());
  Duration after = before;
  if (sign == Sign::kGood) {
    const double old = Count(response_time.value_or(took));
    response_time = Rounded(old + kSmoothing * (Count(took) - old));
    if (before > Duration(0)) after = Recovered(before, bounds.base);
    if (after <= std::max(bounds.base, kFirst / 10)) after = Duration(0);
    const Duration follows = Rounded(kShare * Count(*response_time));
    if (bounds.base > Duration(0) && follows > bounds.base) {
      after = std::max(after, std::min(follows, bounds.most));
    }
  } else if ((sign == Sign::kTooMuch || sign == Sign::kTimeout) &&
             (!last_blow || now - *last_blow >= kOneBlow)) {
    last_blow = now;
    const Duration doubled = DelayOf(state, bounds.base) * 2;
    after = std::max(before, std::min(std::max(doubled, kFirst),
                                      std::max(bounds.most, bounds.base)));
  }
  state.set_learned_delay_ms(after.count());
  return matters || Differs(before, after);
}

}  // namespace newsmill
