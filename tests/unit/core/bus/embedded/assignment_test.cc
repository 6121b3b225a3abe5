#include "core/bus/embedded/assignment.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace newsmill::embedded {
namespace {

using Members = std::vector<AssignableMember>;
using Partitions = std::vector<AssignablePartition>;

Partitions Make(const std::string& topic, int count, int64_t first_id) {
  Partitions partitions;
  for (int i = 0; i < count; ++i)
    partitions.push_back({first_id + i, topic, ""});
  return partitions;
}

std::map<std::string, int> Counts(const Partitions& partitions) {
  std::map<std::string, int> counts;
  for (const auto& partition : partitions) ++counts[partition.member];
  return counts;
}

int Moved(const Partitions& before, const Partitions& after) {
  int moved = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    moved += before[i].member != after[i].member;
  }
  return moved;
}

TEST(BalanceSticky, GivesOneMemberAll) {
  Partitions partitions = Make("t", 5, 1);
  BalanceSticky({{"a", {"t"}}}, partitions);
  EXPECT_EQ(Counts(partitions), (std::map<std::string, int>{{"a", 5}}));
}

TEST(BalanceSticky, MovesNoMoreThanANewMemberNeeds) {
  Partitions partitions = Make("t", 12, 1);
  BalanceSticky({{"a", {"t"}}, {"b", {"t"}}}, partitions);
  const Partitions before = partitions;
  BalanceSticky({{"a", {"t"}}, {"b", {"t"}}, {"c", {"t"}}}, partitions);
  EXPECT_EQ(Counts(partitions),
            (std::map<std::string, int>{{"a", 4}, {"b", 4}, {"c", 4}}));
  EXPECT_EQ(Moved(before, partitions), 4);
}

TEST(BalanceSticky, MovesOnlyWhatALeavingMemberHad) {
  Partitions partitions = Make("t", 12, 1);
  BalanceSticky({{"a", {"t"}}, {"b", {"t"}}, {"c", {"t"}}}, partitions);
  const Partitions before = partitions;
  BalanceSticky({{"a", {"t"}}, {"c", {"t"}}}, partitions);
  EXPECT_EQ(Counts(partitions),
            (std::map<std::string, int>{{"a", 6}, {"c", 6}}));
  EXPECT_EQ(Moved(before, partitions), 4);
}

TEST(BalanceSticky, BalancesEachTopicAndThenTheWhole) {
  Partitions partitions = Make("tasks", 3, 1);
  for (const auto& partition : Make("retry", 3, 4)) {
    partitions.push_back(partition);
  }
  BalanceSticky({{"a", {"tasks", "retry"}}, {"b", {"tasks", "retry"}}},
                partitions);
  EXPECT_EQ(Counts(partitions),
            (std::map<std::string, int>{{"a", 3}, {"b", 3}}));
  const Partitions tasks(partitions.begin(), partitions.begin() + 3);
  for (const auto& [member, count] : Counts(tasks))
    EXPECT_LE(count, 2) << member;
}

TEST(BalanceSticky, GivesATopicOnlyToThoseWhoSubscribe) {
  Partitions partitions = Make("t", 4, 1);
  for (const auto& partition : Make("u", 2, 5)) partitions.push_back(partition);
  for (const auto& partition : Make("v", 1, 7)) partitions.push_back(partition);
  BalanceSticky({{"a", {"t"}}, {"b", {"u"}}}, partitions);
  EXPECT_EQ(Counts(partitions),
            (std::map<std::string, int>{{"a", 4}, {"b", 2}, {"", 1}}));
}

TEST(BalanceSticky, ChangesNothingThatIsBalanced) {
  Partitions partitions = Make("t", 7, 1);
  const Members members{{"a", {"t"}}, {"b", {"t"}}, {"c", {"t"}}};
  BalanceSticky(members, partitions);
  const Partitions before = partitions;
  BalanceSticky(members, partitions);
  EXPECT_EQ(Moved(before, partitions), 0);
}

}  // namespace
}  // namespace newsmill::embedded
