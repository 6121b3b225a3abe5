#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/output.h"
#include "core/base/time.h"
#include "sink/store_reader.h"

namespace newsmill {

// How far the ledger is, in one line for people.
struct LedgerSummary {
  int64_t accepted = 0;
  int64_t done = 0;
  std::string by_outcome;  // "280 stored, 3 gone"

  static LedgerSummary Of(const std::vector<LedgerCount>& counts);
};

// The line that a running pipeline rewrites on a terminal: a bar, done of
// accepted, rows a second, how they ended. Used by one thread.
class Progress {
 public:
  // `reader` stands on a connection of its own beside the sink's.
  Progress(std::unique_ptr<StoreReader> reader, Output& out);

  // Asks the ledger at most once a second, and less often where it is slow.
  // `trouble`: what a stage waits for, empty where all are at work.
  void Update(Instant now, const Clock& clock, const std::string& trouble);

 private:
  std::string LineFor(const LedgerSummary& summary, Instant now);

  std::unique_ptr<StoreReader> reader_;
  Output& out_;
  std::optional<Instant> next_;
  std::optional<Instant> measured_at_;
  int64_t measured_done_ = 0;
  double rate_ = 0;  // tasks a second, smoothed
};

}  // namespace newsmill
