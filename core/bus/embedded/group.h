#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/embedded/connection.h"

// Consumer groups as rows. A member holds a lease; a partition has an owner,
// who may commit, and a target, who shall have it. It changes hands only when
// its owner let go of it or the owner's lease ended. All functions but the
// readers run inside LogFile::Write; errors stay with the connection.

namespace newsmill::embedded {

struct Member {
  std::string group;
  std::string id;  // never used again after the member left or was expelled
  std::vector<std::string> topics;
  Duration session_timeout{};
};

struct OwnedPartition {
  TopicPartition partition;
  int64_t id = 0;
  std::string owner;   // empty: nobody
  std::string target;  // empty: nobody
};

// A partition that was acquired, and where its group reads on.
struct Acquired {
  TopicPartition partition;
  int64_t id = 0;
  int64_t start = 0;
};

void Join(Connection& db, const Member& member, Instant now);

// Extends the lease and expels members whose lease ended; false where this
// member was expelled itself.
bool RenewLease(Connection& db, const Member& member, Instant now);

void Leave(Connection& db, const Member& member, Instant now);

// Takes what is meant for the member and owned by nobody else, `held` excepted.
std::vector<Acquired> Acquire(Connection& db, const Member& member,
                              const std::vector<int64_t>& held);

// Lets go of partitions; of exactly those that the owner was told to let go of,
// because by now others may be unwanted, too.
void Release(Connection& db, const Member& member,
             const std::vector<int64_t>& partition_ids);

// Raised with every change of the group's members, targets or owners.
int64_t GroupVersion(Connection& db, const std::string& group);
bool IsMember(Connection& db, const Member& member);
// Every partition of the group that has an owner or a target.
std::vector<OwnedPartition> ReadOwnership(Connection& db,
                                          const std::string& group);

// kFenced where a partition is not the member's; kInvalidArgument for an
// unknown partition or too long a note.
Result<void> CommitOffsets(Connection& db, const Member& member,
                           const CommittedOffsets& offsets, Instant now);
// The same for a consumer that assigns by hand: kFenced where the group has
// members.
Result<void> CommitByHand(Connection& db, const std::string& group,
                          const CommittedOffsets& offsets);
// Partitions without a committed offset are left out.
CommittedOffsets ReadCommitted(Connection& db, const std::string& group,
                               const std::vector<TopicPartition>& partitions);

}  // namespace newsmill::embedded
