#include "fetcher/hosts/host_log.h"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <utility>

#include "core/base/id.h"
#include "core/bus/partitioner.h"
#include "core/flow/task_codec.h"
#include "core/runtime/log.h"

namespace newsmill {
namespace {

constexpr Duration kFirstReading = std::chrono::milliseconds(10);
constexpr Duration kRememberAfter = std::chrono::seconds(1);

std::string NewOwner() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  return std::string(host) + "/" + std::to_string(getpid()) + "/" +
         NewUuidV7(Clock::System().Now());
}

// Nothing is known of the host: what was said of it is taken back.
bool IsForgotten(const v1::HostState& state) {
  v1::HostState nothing;
  nothing.set_host(state.host());
  return state.ByteSizeLong() == nothing.ByteSizeLong();
}

// Of an article.
template <typename About>
Record RecordOf(const std::string& topic, int32_t partition, const About& about,
                const std::string& task_id) {
  Record record;
  record.topic = topic;
  record.partition = partition;
  record.key = about.article_key();
  record.value = about.SerializeAsString();
  record.headers = RecordHeaders(About::descriptor()->full_name(), task_id, "");
  return record;
}

}  // namespace

HostLog::HostLog(Bus& bus, const Topics& topics, const Clock& clock,
                 HostLogOptions options, HostLogEvents events)
    : bus_(bus),
      topics_(topics),
      clock_(clock),
      options_(std::move(options)),
      events_(std::move(events)),
      owner_(NewOwner()),
      backoff_(std::chrono::milliseconds(200), std::chrono::seconds(10)) {}

HostLog::~HostLog() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    given_.notify_all();
    thread_.join();
  }
  for (auto& [partition, jobs] : saves_) {
    for (Job& job : jobs) {
      if (job.done) job.done(false);
    }
  }
}

void HostLog::Start() {
  thread_ = std::thread([this] { Run(); });
}

// From other threads.

uint64_t HostLog::Take(const std::vector<int32_t>& partitions) {
  std::vector<Job> jobs;
  uint64_t take = 0;
  {
    const std::lock_guard lock(mutex_);
    take = ++takes_;
  }
  for (const int32_t partition : partitions) {
    jobs.push_back({Job::Kind::kTake, partition, take, {}, {}});
  }
  Give(std::move(jobs));
  return take;
}

void HostLog::Release(const std::vector<int32_t>& partitions, Duration most) {
  auto left = std::make_shared<std::promise<void>>();
  std::future<void> done = left->get_future();
  std::vector<Job> jobs;
  for (const int32_t partition : partitions) {
    jobs.push_back({Job::Kind::kRelease, partition, 0, {}, {}});
  }
  if (jobs.empty()) return;
  jobs.back().done = [left](bool) { left->set_value(); };
  Give(std::move(jobs));
  done.wait_for(most);
}

void HostLog::Drop(const std::vector<int32_t>& partitions) {
  std::vector<Job> jobs;
  for (const int32_t partition : partitions) {
    jobs.push_back({Job::Kind::kDrop, partition, 0, {}, {}});
  }
  Give(std::move(jobs));
}

void HostLog::Save(int32_t partition, v1::HostState state, Done done) {
  std::vector<Job> jobs(1);
  jobs[0] = {Job::Kind::kSave, partition, 0, std::move(state), std::move(done)};
  Give(std::move(jobs));
}

void HostLog::Plan(int32_t partition, const v1::PlannedRevisit& plan,
                   const std::optional<v1::FetchTask>& put, Done done) {
  std::vector<Job> jobs(1);
  jobs[0] = {Job::Kind::kPlan, partition, 0, {}, std::move(done)};
  jobs[0].records.push_back(
      RecordOf(topics_.revisits, partition, plan, plan.task().task_id()));
  if (put) {
    Record task = EncodeTask(*put, topics_.tasks);
    task.partition =
        PartitionForKey(*task.key, topics_.PartitionsOf(topics_.tasks));
    jobs[0].records.push_back(std::move(task));
  }
  Give(std::move(jobs));
}

void HostLog::Remember(int32_t partition, const v1::SeenPage& page) {
  Job job{Job::Kind::kRemember, partition, 0, {}, {}};
  job.records.push_back(
      RecordOf(topics_.seen, partition, page, page.task_id()));
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));  // its turn comes; nobody waits
}

std::string HostLog::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void HostLog::Give(std::vector<Job> jobs) {
  {
    const std::lock_guard lock(mutex_);
    for (Job& job : jobs) jobs_.push_back(std::move(job));
  }
  given_.notify_all();
}

// The thread.

void HostLog::Run() {
  while (true) {
    const Duration wait = Turn();
    std::unique_lock lock(mutex_);
    given_.wait_for(lock, wait, [this] { return stop_ || !jobs_.empty(); });
    if (stop_ && jobs_.empty()) return;
  }
}

Duration HostLog::Turn() {
  std::vector<Job> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs = std::exchange(jobs_, {});
  }
  Obey(std::move(jobs));
  const Instant now = clock_.Uptime();
  FollowOrders();
  FollowDead();
  if (now >= try_at_) {
    TakeOver();
    WriteWhatWaits(now);
  }
  OpenWhatIsReady();
  Duration wait = kLookForOrders;
  for (const auto& [number, partition] : partitions_) {
    if (partition.ready_at) {
      wait = std::min<Duration>(wait, *partition.ready_at - clock_.Uptime());
    }
  }
  if (!orders_read_ || !dead_read_) wait = std::min(wait, kFirstReading);
  return std::max(wait, Duration(1));
}

void HostLog::WriteWhatWaits(Instant now) {
  if (!remembered_.empty() && now >= write_remembered_at_) {
    for (const auto& [partition, records] : remembered_) saves_[partition];
  }
  std::vector<int32_t> partitions;
  for (const auto& [partition, saves] : saves_) partitions.push_back(partition);
  for (const int32_t partition : partitions) {
    // A fence takes the list away.
    const auto waiting = saves_.find(partition);
    if (waiting != saves_.end() && !Write(partition, &waiting->second)) break;
  }
  std::erase_if(saves_, [](const auto& each) { return each.second.empty(); });
}

void HostLog::Obey(std::vector<Job> jobs) {
  for (Job& job : jobs) ObeyOne(std::move(job), &saves_);
}

void HostLog::ObeyOne(Job job, std::map<int32_t, std::vector<Job>>* saves) {
  switch (job.kind) {
    case Job::Kind::kTake: {
      LetGo(job.partition);
      Partition& partition = partitions_[job.partition];
      partition.take = job.take;
      partition.taken_at = clock_.Uptime();
      break;
    }
    case Job::Kind::kRelease: {
      // What was learned goes first: the next owner reads at once.
      Write(job.partition, &(*saves)[job.partition]);
      const auto found = partitions_.find(job.partition);
      if (found != partitions_.end() && found->second.producer) {
        const Result<void> written = found->second.producer->Write(
            {OwnershipRecord(job.partition, true)});
        if (!written) {
          log::Debug("The next owner of a partition has to wait.",
                     {{"partition", job.partition},
                      {"error", written.error().message}});
        }
      }
      LetGo(job.partition);
      if (job.done) job.done(true);
      break;
    }
    case Job::Kind::kDrop:
      LetGo(job.partition);
      break;
    case Job::Kind::kSave:
    case Job::Kind::kPlan:
      if (partitions_.contains(job.partition)) {
        (*saves)[job.partition].push_back(std::move(job));
      } else if (job.done) {
        job.done(false);
      }
      break;
    case Job::Kind::kRemember:
      if (!partitions_.contains(job.partition)) break;
      if (remembered_.empty()) {
        write_remembered_at_ = clock_.Uptime() + kRememberAfter;
      }
      remembered_[job.partition][*job.records[0].key] =
          std::move(job.records[0]);
      break;
  }
}

void HostLog::LetGo(int32_t partition) {
  partitions_.erase(partition);
  remembered_.erase(partition);
  auto waiting = saves_.extract(partition);
  if (waiting.empty()) return;
  for (Job& job : waiting.mapped()) {
    if (job.done) job.done(false);
  }
}

// Writing.

bool HostLog::Write(int32_t partition, std::vector<Job>* saves) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || !found->second.producer) return true;
  std::map<std::string, const v1::HostState*> newest;
  std::vector<Record> records;
  for (const Job& job : *saves) {
    if (job.kind == Job::Kind::kSave) newest[job.state.host()] = &job.state;
    records.insert(records.end(), job.records.begin(), job.records.end());
  }
  for (const auto& [host, state] : newest) {
    records.push_back(StateRecord(partition, *state));
  }
  const auto remembered = remembered_.find(partition);
  if (remembered != remembered_.end()) {
    for (const auto& [key, record] : remembered->second) {
      records.push_back(record);
    }
  }
  if (records.empty()) return true;
  const Result<void> written = found->second.producer->Write(records);
  if (written) {
    for (Job& job : *saves) {
      if (job.done) job.done(true);
    }
    saves->clear();
    remembered_.erase(partition);
    return true;
  }
  if (written.error().code == Code::kFenced) {
    Fenced(partition);
    return false;  // the list is gone
  }
  Trouble("remember hosts", written.error());
  if (written.error().code == Code::kTooLarge) {
    // The only part that grows, and the only one that can be asked for again.
    for (Job& job : *saves) job.state.clear_robots();
    remembered_.erase(partition);
  }
  return false;
}

void HostLog::Fenced(int32_t partition) {
  const uint64_t take = partitions_[partition].take;
  log::Warn("Another worker took over the hosts of a partition.",
            {{"partition", partition}});
  LetGo(partition);
  events_.fenced(partition, take);
}

Record HostLog::OwnershipRecord(int32_t partition, bool released) const {
  v1::HostState state;
  v1::Ownership& ownership = *state.mutable_ownership();
  ownership.set_owner(owner_);
  ownership.set_released(released);
  *ownership.mutable_taken_at() = ToProto(clock_.Now());
  *state.mutable_updated_at() = ToProto(clock_.Now());
  return StateRecord(partition, state);
}

Record HostLog::StateRecord(int32_t partition,
                            const v1::HostState& state) const {
  Record record;
  record.topic = topics_.hosts;
  record.partition = partition;
  record.key = state.host();
  if (!IsForgotten(state)) record.value = state.SerializeAsString();
  record.headers =
      RecordHeaders(v1::HostState::descriptor()->full_name(), "", "");
  return record;
}

void HostLog::Trouble(const std::string& what, const Error& error) {
  const Duration delay = backoff_.Next();
  try_at_ = clock_.Uptime() + delay;
  log::Warn("The log of hosts is in trouble.",
            {{"cannot", what},
             {"error", error.message},
             {"next_attempt_in", FormatDuration(delay)}});
  const std::lock_guard lock(mutex_);
  trouble_ = "cannot " + what + ": " + error.message;
}

}  // namespace newsmill
