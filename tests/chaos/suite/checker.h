#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sink/postgres/connection.h"
#include "tests/chaos/suite/findings.h"
#include "tests/chaos/suite/generator.h"
#include "tests/chaos/suite/nemesis.h"
#include "tests/chaos/suite/system.h"

namespace newsmill::chaos {

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
