#include "fetcher/hosts/host_log.h"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <utility>

#include "core/base/id.h"
#include "core/flow/task_codec.h"
#include "core/runtime/log.h"
#include "fetcher/hosts/orders.h"
#include "fetcher/hosts/read_topic.h"

namespace newsmill {
namespace {

constexpr Duration kReadTimeout = std::chrono::seconds(60);
// Orders reach a worker that much later at most.
constexpr Duration kLookForOrders = std::chrono::milliseconds(250);
constexpr size_t kOrdersAtOnce = 500;
// Of owners that are fenced at the same time; each waits for the broker.
constexpr size_t kFencedAtOnce = 6;

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
  if (now >= try_at_) {
    TakeOver();
    for (auto& [partition, saves] : saves_) {
      if (!saves.empty() && !Write(partition, &saves)) break;
    }
    std::erase_if(saves_, [](const auto& each) { return each.second.empty(); });
  }
  OpenWhatIsReady();
  Duration wait = kLookForOrders;
  for (const auto& [number, partition] : partitions_) {
    if (partition.ready_at) {
      wait = std::min<Duration>(wait, *partition.ready_at - clock_.Uptime());
    }
  }
  return std::max(wait, Duration(1));
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
      auto waiting = saves->find(job.partition);
      if (waiting != saves->end()) Write(job.partition, &waiting->second);
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
      if (partitions_.contains(job.partition)) {
        (*saves)[job.partition].push_back(std::move(job));
      } else if (job.done) {
        job.done(false);
      }
      break;
  }
}

void HostLog::LetGo(int32_t partition) {
  partitions_.erase(partition);
  auto waiting = saves_.extract(partition);
  if (waiting.empty()) return;
  for (Job& job : waiting.mapped()) {
    if (job.done) job.done(false);
  }
}

// Taking over.

void HostLog::TakeOver() {
  std::vector<int32_t> wanted;
  for (const auto& [number, partition] : partitions_) {
    if (!partition.open && !partition.ready_at) wanted.push_back(number);
  }
  if (wanted.empty()) return;
  Result<void> done = Fence(wanted);
  if (done) done = ReadStates(wanted);
  if (!done) return Trouble("take hosts over", done.error());
  backoff_.Reset();
  const std::lock_guard lock(mutex_);
  trouble_.clear();
}

Result<void> HostLog::Fence(const std::vector<int32_t>& partitions) {
  std::vector<int32_t> open;
  for (const int32_t partition : partitions) {
    if (!partitions_[partition].producer) open.push_back(partition);
  }
  using Made = Result<std::unique_ptr<FencedProducer>>;
  const auto make = [this](int32_t partition) {
    FencedProducerOptions options;
    options.id = options_.prefix + "hosts." + std::to_string(partition);
    options.client_id = "newsmill-hosts";
    return bus_.NewFencedProducer(options);
  };
  Result<void> result;
  for (size_t from = 0; from < open.size(); from += kFencedAtOnce) {
    const size_t end = std::min(open.size(), from + kFencedAtOnce);
    std::vector<std::future<Made>> making;
    for (size_t i = from; i < end; ++i) {
      making.push_back(std::async(std::launch::async, make, open[i]));
    }
    for (size_t i = from; i < end; ++i) {
      Made made = making[i - from].get();
      if (made) {
        partitions_[open[i]].producer = *std::move(made);
      } else {
        result = made.error();
      }
    }
    if (!result) return result;
  }
  return result;
}

Result<void> HostLog::ReadStates(const std::vector<int32_t>& partitions) {
  std::vector<TopicPartition> topics;
  for (const int32_t partition : partitions) {
    topics.push_back({topics_.hosts, partition});
  }
  std::map<int32_t, std::map<std::string, v1::HostState>> newest;
  auto read = ReadToEnd(
      bus_, topics, kReadTimeout, clock_, [&](const Message& message) {
        v1::HostState& state =
            newest[message.partition][message.key.value_or("")];
        if (!state.ParseFromString(message.value)) {
          log::Warn(
              "A record of what is known of a host cannot be read.",
              {{"partition", message.partition}, {"offset", message.offset}});
          state.Clear();
        }
      });
  if (!read) return read;
  for (const int32_t number : partitions) {
    Partition& partition = partitions_[number];
    const v1::HostState* ownership = nullptr;
    partition.states.clear();
    for (auto& [host, state] : newest[number]) {
      if (host.empty()) ownership = &state;
    }
    partition.ready_at = ReadyAt(partition, ownership);
    for (auto& [host, state] : newest[number]) {
      if (!host.empty() && !state.host().empty()) {
        partition.states.push_back(std::move(state));
      }
    }
  }
  return {};
}

Instant HostLog::ReadyAt(const Partition& partition,
                         const v1::HostState* ownership) const {
  const bool nobody = ownership == nullptr || !ownership->has_ownership() ||
                      ownership->ownership().released() ||
                      ownership->ownership().owner() == owner_;
  if (nobody) return partition.taken_at;
  return partition.taken_at + options_.session_timeout / 2;
}

void HostLog::OpenWhatIsReady() {
  const Instant now = clock_.Uptime();
  if (!orders_read_ || now < try_at_) return;
  std::vector<int32_t> fenced;
  for (auto& [number, partition] : partitions_) {
    if (!partition.ready_at || *partition.ready_at > now) continue;
    const Result<void> written =
        partition.producer->Write({OwnershipRecord(number, false)});
    if (!written && written.error().code == Code::kFenced) {
      fenced.push_back(number);
    } else if (!written) {
      Trouble("take hosts over", written.error());
      break;
    } else {
      partition.ready_at.reset();
      partition.open = true;
      events_.taken({number, partition.take, std::move(partition.states)});
      partition.states.clear();
    }
  }
  for (const int32_t number : fenced) Fenced(number);
}

// Writing.

bool HostLog::Write(int32_t partition, std::vector<Job>* saves) {
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || !found->second.producer) return true;
  std::map<std::string, const v1::HostState*> newest;
  for (const Job& job : *saves) newest[job.state.host()] = &job.state;
  std::vector<Record> records;
  for (const auto& [host, state] : newest) {
    records.push_back(StateRecord(partition, *state));
  }
  const Result<void> written = found->second.producer->Write(records);
  if (written) {
    for (Job& job : *saves) {
      if (job.done) job.done(true);
    }
    saves->clear();
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

// Orders.

void HostLog::FollowOrders() {
  const Instant now = clock_.Uptime();
  if (now < look_for_orders_at_ || now < try_at_) return;
  look_for_orders_at_ = now + kLookForOrders;
  if (!orders_) {
    const Result<void> opened = OpenOrders();
    if (!opened) return Trouble("read the orders of operators", opened.error());
  }
  const TopicPartition control{topics_.control, 0};
  auto messages = orders_->Poll(kOrdersAtOnce, Duration(0));
  if (!messages) {
    orders_.reset();
    return Trouble("read the orders of operators", messages.error());
  }
  std::vector<v1::Order> orders;
  for (const Message& message : *messages) {
    Result<v1::Order> order = DecodeOrder(message);
    if (order) {
      orders.push_back(*std::move(order));
    } else {
      log::Warn("An order cannot be read.", {{"error", order.error().message}});
    }
  }
  if (!orders.empty()) events_.orders(std::move(orders));
  // The rest of the first reading does not wait for the next look.
  if (!orders_read_) look_for_orders_at_ = now;
  const Result<int64_t> position = orders_->Position(control);
  if (position && *position >= orders_end_) orders_read_ = true;
}

Result<void> HostLog::OpenOrders() {
  const TopicPartition control{topics_.control, 0};
  const auto marks = bus_.admin().FetchWatermarks({control});
  if (!marks) return marks.error();
  auto consumer = bus_.NewConsumer({});
  if (!consumer) return consumer.error();
  const Offsets start{{control, marks->at(control).begin}};
  if (auto assigned = (*consumer)->Assign(start); !assigned) return assigned;
  orders_ = *std::move(consumer);
  orders_end_ = marks->at(control).end;
  return {};
}

}  // namespace newsmill
