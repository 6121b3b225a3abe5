#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sink/postgres/connection.h"
#include "tests/chaos/suite/generator.h"
#include "tests/chaos/suite/nemesis.h"
#include "tests/chaos/suite/system.h"

namespace newsmill::chaos {

// How the generator's ledger and the store's tables stand to each other.
struct Findings {
  int64_t accepted = 0;
  int64_t stored = 0;   // of those, STORED or UNCHANGED
  int64_t planted = 0;  // of those, tasks of pages that are no article
  int64_t lost = 0;     // accepted, without an outcome
  int64_t orphans = 0;  // an outcome of what nobody has put
  int64_t second_rows = 0;
  // Rows whose content or state was replaced by an older one.
  int64_t gone_back = 0;
  // Rows that were written by a transaction of who did not own a partition.
  int64_t by_thawed = 0;
  // Rows that say what was served before their article was asked for last.
  int64_t stale = 0;
  int64_t crashed = 0;  // outcomes CRASHED
  // What `newsmill audit` calls so: unlike `lost` without those that somebody
  // will still work on.
  int64_t audit_lost = 0;
  // What is not as it has to be, in words.
  std::vector<std::string> faults;

  std::string ToLine() const;
};

// Watches the tables by triggers of its own from before the first row, and
// holds them against the generator's ledger.
class Checker {
 public:
  explicit Checker(System& system) : system_(system) {}

  Result<void> Install();
  // Returns when each accepted task has an outcome and the store stands at the
  // end of each topic. kTimedOut says what is missing; the check tells more.
  Result<void> AwaitSettled(Duration deadline);
  // `planted` by all nemeses until now.
  Result<Findings> Check(const Nemesis::Planted& planted);

 private:
  struct Settled {
    std::string kind, reason;
  };
  Result<std::vector<sql::Row>> Ask(const std::string& text);
  Result<std::map<std::string, Settled>> Ledger();
  Result<int64_t> Count(const std::string& query);
  // Records that the store has not read, over all of its topics.
  Result<int64_t> Behind();
  void CompareTasks(const std::map<std::string, Accepted>& accepted,
                    const std::map<std::string, Settled>& settled,
                    Findings* findings) const;
  Result<void> CompareRows(const std::map<std::string, Accepted>& accepted,
                           Findings* findings);
  Result<void> CompareDead(const Nemesis::Planted& planted, Findings* findings);
  Result<void> Audit(Findings* findings);

  System& system_;
  std::unique_ptr<postgres::Connection> connection_;
};

}  // namespace newsmill::chaos
