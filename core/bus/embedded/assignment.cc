#include "core/bus/embedded/assignment.h"

#include <map>
#include <utility>

namespace newsmill::embedded {
namespace {

// How many partitions a member has of each topic, and altogether.
class Loads {
 public:
  void Add(const std::string& member, const std::string& topic, int delta) {
    per_topic_[{member, topic}] += delta;
    total_[member] += delta;
  }

  // How many more `from` has than `to`: of the topic, and altogether.
  std::pair<int, int> Excess(const std::string& from, const std::string& to,
                             const std::string& topic) {
    const auto [from_topic, from_total] = Of(from, topic);
    const auto [to_topic, to_total] = Of(to, topic);
    return {from_topic - to_topic, from_total - to_total};
  }

  // Each such move lowers the sum of squares per topic, or leaves it and lowers
  // the one over all topics; so balancing ends.
  static bool WorthMoving(std::pair<int, int> excess) {
    return excess.first > 1 || (excess.first == 1 && excess.second > 1);
  }

  // For the choice of a first member: fewer of the topic, then fewer at all.
  std::pair<int, int> Of(const std::string& member, const std::string& topic) {
    return {per_topic_[{member, topic}], total_[member]};
  }

 private:
  std::map<std::pair<std::string, std::string>, int> per_topic_;
  std::map<std::string, int> total_;
};

const AssignableMember* Find(const std::vector<AssignableMember>& members,
                             const std::string& id) {
  for (const AssignableMember& member : members) {
    if (member.id == id) return &member;
  }
  return nullptr;
}

void KeepOrFree(const std::vector<AssignableMember>& members,
                std::vector<AssignablePartition>& partitions, Loads& loads) {
  for (AssignablePartition& partition : partitions) {
    const AssignableMember* member = Find(members, partition.member);
    if (member != nullptr && member->topics.contains(partition.topic)) {
      loads.Add(member->id, partition.topic, 1);
    } else {
      partition.member.clear();
    }
  }
}

void PlaceFree(const std::vector<AssignableMember>& members,
               std::vector<AssignablePartition>& partitions, Loads& loads) {
  for (AssignablePartition& partition : partitions) {
    if (!partition.member.empty()) continue;
    const AssignableMember* best = nullptr;
    for (const AssignableMember& member : members) {
      if (!member.topics.contains(partition.topic)) continue;
      if (best == nullptr || loads.Of(member.id, partition.topic) <
                                 loads.Of(best->id, partition.topic)) {
        best = &member;
      }
    }
    if (best == nullptr) continue;
    partition.member = best->id;
    loads.Add(best->id, partition.topic, 1);
  }
}

// Moves one partition from the fullest to the emptiest; false: balanced.
bool MoveOne(const std::vector<AssignableMember>& members,
             std::vector<AssignablePartition>& partitions, Loads& loads) {
  AssignablePartition* best = nullptr;
  const std::string* receiver = nullptr;
  std::pair<int, int> most{};
  for (AssignablePartition& partition : partitions) {
    if (partition.member.empty()) continue;
    for (const AssignableMember& member : members) {
      if (!member.topics.contains(partition.topic)) continue;
      const auto excess =
          loads.Excess(partition.member, member.id, partition.topic);
      if (!Loads::WorthMoving(excess) || excess <= most) continue;
      best = &partition;
      receiver = &member.id;
      most = excess;
    }
  }
  if (best == nullptr) return false;
  loads.Add(best->member, best->topic, -1);
  loads.Add(*receiver, best->topic, 1);
  best->member = *receiver;
  return true;
}

}  // namespace

void BalanceSticky(const std::vector<AssignableMember>& members,
                   std::vector<AssignablePartition>& partitions) {
  Loads loads;
  KeepOrFree(members, partitions, loads);
  PlaceFree(members, partitions, loads);
  while (MoveOne(members, partitions, loads)) {
  }
}

}  // namespace newsmill::embedded
