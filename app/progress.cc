#include "app/progress.h"

#include <algorithm>
#include <map>

#include "app/cli/format.h"
#include "app/pace.h"
#include "core/base/text.h"

namespace newsmill {
namespace {

constexpr Duration kUpdateEvery = std::chrono::seconds(1);
constexpr int kPatience = 20;  // a look takes at most so small a part of time
constexpr int kBarWidth = 20;
constexpr double kSmoothing = 0.4;

std::string Bar(int64_t done, int64_t all) {
  const auto filled = all == 0 ? 0 : done * kBarWidth / all;
  std::string bar = "[";
  for (int64_t i = 0; i < kBarWidth; ++i) bar += i < filled ? "=" : " ";
  return bar + "]";
}

}  // namespace

LedgerSummary LedgerSummary::Of(const std::vector<LedgerCount>& counts) {
  LedgerSummary summary;
  std::map<v1::OutcomeKind, int64_t, std::greater<>> by_kind;
  for (const LedgerCount& count : counts) {
    summary.accepted += count.tasks;
    if (count.kind == v1::OUTCOME_KIND_UNSPECIFIED) continue;
    summary.done += count.tasks;
    by_kind[count.kind] += count.tasks;
  }
  for (const auto& [kind, tasks] : by_kind) {
    summary.by_outcome += (summary.by_outcome.empty() ? "" : ", ") +
                          FormatCount(tasks) + " " +
                          AsciiLowered(KindName(kind));
  }
  return summary;
}

Progress::Progress(std::unique_ptr<StoreReader> reader, Output& out)
    : reader_(std::move(reader)), out_(out) {}

void Progress::Update(Instant now, const Clock& clock,
                      const std::string& trouble) {
  if (!out_.terminal() || (next_ && now < *next_)) return;
  const auto counts = reader_->CountLedger({});
  const Duration taken = clock.Uptime() - now;
  next_ = now + std::max(kUpdateEvery, taken * kPatience);
  const std::string line =
      counts ? LineFor(LedgerSummary::Of(*counts), now) : std::string();
  out_.Progress(trouble.empty() ? line : trouble + "  " + line);
}

std::string Progress::LineFor(const LedgerSummary& summary, Instant now) {
  if (measured_at_ && now > *measured_at_) {
    const double seconds =
        static_cast<double>((now - *measured_at_).count()) / 1000;
    const auto more = static_cast<double>(summary.done - measured_done_);
    rate_ += kSmoothing * (more / seconds - rate_);
  }
  measured_at_ = now;
  measured_done_ = summary.done;
  std::string line = Bar(summary.done, summary.accepted) + " " +
                     FormatCount(summary.done) + "/" +
                     FormatCount(summary.accepted) + "  " +
                     Pace::Of(rate_, summary.accepted - summary.done).Text();
  if (!summary.by_outcome.empty()) line += "  " + summary.by_outcome;
  return line;
}

}  // namespace newsmill
