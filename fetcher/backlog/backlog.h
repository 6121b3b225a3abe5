#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/bus/topics.h"
#include "core/flow/backoff.h"
#include "fetcher/backlog/backlog_index.h"
#include "fetcher/backlog/backlog_log.h"

namespace newsmill {

// Tasks that wait on `tasks.backlog` for their host's turn, of the partitions
// that are ours.
//
// A partition is read from end to end once, into an index of offsets by host
// and lane. From then on the records of a host are read when the host can be
// asked, wherever they stand: no host waits behind another's, and a waiting
// task is never written again. What is settled is remembered in the group's
// note of the partition of `tasks` (SidePosition) and, where that becomes too
// long, in records on the backlog itself. Such a record only says what is
// true, so it does not matter who wrote it, when, and whether twice.
//
// Used by one thread.
class Backlog {
 public:
  // The record of the log that tells what is settled carries this header.
  static constexpr char kSettledHeader[] = "newsmill-settled";
  // So many runs fit into a note well.
  static constexpr size_t kMostUnrecorded = 120;

  // `most_bytes`: of the index; beyond that the log is read no further until
  // something is settled. `topics` outlive the backlog.
  Backlog(const Topics& topics, std::unique_ptr<BacklogLog> log,
          size_t most_bytes);
  ~Backlog();

  // Takes a partition on where an earlier owner left it. Nothing of it is taken
  // up before all that stands on the log was read.
  void Open(int32_t partition, SidePosition from);
  void Close(int32_t partition);

  // A task was sent to the backlog of this partition and will stand there.
  void Expect(int32_t partition);

  // Whether tasks of that host wait: one that comes now stands behind them.
  bool Waits(int32_t partition, const std::string& host, Lane lane);
  // Has the oldest tasks of the host read, at most so many.
  void Want(int32_t partition, const std::string& host, Lane lane,
            int64_t most);
  // How many were wanted and did not come yet.
  int64_t Wanted(const std::string& host, Lane lane) const;
  int64_t wanted() const { return all_wanted_; }
  // What came back from reading waits again.
  void PutBack(const Message& message, const std::string& host, Lane lane);
  // The outputs of a record that was taken up are durable.
  void Settle(int32_t partition, int64_t offset);

  // Reads on; gives what was wanted. Does not wait.
  std::vector<Message> Turn(Instant now);
  // Something is to be read soon.
  bool busy() const;

  // Hosts that came to wait since the last call, and all that wait; each with
  // its partition.
  using HostPlace = std::pair<int32_t, std::string>;
  std::vector<HostPlace> TakeNewHosts();
  std::vector<HostPlace> Hosts() const;

  // How far the partition is; nullopt while it is not known.
  std::optional<SidePosition> Position(int32_t partition) const;
  // Whether tasks wait or may wait.
  bool HasMore() const;
  // Tasks that wait or were taken up.
  size_t unsettled() const;

 private:
  struct WantedRecord {
    std::string host;
    Lane lane = Lane::kFresh;
  };
  struct Partition {
    explicit Partition(SidePosition where)
        : from(std::move(where)), index(from) {}

    SidePosition from;
    BacklogIndex index;
    // The log said what it holds; before that nothing is read.
    bool opened = false;
    int64_t known_end = 0;  // stands on the log for certain
    int64_t expected = 0;   // tasks sent beyond known_end
    bool whole = false;     // the index has all that stood there at first
    int64_t position = -1;  // what is read next; -1: nothing
    bool scanning = false;  // reads at the end of the index
    bool paused = false;
    Instant last_came{};
    Instant scan_until{};
    std::map<int64_t, WantedRecord> wanted;
  };

  // Filled by the producer's thread, which may outlive the backlog.
  struct Answers {
    std::mutex mutex;
    std::vector<std::pair<int32_t, bool>> recorded;  // guarded by mutex
  };

  Result<void> OpenWhatIsNot();
  Result<void> Place(int32_t number, Partition& partition, Instant now);
  Result<void> ReadFrom(int32_t number, Partition& partition, int64_t offset);
  void SeeWhetherFull();
  void CountOff(const WantedRecord& wanted);
  std::optional<int64_t> NextPlace(Partition& partition, Instant now) const;
  // Whether the record was wanted.
  bool Came(Partition& partition, const Message& message, Instant now);
  void AddToIndex(Partition& partition, const Message& message);
  void ForgetTrimmed();
  void Record(int32_t number, Partition& partition);
  void TakeAnswers();
  void OnError(const Error& error, Instant now);

  const Topics& topics_;
  const std::unique_ptr<BacklogLog> log_;
  const size_t most_bytes_;
  std::map<int32_t, Partition> partitions_;
  std::unordered_map<std::string, std::array<int64_t, kLanes.size()>> wanted_;
  int64_t all_wanted_ = 0;
  const std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  Backoff backoff_;
  Instant again_at_{};
  bool more_came_ = false;
  bool full_ = false;
};

}  // namespace newsmill
