// HostLog, taking over: former owners are fenced, what they wrote is read.

#include <algorithm>
#include <future>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/runtime/log.h"
#include "fetcher/hosts/host_log.h"
#include "fetcher/hosts/read_topic.h"

namespace newsmill {
namespace {

constexpr Duration kReadTimeout = std::chrono::seconds(60);
// Some hundred thousand pages per partition.
constexpr Duration kReadPagesTimeout = std::chrono::minutes(5);
// Of owners that are fenced at the same time; each waits for the broker.
constexpr size_t kFencedAtOnce = 6;

// Of each article what was written last, by partition.
template <typename About>
Result<std::map<int32_t, std::vector<About>>> ReadNewest(
    Bus& bus, const std::string& topic, const std::vector<int32_t>& partitions,
    const Clock& clock) {
  std::vector<TopicPartition> places;
  for (const int32_t partition : partitions) {
    places.push_back({topic, partition});
  }
  std::map<int32_t, std::unordered_map<std::string, About>> newest;
  auto read = ReadToEnd(
      bus, places, kReadPagesTimeout, clock, [&](const Message& message) {
        About about;
        if (message.value.empty()) {
          newest[message.partition].erase(message.key.value_or(""));
          return;  // taken back
        }
        if (!about.ParseFromString(message.value)) {
          log::Warn("A record of what is known of a page cannot be read.",
                    {{"topic", message.topic},
                     {"partition", message.partition},
                     {"offset", message.offset}});
          return;
        }
        std::string key = about.article_key();
        newest[message.partition].insert_or_assign(std::move(key),
                                                   std::move(about));
      });
  if (!read) return read.error();
  std::map<int32_t, std::vector<About>> all;
  for (auto& [partition, abouts] : newest) {
    for (auto& [key, about] : abouts)
      all[partition].push_back(std::move(about));
  }
  return all;
}

}  // namespace

std::string HostOwnerId(const std::string& prefix, int32_t partition) {
  return prefix + "hosts." + std::to_string(partition);
}

void HostLog::TakeOver() {
  std::vector<int32_t> wanted;
  for (const auto& [number, partition] : partitions_) {
    if (!partition.open && !partition.ready_at) wanted.push_back(number);
  }
  if (wanted.empty()) return;
  Result<void> done = Fence(wanted);
  if (done) done = ReadSeen(wanted);
  if (done) done = ReadRevisits(wanted);
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
    options.id = HostOwnerId(options_.prefix, partition);
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

Result<void> HostLog::ReadSeen(const std::vector<int32_t>& partitions) {
  auto newest =
      ReadNewest<v1::SeenPage>(bus_, topics_.seen, partitions, clock_);
  if (!newest) return newest.error();
  for (const int32_t number : partitions) {
    partitions_[number].seen = std::move((*newest)[number]);
  }
  return {};
}

Result<void> HostLog::ReadRevisits(const std::vector<int32_t>& partitions) {
  auto newest = ReadNewest<v1::PlannedRevisit>(bus_, topics_.revisits,
                                               partitions, clock_);
  if (!newest) return newest.error();
  for (const int32_t number : partitions) {
    partitions_[number].revisits = std::move((*newest)[number]);
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
  if (!orders_read_ || !dead_read_ || now < try_at_) return;
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
      events_.taken({number, partition.take, std::move(partition.states),
                     std::move(partition.seen), std::move(partition.revisits)});
      partition.states.clear();
      partition.seen.clear();
      partition.revisits.clear();
    }
  }
  for (const int32_t number : fenced) Fenced(number);
}

}  // namespace newsmill
