#include "fetcher/backlog/backlog_index.h"

#include <algorithm>
#include <utility>

namespace newsmill {
namespace {

// What a host costs beside its offsets.
constexpr size_t kHostBytes = 200;

}  // namespace

BacklogIndex::BacklogIndex(const SidePosition& from)
    : next_(from.next), end_(from.next) {
  early_.Add(from.settled);
  unrecorded_.Add(from.settled);
}

void BacklogIndex::Add(int64_t offset, const std::string& host, Lane lane) {
  const bool settled = early_.Contains(offset);
  Append(offset, settled);
  if (settled) return;
  const auto [entry, is_new] = hosts_.try_emplace(host);
  Line<int64_t>& line = entry->second[static_cast<size_t>(lane)];
  if (line.empty()) new_hosts_.push_back(host);
  line.PushBack(offset);
}

void BacklogIndex::AddSettled(int64_t offset) { Append(offset, true); }

void BacklogIndex::Append(int64_t offset, bool settled) {
  settled_.insert(settled_.end(), static_cast<size_t>(offset - end_), true);
  settled_.push_back(settled);
  end_ = offset + 1;
  if (!settled) ++unsettled_;
  early_.DropBelow(end_);
  Advance();
}

void BacklogIndex::Believe(const OffsetRuns& settled) {
  for (const OffsetRun& run : settled) {
    const int64_t run_end = run.first + run.count;
    for (int64_t at = std::max(run.first, next_); at < std::min(run_end, end_);
         ++at) {
      MarkSettled(at);
    }
    if (run_end > end_) {
      const int64_t first = std::max(run.first, end_);
      early_.Add({first, run_end - first});
    }
  }
  Advance();
}

void BacklogIndex::Forget(int64_t below) {
  for (int64_t at = next_; at < std::min(below, end_); ++at) MarkSettled(at);
  if (below > end_) {
    end_ = below;
    next_ = below;
    settled_.clear();
  }
  Advance();
}

bool BacklogIndex::Waits(const std::string& host, Lane lane) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return false;
  for (Line<int64_t>& line : found->second) DropSettled(line);
  const Lines& lines = found->second;
  if (lines[0].empty() && lines[1].empty()) {
    hosts_.erase(found);
    return false;
  }
  return !lines[static_cast<size_t>(lane)].empty();
}

std::vector<int64_t> BacklogIndex::Take(const std::string& host, Lane lane,
                                        int64_t most) {
  std::vector<int64_t> taken;
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return taken;
  Line<int64_t>& line = found->second[static_cast<size_t>(lane)];
  for (DropSettled(line); !line.empty() && std::ssize(taken) < most;
       DropSettled(line)) {
    taken.push_back(line.PopFront());
  }
  return taken;
}

void BacklogIndex::PutBack(int64_t offset, const std::string& host, Lane lane) {
  if (IsSettled(offset)) return;
  hosts_[host][static_cast<size_t>(lane)].PushFront(offset);
}

void BacklogIndex::Settle(int64_t offset) {
  if (IsSettled(offset)) return;
  MarkSettled(offset);
  unrecorded_.Add({offset, 1});
  Advance();
}

bool BacklogIndex::IsSettled(int64_t offset) const {
  return offset < next_ || offset >= end_ ||
         settled_[static_cast<size_t>(offset - next_)];
}

void BacklogIndex::MarkSettled(int64_t offset) {
  if (IsSettled(offset)) return;
  settled_[static_cast<size_t>(offset - next_)] = true;
  --unsettled_;
}

void BacklogIndex::Advance() {
  while (!settled_.empty() && settled_.front()) {
    settled_.pop_front();
    ++next_;
  }
  unrecorded_.DropBelow(next_);
  recording_.DropBelow(next_);
}

void BacklogIndex::DropSettled(Line<int64_t>& line) const {
  while (!line.empty() && IsSettled(line.front())) line.PopFront();
}

SidePosition BacklogIndex::Position() const {
  RunSet known = unrecorded_;
  known.Add(recording_.runs());
  return {next_, known.runs()};
}

OffsetRuns BacklogIndex::BeginRecord() {
  recording_ = std::exchange(unrecorded_, {});
  return recording_.runs();
}

void BacklogIndex::EndRecord(bool durable) {
  const RunSet recorded = std::exchange(recording_, {});
  if (!durable) unrecorded_.Add(recorded.runs());
}

std::vector<std::string> BacklogIndex::TakeNewHosts() {
  return std::exchange(new_hosts_, {});
}

std::vector<std::string> BacklogIndex::Hosts() const {
  std::vector<std::string> hosts;
  hosts.reserve(hosts_.size());
  for (const auto& [host, lines] : hosts_) hosts.push_back(host);
  return hosts;
}

size_t BacklogIndex::bytes() const {
  return settled_.size() + unsettled_ * sizeof(int64_t) +
         hosts_.size() * kHostBytes;
}

}  // namespace newsmill
