#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace newsmill::embedded {

struct AssignableMember {
  std::string id;
  std::set<std::string> topics;
};

struct AssignablePartition {
  int64_t id = 0;
  std::string topic;
  // Who has it or shall have it; empty: nobody. Set by BalanceSticky.
  std::string member;
};

// Gives every partition a member that subscribes to its topic: per topic, and
// then over all topics, no member has more than one more than another, and no
// more partitions move than that needs. Deterministic.
void BalanceSticky(const std::vector<AssignableMember>& members,
                   std::vector<AssignablePartition>& partitions);

}  // namespace newsmill::embedded
