#include "app/revisit_options.h"

#include "core/base/proto_duration.h"

namespace newsmill {
namespace {

// Whatever a server bears, an article does not change more often than that.
constexpr Duration kShortest = std::chrono::seconds(1);
constexpr Duration kLongest = std::chrono::days(365);

Error Invalid(std::string what) {
  return {Code::kInvalidArgument, std::move(what)};
}

bool OutOfRange(const std::optional<Duration>& time) {
  return time && (*time < kShortest || *time > kLongest);
}

}  // namespace

void RevisitOptions::Declare(Arguments& arguments) {
  arguments.Option("--revisit", "TIME", &interval,
                   "fetch the article again after that, and again: later "
                   "where it did not change, at most as often as said here: "
                   "6h, 1d");
  arguments.Option("--revisit-min", "TIME", &shortest,
                   "more often where it changes, down to this");
  arguments.Option("--revisit-max", "TIME", &longest,
                   "at least that often, however seldom it changes "
                   "[fetcher.longest_revisit]");
  arguments.Option("--revisit-for", "TIME", &during,
                   "no more after that: 30d [for ever]");
}

Result<void> RevisitOptions::Check() const {
  if (!interval) {
    if (!shortest && !longest && !during) return {};
    return Invalid(
        "--revisit-min, --revisit-max and --revisit-for need --revisit");
  }
  if (OutOfRange(interval) || OutOfRange(shortest) || OutOfRange(longest)) {
    return Invalid("--revisit: expected intervals from " +
                   FormatDuration(kShortest) + " to " +
                   FormatDuration(kLongest));
  }
  if (shortest && *shortest > *interval) {
    return Invalid("--revisit-min is longer than --revisit");
  }
  if (longest && *longest < *interval) {
    return Invalid("--revisit-max is shorter than --revisit");
  }
  if (during && *during < *interval) {
    return Invalid("--revisit-for ends before the first revisit");
  }
  return {};
}

void RevisitOptions::Fill(Timestamp now, v1::FetchTask* task) const {
  if (!interval) return;
  v1::Revisit& revisit = *task->mutable_revisit();
  *revisit.mutable_interval() = ToProto(*interval);
  *revisit.mutable_shortest() = ToProto(shortest.value_or(*interval));
  if (longest) *revisit.mutable_longest() = ToProto(*longest);
  if (during) *revisit.mutable_until() = ToProto(now + *during);
}

}  // namespace newsmill
