#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/flow/backoff.h"
#include "newsmill/v1/host_state.pb.h"
#include "newsmill/v1/order.pb.h"
#include "newsmill/v1/seen_page.pb.h"

namespace newsmill {

// Orders and dead letters reach a worker that much later at most.
inline constexpr Duration kLookForOrders = std::chrono::milliseconds(250);

struct HostLogOptions {
  // Before transactional IDs.
  std::string prefix;
  // Of a group member: how long a former owner may still ask, doubled.
  Duration session_timeout = std::chrono::seconds(10);
};

// Under which ID (FencedProducerOptions) the owner of a partition writes: who
// takes it fences every other.
std::string HostOwnerId(const std::string& prefix, int32_t partition);

// What the hosts of a partition are known by to its new owner.
struct TakenPartition {
  int32_t partition = 0;
  // Of Take; a later Take of the same partition has a greater one.
  uint64_t take = 0;
  std::vector<v1::HostState> states;
  std::vector<v1::SeenPage> seen;
  std::vector<v1::PlannedRevisit> revisits;
};

// What a host log tells; called on its thread, must not block.
struct HostLogEvents {
  // The partition's hosts may be asked from now on, each after a full delay.
  std::function<void(TakenPartition)> taken;
  // Another owner took the partition: nobody of it may be asked any more.
  std::function<void(int32_t partition, uint64_t take)> fenced;
  // Newer orders of operators.
  std::function<void(std::vector<v1::Order>)> orders;
  // IDs of tasks whose page is among the dead letters, however long ago it was
  // fetched within what the log keeps of pages.
  std::function<void(std::vector<std::string>)> died = {};
};

// The memory of the fleet on the topics `hosts`, `seen`, `revisits` and
// `control`: reads what former owners wrote, writes what this one learns,
// follows the orders of operators and the dead letters of pages.
//
// Taking a partition on: its former owner is fenced, the topic is read to its
// end, and half a session timeout passes in which a former owner that does not
// know yet may still be asking. That wait is left out where the last owner
// wrote that it let go, or nobody ever owned the partition. A mark of ownership
// is durable before `taken` is told.
//
// Thread-safe. What the log does not take now is tried again for as long as it
// needs.
class HostLog {
 public:
  // Told from the log's thread, once: whether the state is durable. False:
  // somebody else owns the partition, or this ended.
  using Done = std::function<void(bool durable)>;

  // `bus`, `topics` and `clock` outlive this.
  HostLog(Bus& bus, const Topics& topics, const Clock& clock,
          HostLogOptions options, HostLogEvents events);
  // Writes what still waits, as far as the log takes it at once.
  ~HostLog();

  // Starts the thread; a test calls Turn instead.
  void Start();

  // Partitions of `tasks` that were assigned; gives the number of the take.
  uint64_t Take(const std::vector<int32_t>& partitions);
  // No request is under way any more. Returns when the log has it, so that the
  // next owner need not wait, or after `most`.
  void Release(const std::vector<int32_t>& partitions, Duration most);
  // They are somebody else's already.
  void Drop(const std::vector<int32_t>& partitions);
  // Of one host several states that wait are one: the newest. A state with
  // nothing but the host's name has the log forget the host.
  void Save(int32_t partition, v1::HostState state, Done done);

  // A plan, and with it the task that it has become, on `tasks`: both or
  // neither.
  void Plan(int32_t partition, const v1::PlannedRevisit& plan,
            const std::optional<v1::FetchTask>& put, Done done);
  // A page that was acknowledged. Nobody waits for it: it is written with the
  // next state, or a second later; what is lost with the process costs a fetch.
  void Remember(int32_t partition, const v1::SeenPage& page);

  // Empty, or what is in the way of taking partitions on or of writing.
  std::string trouble() const;

  // Does what is due; gives how long nothing will be, unless something comes.
  Duration Turn();

 private:
  struct Job {
    enum class Kind { kTake, kRelease, kDrop, kSave, kPlan, kRemember } kind;
    int32_t partition = 0;
    uint64_t take = 0;
    v1::HostState state;
    Done done;
    std::vector<Record> records = {};  // kPlan, kRemember
  };
  // By key; the newest of each.
  using Records = std::map<std::string, Record>;
  struct Partition {
    uint64_t take = 0;
    Instant taken_at{};
    std::unique_ptr<FencedProducer> producer;
    // Between the reading and `taken`.
    std::optional<Instant> ready_at;
    std::vector<v1::HostState> states;
    std::vector<v1::SeenPage> seen;
    std::vector<v1::PlannedRevisit> revisits;
    bool open = false;  // `taken` was told
  };

  void Give(std::vector<Job> jobs);
  void Run();
  void Obey(std::vector<Job> jobs);
  void ObeyOne(Job job, std::map<int32_t, std::vector<Job>>* saves);
  // Fences former owners and reads what they wrote.
  void TakeOver();
  Result<void> Fence(const std::vector<int32_t>& partitions);
  Result<void> ReadStates(const std::vector<int32_t>& partitions);
  Result<void> ReadSeen(const std::vector<int32_t>& partitions);
  Result<void> ReadRevisits(const std::vector<int32_t>& partitions);
  Instant ReadyAt(const Partition& partition,
                  const v1::HostState* ownership) const;
  void OpenWhatIsReady();
  // With what is to be remembered. False: to be tried again.
  bool Write(int32_t partition, std::vector<Job>* saves);
  void WriteWhatWaits(Instant now);
  void Fenced(int32_t partition);
  void LetGo(int32_t partition);
  Record OwnershipRecord(int32_t partition, bool released) const;
  Record StateRecord(int32_t partition, const v1::HostState& state) const;

  void FollowOrders();
  Result<void> OpenOrders();
  void FollowDead();
  Result<void> OpenDead();
  void ReadOn(const std::vector<Message>& messages);
  void Trouble(const std::string& what, const Error& error);

  Bus& bus_;
  const Topics& topics_;
  const Clock& clock_;
  const HostLogOptions options_;
  const HostLogEvents events_;
  const std::string owner_;

  // Of the thread.
  std::map<int32_t, Partition> partitions_;
  std::map<int32_t, std::vector<Job>> saves_;  // that wait
  std::map<int32_t, Records> remembered_;      // likewise
  Instant write_remembered_at_{};              // where there are some
  std::unique_ptr<Consumer> orders_;
  bool orders_read_ = false;  // whole, once
  int64_t orders_end_ = 0;
  std::unique_ptr<Consumer> dead_;
  bool dead_read_ = false;  // up to where it ended first
  Offsets dead_ends_;
  Instant look_for_dead_at_{};
  Backoff backoff_;
  Instant try_at_{};
  Instant look_for_orders_at_{};

  mutable std::mutex mutex_;
  std::condition_variable given_;
  std::vector<Job> jobs_;  // guarded by mutex_
  uint64_t takes_ = 0;     // guarded by mutex_
  std::string trouble_;    // guarded by mutex_
  bool stop_ = false;      // guarded by mutex_
  std::thread thread_;
};

}  // namespace newsmill
