#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/flow/commit_note.h"
#include "fetcher/backlog/run_set.h"
#include "fetcher/frontier/host_queue.h"

namespace newsmill {

// What stands in one partition of the backlog: which records of which host
// wait, which were taken up, which are settled. It knows offsets, not tasks, so
// that hundreds of thousands of waiting ones cost a few bytes each and no host
// has to be read past to come to another. Used by one thread.
class BacklogIndex {
 public:
  // `from`: how far earlier owners came.
  explicit BacklogIndex(const SidePosition& from);

  // The record that is read into the index next.
  int64_t end() const { return end_; }
  // Everything below is settled.
  int64_t next() const { return next_; }

  // The record at `offset`, which is not below end(); where there is a gap,
  // there are no records.
  void Add(int64_t offset, const std::string& host, Lane lane);
  // A record that is no task.
  void AddSettled(int64_t offset);
  // An earlier owner settled these, as a record on the log says.
  void Believe(const OffsetRuns& settled);
  // The log holds nothing below any more.
  void Forget(int64_t below);

  // Whether records of that host wait that were not taken up.
  bool Waits(const std::string& host, Lane lane);
  // Takes up the oldest ones, at most so many.
  std::vector<int64_t> Take(const std::string& host, Lane lane, int64_t most);
  // It was taken up and waits again.
  void PutBack(int64_t offset, const std::string& host, Lane lane);
  // It was taken up, and its outputs are durable.
  void Settle(int64_t offset);

  // next(), and what is settled beyond it as far as no record says so.
  SidePosition Position() const;
  // Runs that no record says.
  size_t unrecorded() const { return unrecorded_.size(); }
  // What the next record says; one at a time.
  OffsetRuns BeginRecord();
  bool recording() const { return !recording_.empty(); }
  void EndRecord(bool durable);

  // Hosts that came to wait since the last call.
  std::vector<std::string> TakeNewHosts();
  std::vector<std::string> Hosts() const;
  // Records that wait or are taken up.
  size_t unsettled() const { return unsettled_; }
  size_t bytes() const;

 private:
  using Lines = std::array<Line<int64_t>, kLanes.size()>;

  bool IsSettled(int64_t offset) const;
  void Append(int64_t offset, bool settled);
  void MarkSettled(int64_t offset);
  void Advance();
  // Takes away what was settled while it waited.
  void DropSettled(Line<int64_t>& line) const;

  int64_t next_;
  int64_t end_;
  std::deque<bool> settled_;  // from next_ to end_
  RunSet early_;              // settled, at or beyond end_
  RunSet unrecorded_, recording_;
  size_t unsettled_ = 0;
  std::unordered_map<std::string, Lines> hosts_;
  std::vector<std::string> new_hosts_;
};

}  // namespace newsmill
