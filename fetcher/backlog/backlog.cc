#include "fetcher/backlog/backlog.h"

#include <algorithm>

#include "core/base/url.h"
#include "core/flow/task_codec.h"
#include "core/runtime/log.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {
namespace {

constexpr size_t kPollBatch = 256;
// Reading past so many records costs less than a jump over them.
constexpr int64_t kWorthReading = 64;
// At its end a partition is looked at for that long before what is wanted of it
// is read; a log may take a while to answer.
constexpr Duration kScan = std::chrono::milliseconds(100);
// And no longer than this, however much comes.
constexpr Duration kLongestScan = std::chrono::milliseconds(300);
// What was wanted and does not come is asked for again.
constexpr Duration kPatience = std::chrono::seconds(30);

// Where a task on the backlog is counted.
struct HostAndLane {
  std::string host;
  Lane lane = Lane::kFresh;
};

HostAndLane PlaceOf(const Message& message) {
  HostAndLane place;
  v1::FetchTask task;
  if (!task.ParseFromString(message.value)) {
    place.host = message.key.value_or("");  // ends as a dead letter
    return place;
  }
  const Result<Url> url = Url::Parse(task.url());
  place.host = url ? url->HostKey() : message.key.value_or("");
  if (task.lane() == v1::FetchTask::BULK) place.lane = Lane::kBulk;
  return place;
}

}  // namespace

Backlog::Backlog(const Topics& topics, std::unique_ptr<BacklogLog> log,
                 size_t most_bytes)
    : topics_(topics),
      log_(std::move(log)),
      most_bytes_(most_bytes),
      backoff_(std::chrono::milliseconds(200), std::chrono::seconds(5)) {}

Backlog::~Backlog() = default;

void Backlog::Open(int32_t partition, SidePosition from) {
  Close(partition);
  partitions_.emplace(partition, Partition(std::move(from)));
}

void Backlog::Close(int32_t partition) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  for (const auto& [offset, wanted] : found->second.wanted) CountOff(wanted);
  partitions_.erase(found);
  log_->Close(partition);
}

void Backlog::Expect(int32_t partition) {
  const auto found = partitions_.find(partition);
  if (found != partitions_.end()) ++found->second.expected;
}

bool Backlog::Waits(int32_t partition, const std::string& host, Lane lane) {
  const auto found = partitions_.find(partition);
  return found != partitions_.end() && found->second.index.Waits(host, lane);
}

void Backlog::Want(int32_t partition, const std::string& host, Lane lane,
                   int64_t most) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || !found->second.whole) return;
  const auto taken = found->second.index.Take(host, lane, most);
  if (taken.empty()) return;
  for (const int64_t offset : taken) {
    found->second.wanted[offset] = {host, lane};
  }
  wanted_[host][static_cast<size_t>(lane)] += std::ssize(taken);
  all_wanted_ += std::ssize(taken);
}

int64_t Backlog::Wanted(const std::string& host, Lane lane) const {
  const auto found = wanted_.find(host);
  return found == wanted_.end() ? 0 : found->second[static_cast<size_t>(lane)];
}

void Backlog::CountOff(const WantedRecord& wanted) {
  --all_wanted_;
  const auto found = wanted_.find(wanted.host);
  --found->second[static_cast<size_t>(wanted.lane)];
  if (found->second == std::array<int64_t, kLanes.size()>()) {
    wanted_.erase(found);
  }
}

void Backlog::PutBack(const Message& message, const std::string& host,
                      Lane lane) {
  const auto found = partitions_.find(message.partition);
  if (found == partitions_.end()) return;
  found->second.index.PutBack(message.offset, host, lane);
}

void Backlog::Settle(int32_t partition, int64_t offset) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return;
  found->second.index.Settle(offset);
  if (found->second.index.unrecorded() > kMostUnrecorded) {
    Record(partition, found->second);
  }
}

void Backlog::Record(int32_t number, Partition& partition) {
  if (partition.index.recording()) return;
  CommitNote note;
  note.settled = partition.index.BeginRecord();
  newsmill::Record record;
  record.topic = topics_.backlog;
  record.partition = number;
  record.value = note.Encode(0);
  record.headers.push_back({kSettledHeader, "1"});
  log_->Append(std::move(record), [answers = answers_,
                                   number](const Result<RecordMetadata>& done) {
    const std::lock_guard lock(answers->mutex);
    answers->recorded.emplace_back(number, done.has_value());
  });
}

void Backlog::TakeAnswers() {
  std::vector<std::pair<int32_t, bool>> recorded;
  {
    const std::lock_guard lock(answers_->mutex);
    recorded.swap(answers_->recorded);
  }
  for (const auto& [number, durable] : recorded) {
    const auto found = partitions_.find(number);
    if (found != partitions_.end()) found->second.index.EndRecord(durable);
  }
}

std::vector<Message> Backlog::Turn(Instant now) {
  TakeAnswers();
  more_came_ = false;
  if (now < again_at_) return {};
  SeeWhetherFull();
  Result<void> ready = OpenWhatIsNot();
  for (auto& [number, partition] : partitions_) {
    if (ready) ready = Place(number, partition, now);
  }
  if (!ready) {
    OnError(ready.error(), now);
    return {};
  }
  Result<std::vector<Message>> messages = log_->Poll(kPollBatch);
  if (!messages) {
    if (messages.error().code == Code::kOutOfRange) ForgetTrimmed();
    OnError(messages.error(), now);
    return {};
  }
  backoff_.Reset();
  more_came_ = !messages->empty();
  std::vector<Message> came;
  for (Message& message : *messages) {
    const auto found = partitions_.find(message.partition);
    if (found == partitions_.end()) continue;
    if (Came(found->second, message, now)) came.push_back(std::move(message));
  }
  return came;
}

Result<void> Backlog::OpenWhatIsNot() {
  for (auto& [number, partition] : partitions_) {
    if (partition.opened) continue;
    const Result<Watermarks> marks = log_->Open(number);
    if (!marks) return marks.error();
    // Beyond the end: the topic was made anew.
    if (partition.from.next > marks->end) {
      log::Warn("The backlog's partition was made anew; it is read whole.",
                {{"partition", number},
                 {"offset", partition.from.next},
                 {"end", marks->end}});
      partition.from = {};
      partition.index = BacklogIndex(partition.from);
    }
    partition.index.Forget(marks->begin);
    partition.known_end = marks->end;
    partition.opened = true;
  }
  return {};
}

void Backlog::SeeWhetherFull() {
  size_t bytes = 0;
  for (const auto& [number, partition] : partitions_) {
    bytes += partition.index.bytes();
  }
  full_ = bytes >= most_bytes_;
}

// Where this partition is to be read now; nullopt: nowhere.
std::optional<int64_t> Backlog::NextPlace(Partition& partition,
                                          Instant now) const {
  const int64_t end = partition.index.end();
  partition.whole = partition.whole || end >= partition.known_end || full_;
  if (partition.wanted.empty() || !partition.whole) {
    partition.scanning = true;
    partition.scan_until = now + kLongestScan;
    if (full_) return std::nullopt;
    return end;
  }
  const bool at_end = partition.scanning && !full_ &&
                      now - partition.last_came < kScan &&
                      now < partition.scan_until;
  if (at_end) return end;
  if (partition.scanning) {
    partition.scanning = false;
    return partition.wanted.begin()->first;
  }
  const auto next = partition.wanted.lower_bound(partition.position);
  if (next == partition.wanted.end()) {
    // All in one pass upwards; then a look at the end, and the next pass.
    partition.scanning = true;
    partition.last_came = now;
    partition.scan_until = now + kLongestScan;
    return full_ ? partition.wanted.begin()->first : end;
  }
  if (now - partition.last_came > kPatience) {
    partition.last_came = now;
    partition.position = -1;  // asked for again
    return next->first;
  }
  const bool near = next->first - partition.position <= kWorthReading;
  return near ? partition.position : next->first;
}

Result<void> Backlog::Place(int32_t number, Partition& partition, Instant now) {
  const std::optional<int64_t> place = NextPlace(partition, now);
  if (!place) {
    if (partition.paused || partition.position < 0) return {};
    partition.paused = true;
    return log_->Pause(number);
  }
  if (!partition.paused && *place == partition.position) return {};
  return ReadFrom(number, partition, *place);
}

Result<void> Backlog::ReadFrom(int32_t number, Partition& partition,
                               int64_t offset) {
  partition.paused = false;
  if (Result<void> read = log_->Read(number, offset); !read) {
    partition.position = -1;
    return read;
  }
  partition.position = offset;
  return {};
}

bool Backlog::Came(Partition& partition, const Message& message, Instant now) {
  if (partition.position < 0 || message.offset < partition.position) {
    return false;
  }
  const int64_t end = partition.index.end();
  if (message.offset >= end) {
    // Only what was read without a gap may enter the index: what lies between
    // counts as no record at all.
    if (partition.position != end) return false;
    AddToIndex(partition, message);
  }
  partition.position = message.offset + 1;
  partition.last_came = now;
  const auto wanted = partition.wanted.find(message.offset);
  if (wanted == partition.wanted.end()) return false;
  CountOff(wanted->second);
  partition.wanted.erase(wanted);
  return true;
}

void Backlog::AddToIndex(Partition& partition, const Message& message) {
  if (partition.expected > 0 && message.offset >= partition.known_end) {
    --partition.expected;
  }
  if (message.FindHeader(kSettledHeader) != nullptr) {
    partition.index.AddSettled(message.offset);
    partition.index.Believe(CommitNote::Decode(0, message.value).settled);
    return;
  }
  const HostAndLane place = PlaceOf(message);
  partition.index.Add(message.offset, place.host, place.lane);
}

// Somebody deleted records that were not settled.
void Backlog::ForgetTrimmed() {
  for (auto& [number, partition] : partitions_) {
    const Result<Watermarks> marks = log_->Open(number);
    if (!marks) continue;
    partition.position = -1;
    if (marks->begin <= partition.index.next()) continue;
    log::Error("Waiting tasks were deleted from the backlog.",
               {{"partition", number},
                {"from", partition.index.next()},
                {"to", marks->begin}});
    partition.index.Forget(marks->begin);
    while (!partition.wanted.empty() &&
           partition.wanted.begin()->first < marks->begin) {
      CountOff(partition.wanted.begin()->second);
      partition.wanted.erase(partition.wanted.begin());
    }
  }
}

void Backlog::OnError(const Error& error, Instant now) {
  const Duration delay = backoff_.Next();
  again_at_ = now + delay;
  log::Warn(
      "The backlog cannot be read now.",
      {{"error", error.message}, {"next_attempt_in", FormatDuration(delay)}});
}

bool Backlog::busy() const {
  return more_came_ || std::any_of(partitions_.begin(), partitions_.end(),
                                   [](const auto& entry) {
                                     return !entry.second.opened ||
                                            !entry.second.wanted.empty();
                                   });
}

std::vector<Backlog::HostPlace> Backlog::TakeNewHosts() {
  std::vector<HostPlace> hosts;
  for (auto& [number, partition] : partitions_) {
    if (!partition.whole) continue;
    for (std::string& host : partition.index.TakeNewHosts()) {
      hosts.emplace_back(number, std::move(host));
    }
  }
  return hosts;
}

std::vector<Backlog::HostPlace> Backlog::Hosts() const {
  std::vector<HostPlace> hosts;
  for (const auto& [number, partition] : partitions_) {
    for (std::string& host : partition.index.Hosts()) {
      hosts.emplace_back(number, std::move(host));
    }
  }
  return hosts;
}

std::optional<SidePosition> Backlog::Position(int32_t partition) const {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end()) return std::nullopt;
  if (!found->second.opened) return found->second.from;
  return found->second.index.Position();
}

bool Backlog::HasMore() const {
  return std::any_of(partitions_.begin(), partitions_.end(),
                     [](const auto& entry) {
                       const Partition& partition = entry.second;
                       return !partition.opened || partition.expected > 0 ||
                              partition.index.end() < partition.known_end ||
                              partition.index.unsettled() > 0;
                     });
}

size_t Backlog::unsettled() const {
  size_t tasks = 0;
  for (const auto& [number, partition] : partitions_) {
    tasks += partition.index.unsettled();
  }
  return tasks;
}

}  // namespace newsmill
