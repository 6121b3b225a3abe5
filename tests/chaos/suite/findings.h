#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

  // What came to it since `before`.
  Findings Since(const Findings& before) const;
  Findings& operator+=(const Findings& other);
  std::string ToLine() const;
  // "| accepted | … |", and two lines of it.
  static std::string TableHead();
  std::string ToTableRow() const;
};

}  // namespace newsmill::chaos
