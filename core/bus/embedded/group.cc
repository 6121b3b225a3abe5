#include "core/bus/embedded/group.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/bus/embedded/assignment.h"
#include "core/bus/embedded/topic_table.h"

namespace newsmill::embedded {
namespace {

constexpr size_t kMaxMetadataBytes = 4096;

int64_t Milliseconds(Instant time) { return time.time_since_epoch().count(); }

void RaiseVersion(Connection& db, const std::string& group) {
  db.Prepare(
        "INSERT INTO consumer_group VALUES (?, 1)"
        " ON CONFLICT DO UPDATE SET version = version + 1")
      .Bind(group)
      .Run();
}

std::vector<AssignableMember> ReadMembers(Connection& db,
                                          const std::string& group) {
  std::vector<AssignableMember> members;
  Query query = db.Prepare(
      "SELECT member, topic FROM subscription WHERE group_name = ?"
      " ORDER BY member");
  query.Bind(group);
  while (query.Next()) {
    std::string id = query.Text(0);
    if (members.empty() || members.back().id != id) {
      members.push_back({std::move(id), {}});
    }
    members.back().topics.insert(query.Text(1));
  }
  return members;
}

// All partitions of the topics that the group subscribes to, with the member
// they are promised to, else the one that has them.
std::vector<AssignablePartition> ReadAssignable(Connection& db,
                                                const std::string& group) {
  std::vector<AssignablePartition> partitions;
  Query query = db.Prepare(
      "SELECT p.id, p.topic, coalesce(o.target, o.owner, '')"
      " FROM partition p LEFT JOIN ownership o"
      "  ON o.group_name = ?1 AND o.partition_id = p.id"
      " WHERE p.topic IN (SELECT topic FROM subscription WHERE group_name = ?1)"
      "  OR o.partition_id IS NOT NULL"
      " ORDER BY p.topic, p.number");
  query.Bind(group);
  while (query.Next()) {
    partitions.push_back({query.Int(0), query.Text(1), query.Text(2)});
  }
  return partitions;
}

std::map<int64_t, std::string> ReadTargets(Connection& db,
                                           const std::string& group) {
  std::map<int64_t, std::string> targets;
  Query query = db.Prepare(
      "SELECT partition_id, coalesce(target, '') FROM ownership"
      " WHERE group_name = ?");
  query.Bind(group);
  while (query.Next()) targets[query.Int(0)] = query.Text(1);
  return targets;
}

// Decides anew which member each partition is meant for.
void Rebalance(Connection& db, const std::string& group) {
  const std::vector<AssignableMember> members = ReadMembers(db, group);
  std::vector<AssignablePartition> partitions = ReadAssignable(db, group);
  BalanceSticky(members, partitions);

  const std::map<int64_t, std::string> before = ReadTargets(db, group);
  bool changed = false;
  for (const AssignablePartition& partition : partitions) {
    const auto known = before.find(partition.id);
    if (known != before.end() && known->second == partition.member) continue;
    changed = true;
    Query query = db.Prepare(
        "INSERT INTO ownership VALUES (?1, ?2, NULL, nullif(?3, ''))"
        " ON CONFLICT DO UPDATE SET target = excluded.target");
    query.Bind(group).Bind(partition.id).Bind(partition.member).Run();
  }
  if (changed) RaiseVersion(db, group);
}

void Remove(Connection& db, const std::string& group, const std::string& id) {
  db.Prepare("DELETE FROM member WHERE group_name = ? AND id = ?")
      .Bind(group)
      .Bind(id)
      .Run();
  db.Prepare("DELETE FROM subscription WHERE group_name = ? AND member = ?")
      .Bind(group)
      .Bind(id)
      .Run();
  db.Prepare(
        "UPDATE ownership SET owner = NULL WHERE group_name = ? AND owner = ?")
      .Bind(group)
      .Bind(id)
      .Run();
  // What was promised to it stays where it is, if it is anywhere.
  db.Prepare(
        "UPDATE ownership SET target = owner"
        " WHERE group_name = ? AND target = ?")
      .Bind(group)
      .Bind(id)
      .Run();
  RaiseVersion(db, group);
}

void ExpelExpired(Connection& db, const std::string& group, Instant now) {
  std::vector<std::string> expired;
  {
    Query query = db.Prepare(
        "SELECT id FROM member WHERE group_name = ? AND lease_ends_ms < ?");
    query.Bind(group).Bind(Milliseconds(now));
    while (query.Next()) expired.push_back(query.Text(0));
  }
  for (const std::string& id : expired) Remove(db, group, id);
}

bool ExtendLease(Connection& db, const Member& member, Instant now) {
  db.Prepare(
        "UPDATE member SET lease_ends_ms = ? WHERE group_name = ? AND id = ?")
      .Bind(Milliseconds(now + member.session_timeout))
      .Bind(member.group)
      .Bind(member.id)
      .Run();
  return db.Changes() > 0;
}

std::string Name(const TopicPartition& partition) {
  return partition.topic + "/" + std::to_string(partition.partition);
}

Result<void> StoreCommitted(Connection& db, const std::string& group,
                            int64_t partition_id,
                            const TopicPartition& partition,
                            const CommittedOffset& offset) {
  if (offset.metadata.size() > kMaxMetadataBytes) {
    return Error{Code::kInvalidArgument,
                 "commit metadata of " + Name(partition) + " has " +
                     std::to_string(offset.metadata.size()) +
                     " bytes; expected at most " +
                     std::to_string(kMaxMetadataBytes)};
  }
  Query query = db.Prepare("INSERT OR REPLACE INTO committed VALUES (?,?,?,?)");
  query.Bind(group).Bind(partition_id).Bind(offset.next);
  query.Bind(std::string_view(offset.metadata)).Run();
  return {};
}

bool Owns(Connection& db, const Member& member, int64_t partition_id) {
  Query query = db.Prepare(
      "SELECT 1 FROM ownership"
      " WHERE group_name = ? AND partition_id = ? AND owner = ?");
  return query.Bind(member.group).Bind(partition_id).Bind(member.id).Next();
}

}  // namespace

void Join(Connection& db, const Member& member, Instant now) {
  db.Prepare("INSERT INTO member VALUES (?, ?, ?, ?)")
      .Bind(member.group)
      .Bind(member.id)
      .Bind(member.session_timeout.count())
      .Bind(Milliseconds(now + member.session_timeout))
      .Run();
  for (const std::string& topic : member.topics) {
    db.Prepare("INSERT OR IGNORE INTO subscription VALUES (?, ?, ?)")
        .Bind(member.group)
        .Bind(member.id)
        .Bind(topic)
        .Run();
  }
  RaiseVersion(db, member.group);
  ExpelExpired(db, member.group, now);
  Rebalance(db, member.group);
}

bool RenewLease(Connection& db, const Member& member, Instant now) {
  const bool is_member = ExtendLease(db, member, now);
  ExpelExpired(db, member.group, now);
  Rebalance(db, member.group);
  return is_member;
}

void Leave(Connection& db, const Member& member, Instant now) {
  Remove(db, member.group, member.id);
  ExpelExpired(db, member.group, now);
  Rebalance(db, member.group);
}

std::vector<Acquired> Acquire(Connection& db, const Member& member,
                              const std::vector<int64_t>& held) {
  std::vector<Acquired> acquired;
  {
    Query query = db.Prepare(
        "SELECT p.topic, p.number, p.id,"
        "  coalesce(c.next_offset, p.begin_offset)"
        " FROM ownership o JOIN partition p ON p.id = o.partition_id"
        " LEFT JOIN committed c ON c.group_name = o.group_name"
        "  AND c.partition_id = o.partition_id"
        " WHERE o.group_name = ?1 AND o.target = ?2"
        "  AND coalesce(o.owner, ?2) = ?2"
        " ORDER BY p.topic, p.number");
    query.Bind(member.group).Bind(member.id);
    while (query.Next()) {
      const int64_t id = query.Int(2);
      if (std::find(held.begin(), held.end(), id) != held.end()) continue;
      acquired.push_back({{query.Text(0), static_cast<int32_t>(query.Int(1))},
                          id,
                          query.Int(3)});
    }
  }
  for (const Acquired& partition : acquired) {
    db.Prepare(
          "UPDATE ownership SET owner = ?"
          " WHERE group_name = ? AND partition_id = ?")
        .Bind(member.id)
        .Bind(member.group)
        .Bind(partition.id)
        .Run();
  }
  if (!acquired.empty()) RaiseVersion(db, member.group);
  return acquired;
}

void Release(Connection& db, const Member& member,
             const std::vector<int64_t>& partition_ids) {
  for (const int64_t id : partition_ids) {
    db.Prepare(
          "UPDATE ownership SET owner = NULL WHERE group_name = ?"
          " AND partition_id = ? AND owner = ?")
        .Bind(member.group)
        .Bind(id)
        .Bind(member.id)
        .Run();
  }
  RaiseVersion(db, member.group);
}

int64_t GroupVersion(Connection& db, const std::string& group) {
  Query query = db.Prepare("SELECT version FROM consumer_group WHERE name = ?");
  return query.Bind(group).Next() ? query.Int(0) : 0;
}

bool IsMember(Connection& db, const Member& member) {
  Query query =
      db.Prepare("SELECT 1 FROM member WHERE group_name = ? AND id = ?");
  return query.Bind(member.group).Bind(member.id).Next();
}

std::vector<OwnedPartition> ReadOwnership(Connection& db,
                                          const std::string& group) {
  std::vector<OwnedPartition> ownership;
  Query query = db.Prepare(
      "SELECT p.topic, p.number, p.id,"
      "  coalesce(o.owner, ''), coalesce(o.target, '')"
      " FROM ownership o JOIN partition p ON p.id = o.partition_id"
      " WHERE o.group_name = ? ORDER BY p.topic, p.number");
  query.Bind(group);
  while (query.Next()) {
    ownership.push_back({{query.Text(0), static_cast<int32_t>(query.Int(1))},
                         query.Int(2),
                         query.Text(3),
                         query.Text(4)});
  }
  return ownership;
}

Result<void> CommitOffsets(Connection& db, const Member& member,
                           const CommittedOffsets& offsets, Instant now) {
  if (!ExtendLease(db, member, now)) {
    return Error{Code::kFenced, "the group " + member.group +
                                    " took this consumer for dead and went on "
                                    "without it; its commit is refused"};
  }
  for (const auto& [partition, offset] : offsets) {
    const std::optional<PartitionRow> row = FindPartition(db, partition);
    if (!row) return UnknownPartition(partition);
    if (!Owns(db, member, row->id)) {
      return Error{Code::kFenced, Name(partition) +
                                      " belongs to another "
                                      "member of the group " +
                                      member.group};
    }
    auto stored = StoreCommitted(db, member.group, row->id, partition, offset);
    if (!stored) return stored;
  }
  return {};
}

Result<void> CommitByHand(Connection& db, const std::string& group,
                          const CommittedOffsets& offsets) {
  {
    Query query = db.Prepare("SELECT 1 FROM member WHERE group_name = ?");
    if (query.Bind(group).Next()) {
      return Error{Code::kFenced, "the group " + group +
                                      " has members; a consumer that assigns "
                                      "by hand cannot commit to it"};
    }
  }
  for (const auto& [partition, offset] : offsets) {
    const std::optional<PartitionRow> row = FindPartition(db, partition);
    if (!row) return UnknownPartition(partition);
    auto stored = StoreCommitted(db, group, row->id, partition, offset);
    if (!stored) return stored;
  }
  return {};
}

CommittedOffsets ReadCommitted(Connection& db, const std::string& group,
                               const std::vector<TopicPartition>& partitions) {
  CommittedOffsets offsets;
  for (const TopicPartition& partition : partitions) {
    Query query = db.Prepare(
        "SELECT c.next_offset, c.metadata FROM committed c"
        " JOIN partition p ON p.id = c.partition_id"
        " WHERE c.group_name = ? AND p.topic = ? AND p.number = ?");
    query.Bind(group)
        .Bind(partition.topic)
        .Bind(static_cast<int64_t>(partition.partition));
    if (query.Next()) offsets[partition] = {query.Int(0), query.Text(1)};
  }
  return offsets;
}

}  // namespace newsmill::embedded
