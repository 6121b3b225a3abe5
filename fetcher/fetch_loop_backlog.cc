// FetchLoop, waiting: what a host cannot be asked soon stands on the log, and
// comes back at the host's pace.

#include <utility>

#include "core/flow/task_codec.h"
#include "fetcher/fetch_loop.h"

namespace newsmill {
namespace {

// Memory is short: only what is asked at once is held.
constexpr Duration kShortHold = std::chrono::seconds(1);
// Of one partition of `tasks`: each of these holds its offset open, and a note
// of the group tells so many apart.
constexpr int kMostHeld = 400;
// Of a blocked host, whose tasks end as soon as they are read, at a time.
constexpr int64_t kMostBlocked = 1000;
// Of a task that is on its way from the log.
constexpr int64_t kUsualMemory = 1500;
// How often hosts are looked at whose rest may be over.
constexpr Duration kSweep = std::chrono::seconds(1);

}  // namespace

Lane LaneOf(const v1::FetchTask& task) {
  return task.lane() == v1::FetchTask::BULK ? Lane::kBulk : Lane::kFresh;
}

int64_t MemoryOf(const Message& message) {
  // The record, the task made of it, and what a fetch needs around it.
  constexpr int64_t kAround = 800;
  auto bytes = static_cast<int64_t>(message.value.size());
  for (const Header& header : message.headers) {
    bytes += static_cast<int64_t>(header.name.size() + header.value.size());
  }
  return 2 * bytes + kAround;
}

void FetchLoop::WaitOn(std::unique_ptr<Backlog> backlog, Room& room) {
  backlog_ = std::move(backlog);
  room_ = &room;
}

void FetchLoop::OpenBacklog(int32_t partition, SidePosition from) {
  if (backlog_ != nullptr) backlog_->Open(partition, std::move(from));
}

void FetchLoop::Durable(int32_t partition, int64_t offset) {
  if (backlog_ != nullptr) backlog_->Settle(partition, offset);
}

std::optional<SidePosition> FetchLoop::BacklogPosition(
    int32_t partition) const {
  if (backlog_ == nullptr) return std::nullopt;
  return backlog_->Position(partition);
}

bool FetchLoop::HasMore() const {
  return backlog_ != nullptr && (in_hand() > 0 || backlog_->HasMore());
}

std::vector<int32_t> FetchLoop::partitions() const {
  std::vector<int32_t> numbers;
  for (const auto& [partition, since] : owned_since_) {
    numbers.push_back(partition);
  }
  return numbers;
}

Duration FetchLoop::HoldTime() const {
  return room_ != nullptr && room_->IsScarce() ? kShortHold : kHoldTime;
}

// How many more tasks of a host may come into memory.
int64_t FetchLoop::RoomOf(const std::string& host, Lane lane) const {
  const HostHold hold = hosts_.HoldOn(host, clock_.Now());
  if (hold.kind == HostHold::Kind::kBlocked) return kMostBlocked;
  const Instant now = clock_.Uptime();
  if (hold.kind == HostHold::Kind::kWait &&
      ToInstant(hold.until) > now + HoldTime()) {
    return 0;
  }
  return frontier_.Room(host, lane, HoldTime(), now);
}

// Whether a task of `tasks` goes to the backlog: others of its host stand there
// before it, or its host could not be asked in time.
bool FetchLoop::MustWait(const std::string& host, int32_t partition,
                         Lane lane) {
  return backlog_->Waits(partition, host, lane) ||
         held_[partition] >= kMostHeld || RoomOf(host, lane) <= 0;
}

// Lets a task that is not in memory wait for its host, which is no attempt. One
// that came from the backlog stands there still.
void FetchLoop::WaitOnLog(Delivery delivery, const std::string& host,
                          int32_t partition) {
  if (delivery.adopted()) {
    backlog_->PutBack(delivery.message(), host, LaneOf(delivery.task()));
    return;
  }
  Record record = EncodeTask(delivery.task(), topics_.backlog);
  record.partition = partition;
  std::move(delivery).Ack({std::move(record)});
  backlog_->Expect(partition);
  metrics_.Deferred();
}

void FetchLoop::ReadBacklog(Instant now) {
  if (backlog_ == nullptr) return;
  for (Message& message : backlog_->Turn(now)) {
    const int32_t partition = message.partition;
    Room::Place place = room_->Take(MemoryOf(message));
    std::optional<Delivery> delivery =
        port_.Adopt(std::move(message), {topics_.tasks, partition});
    // Not ours any more; the order to let go is under way.
    if (delivery) Accept(*std::move(delivery), std::move(place));
  }
  for (const auto& [partition, host] : backlog_->TakeNewHosts()) {
    Refill(partition, host);
  }
  if (now - swept_ < kSweep) return;
  swept_ = now;
  metrics_.Backlog(backlog_->unsettled());
  // From another one each time: where memory is scarce, all have their turn.
  std::vector<Backlog::HostPlace> hosts = backlog_->Hosts();
  if (hosts.empty()) return;
  first_swept_ = (first_swept_ + hosts.size() / 3 + 1) % hosts.size();
  for (size_t i = 0; i < hosts.size(); ++i) {
    const auto& [partition, host] = hosts[(first_swept_ + i) % hosts.size()];
    Refill(partition, host);
  }
}

// Has as much read as the host can be asked, once half of that is gone.
void FetchLoop::Refill(int32_t partition, const std::string& host) {
  for (const Lane lane : kLanes) {
    if (!room_->HasRoom(backlog_->wanted() * kUsualMemory)) return;
    if (!backlog_->Waits(partition, host, lane)) continue;
    const int64_t room = RoomOf(host, lane) - backlog_->Wanted(host, lane);
    if (room > 0 && 2 * room >= frontier_.Capacity(host, HoldTime())) {
      backlog_->Want(partition, host, lane, room);
    }
  }
}

}  // namespace newsmill
