#include "fetcher/fetch_handler.h"

#include <utility>

#include "core/runtime/log.h"
#include "fetcher/gate.h"
#include "fetcher/http/curl_client.h"
#include "fetcher/robots_keeper.h"
#include "fetcher/warc/warc_http_client.h"

namespace newsmill {
namespace {

// How often the loop looks whether its assignments are still fresh while
// nothing else happens.
constexpr Duration kTurn = std::chrono::milliseconds(100);

}  // namespace

Result<std::unique_ptr<HttpClient>> NewHttpClient(const FetcherConfig& config) {
  if (Result<void> checked = CheckFetcherConfig(config); !checked) {
    return checked.error();
  }
  Result<AddressGuard> guard = AddressGuard::Create(config.allow_addresses);
  if (!guard) return guard.error();
  CurlClientOptions options;
  Result<Credentials> credentials =
      Credentials::Read(config.basic_auth_file, config.bearer_token_file);
  if (!credentials) return credentials.error();
  options.guard = std::move(*guard);
  options.credentials = std::move(*credentials);
  options.http2 = config.http2;
  options.proxy = config.proxy;
  options.cookie_hosts = config.cookie_hosts;
  if (!config.proxy_credentials_file.empty()) {
    Result<std::string> secret = ReadSecretFile(
        config.proxy_credentials_file, "fetcher.proxy_credentials_file");
    if (!secret) return secret.error();
    options.proxy_credentials = std::move(*secret);
  }
  options.resolver.servers = config.dns_servers;
  options.user_agent = UserAgent(config);
  options.connect_timeout = config.connect_timeout;
  options.first_byte_timeout = config.first_byte_timeout;
  options.total_timeout = config.total_timeout;
  options.low_speed_limit = config.low_speed_limit;
  options.low_speed_time = config.low_speed_time;
  options.max_body_bytes = config.max_body_bytes;
  options.max_in_flight = config.max_in_flight;
  options.connect_to = config.connect_to;
  options.ca_file = config.ca_file;
  options.may_connect = [gate = Gate(config)](const std::string& address) {
    return gate.MayAsk(address);
  };
  Result<std::unique_ptr<CurlClient>> client =
      CurlClient::Create(std::move(options));
  if (!client) return client.error();
  if (config.warc.empty()) {
    return std::unique_ptr<HttpClient>(std::move(*client));
  }
  WarcFileOptions files;
  files.folder = config.warc;
  files.max_bytes = config.warc_max_bytes;
  files.max_age = config.warc_max_age;
  files.about = "software: " + config.user_agent +
                "\r\nformat: WARC File Format 1.1\r\nhttp-header-user-agent: " +
                UserAgent(config) + "\r\nrobots: " + config.robots + "\r\n";
  return std::unique_ptr<HttpClient>(
      std::make_unique<WarcHttpClient>(std::move(*client), std::move(files),
                                       Clock::System(), RobotsAgent(config)));
}

Result<std::unique_ptr<FetchHandler>> FetchHandler::Create(
    const FetcherConfig& config, const SiteCatalogue& sites,
    const Topics& topics, const Clock& clock,
    const std::optional<FleetMemory>& memory) {
  Result<std::unique_ptr<HttpClient>> http = NewHttpClient(config);
  if (!http) return http.error();
  if (!Gate(config).open()) {
    log::Info("Only loopback will be asked: fetcher.contact is not set.");
  }
  return std::make_unique<FetchHandler>(config, sites, topics, clock,
                                        std::move(*http), memory);
}

FetchHandler::FetchHandler(const FetcherConfig& config,
                           const SiteCatalogue& sites, const Topics& topics,
                           const Clock& clock, std::unique_ptr<HttpClient> http,
                           const std::optional<FleetMemory>& memory)
    : config_(config),
      sites_(sites),
      topics_(topics),
      clock_(clock),
      room_(config.max_queued_bytes),
      http_(std::move(http)),
      waker_(http_.get()),
      memory_(memory) {}

FetchHandler::~FetchHandler() {
  if (!thread_.joinable()) return;
  Give(End{});
  thread_.join();
  host_log_.reset();
}

void FetchHandler::Attach(WorkerPort& port) {
  port_ = &port;
  OpenMemory();
  thread_ = std::thread([this] { Run(); });
}

Result<Offsets> FetchHandler::Assigned(
    const std::vector<TopicPartition>& partitions) {
  Assign assign{PartitionsOfTasks(partitions), {}, {}, {}};
  owned_.insert(assign.partitions.begin(), assign.partitions.end());
  std::unique_lock lock(mutex_);
  for (const int32_t partition : assign.partitions) {
    positions_.erase(partition);
    auto left = recalled_.extract(partition);
    if (left) positions_.insert(std::move(left));
  }
  if (!host_log_) {
    lock.unlock();
    Give(std::move(assign));
    return Offsets{};
  }
  const uint64_t take = host_log_->Take(assign.partitions);
  for (const int32_t partition : assign.partitions) {
    opening_[partition] = take;
    takes_[partition] = take;
  }
  return Offsets{};
}

void FetchHandler::Revoked(const std::vector<TopicPartition>& partitions,
                           bool lost) {
  Revoke revoke{PartitionsOfTasks(partitions),
                std::make_shared<std::promise<void>>()};
  for (const int32_t partition : revoke.partitions) owned_.erase(partition);
  std::future<void> done = revoke.done->get_future();
  const std::vector<int32_t> leaving = revoke.partitions;
  Give(std::move(revoke));
  done.wait();  // a turn of the loop at most
  if (!host_log_) return;
  {
    const std::lock_guard locked(mutex_);
    for (const int32_t partition : leaving) {
      opening_.erase(partition);
      takes_.erase(partition);
    }
  }
  if (lost) {
    host_log_->Drop(leaving);
  } else {
    host_log_->Release(leaving, memory_->options.session_timeout / 4);
  }
}

void FetchHandler::Handle(Delivery delivery) {
  Room::Place place = room_.Take(MemoryOf(delivery.message()));
  Give(Take{std::move(delivery), std::move(place)});
}

bool FetchHandler::HasRoom(const TopicPartition& partition) const {
  if (host_log_) {
    const std::lock_guard lock(mutex_);
    if (opening_.contains(partition.partition)) return false;
  }
  return room_.HasRoom();
}

void FetchHandler::Recall(const TopicPartition& partition,
                          const SidePosition& side) {
  recalled_[partition.partition] = side;
}

std::optional<SidePosition> FetchHandler::SideOf(
    const TopicPartition& partition) const {
  const std::lock_guard lock(mutex_);
  const auto found = positions_.find(partition.partition);
  if (found == positions_.end()) return std::nullopt;
  SidePosition position = found->second;
  for (const auto& [number, offset] : durable_) {
    if (number == partition.partition) position.settled.push_back({offset, 1});
  }
  position.settled = Normalised(std::move(position.settled));
  return position;
}

void FetchHandler::Durable(const TopicPartition& partition, int64_t offset) {
  const std::lock_guard lock(mutex_);
  if (owned_.contains(partition.partition)) {
    durable_.emplace_back(partition.partition, offset);
    return;
  }
  // The loop let go of the partition already; the last commit tells it still.
  const auto found = positions_.find(partition.partition);
  if (found == positions_.end()) return;
  found->second.settled.push_back({offset, 1});
}

bool FetchHandler::HasMore() const {
  const std::lock_guard lock(mutex_);
  return has_more_ || obeying_ || !orders_.empty() || !opening_.empty();
}

// The loop turns by itself.
void FetchHandler::Tick(Instant) {}

void FetchHandler::Drain() { Give(BeginDrain{}); }

std::string FetchHandler::NotReadyBecause() const {
  const std::lock_guard lock(mutex_);
  if (!own_fault_.empty()) {
    return "no connection can be opened: " + own_fault_;
  }
  if (opening_.empty()) return "";
  const std::string trouble = host_log_->trouble();
  if (!trouble.empty()) return trouble;
  return "what is known of the hosts of " + std::to_string(opening_.size()) +
         " partitions is being read";
}

// The fleet's memory.

void FetchHandler::OpenMemory() {
  if (!memory_) return;
  HostLogEvents events;
  events.taken = [this](TakenPartition taken) { OnTaken(std::move(taken)); };
  events.fenced = [this](int32_t partition, uint64_t take) {
    OnFenced(partition, take);
  };
  events.orders = [this](std::vector<v1::Order> orders) {
    const std::lock_guard lock(mutex_);
    GiveLocked(Listen{std::move(orders)});
  };
  events.died = [this](std::vector<std::string> task_ids) {
    const std::lock_guard lock(mutex_);
    GiveLocked(Listen{{}, std::move(task_ids)});
  };
  host_log_ = std::make_unique<HostLog>(memory_->bus, topics_, clock_,
                                        memory_->options, std::move(events));
  host_log_->Start();
}

void FetchHandler::OnTaken(TakenPartition taken) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = opening_.find(taken.partition);
    if (found == opening_.end() || found->second != taken.take) return;
    opening_.erase(found);
    GiveLocked(Assign{{taken.partition},
                      std::move(taken.states),
                      std::move(taken.seen),
                      std::move(taken.revisits)});
  }
  port_->Wake();
}

// Somebody else owns the partition, or did in between: nobody of it is asked
// before the group and the topic say that it is ours.
void FetchHandler::OnFenced(int32_t partition, uint64_t take) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = takes_.find(partition);
    if (found == takes_.end() || found->second != take) return;
    opening_[partition] = take;
    GiveLocked(Revoke{{partition}, std::make_shared<std::promise<void>>()});
  }
  port_->Reclaim({{topics_.tasks, partition}});
}

void FetchHandler::Give(Order order) {
  const std::lock_guard lock(mutex_);
  GiveLocked(std::move(order));
}

void FetchHandler::GiveLocked(Order order) {
  // Woken under the lock: once the thread has taken End, the client goes.
  if (ended_) return;
  ended_ = std::holds_alternative<End>(order);
  // Those that are there have woken it already.
  if (orders_.empty()) waker_->Wake();
  orders_.push_back(std::move(order));
}

std::vector<FetchHandler::Order> FetchHandler::TakeOrders() {
  const std::lock_guard lock(mutex_);
  obeying_ = !orders_.empty();
  return std::exchange(orders_, {});
}

void FetchHandler::Run() {
  FetchSurroundings surroundings{config_, sites_, topics_, clock_};
  if (host_log_) {
    surroundings.generation = memory_->generation;
    surroundings.save_seen = [this](int32_t partition,
                                    const v1::SeenPage& page) {
      host_log_->Remember(partition, page);
    };
    surroundings.save_revisit = [this](int32_t partition,
                                       const v1::PlannedRevisit& plan,
                                       const std::optional<v1::FetchTask>& put,
                                       Revisits::Durable durable) {
      host_log_->Plan(partition, plan, put, std::move(durable));
    };
    surroundings.save = [this](int32_t partition, v1::HostState state,
                               HostBook::Durable durable) {
      host_log_->Save(partition, std::move(state), std::move(durable));
    };
  }
  FetchLoop loop(surroundings, std::move(http_), *port_);
  if (attempts_ != nullptr) loop.LogTo(*attempts_);
  if (backlog_log_ != nullptr) {
    loop.WaitOn(std::make_unique<Backlog>(
                    topics_, std::move(backlog_log_),
                    static_cast<size_t>(config_.max_queued_bytes)),
                room_);
  }
  while (true) {
    for (Order& order : TakeOrders()) {
      if (!Obey(loop, std::move(order))) return;
    }
    loop.Turn(kTurn);
    Publish(loop);
  }
}

SidePosition FetchHandler::LeftBy(int32_t partition) const {
  const std::lock_guard lock(mutex_);
  const auto left = positions_.find(partition);
  return left == positions_.end() ? SidePosition() : left->second;
}

// What the worker's thread may ask about.
void FetchHandler::Publish(FetchLoop& loop) {
  const Instant now = clock_.Uptime();
  const std::lock_guard lock(mutex_);
  own_fault_ = loop.own_fault();
  // A task in hand may yet have to wait.
  has_more_ = loop.HasMore();
  obeying_ = false;
  if (now - published_ < kTurn) return;
  published_ = now;
  PublishPositions(loop);
}

void FetchHandler::PublishPositions(FetchLoop& loop) {
  for (const auto& [partition, offset] : durable_) {
    loop.Durable(partition, offset);
  }
  durable_.clear();
  for (const int32_t partition : loop.partitions()) {
    auto position = loop.BacklogPosition(partition);
    if (position) positions_[partition] = *std::move(position);
  }
}

bool FetchHandler::Obey(FetchLoop& loop, Order order) {
  if (auto* const assign = std::get_if<Assign>(&order)) {
    loop.Assign(assign->partitions);
    for (const int32_t partition : assign->partitions) {
      loop.OpenBacklog(partition, LeftBy(partition));
    }
    if (!assign->states.empty()) {
      loop.Load(assign->partitions.front(), std::move(assign->states));
    }
    if (!assign->seen.empty()) {
      loop.LoadSeen(assign->partitions.front(), std::move(assign->seen));
    }
    if (!assign->revisits.empty()) {
      loop.LoadRevisits(assign->partitions.front(),
                        std::move(assign->revisits));
    }
  } else if (auto* const listen = std::get_if<Listen>(&order)) {
    if (!listen->died.empty()) loop.Died(listen->died);
    if (!listen->orders.empty()) loop.Obey(std::move(listen->orders));
  } else if (auto* const revoke = std::get_if<Revoke>(&order)) {
    {
      const std::lock_guard lock(mutex_);
      PublishPositions(loop);
    }
    loop.Revoke(revoke->partitions);
    revoke->done->set_value();
  } else if (auto* const take = std::get_if<Take>(&order)) {
    loop.Accept(std::move(take->delivery), std::move(take->place));
  } else if (std::holds_alternative<BeginDrain>(order)) {
    loop.Drain();
  } else {
    return false;
  }
  return true;
}

std::vector<int32_t> FetchHandler::PartitionsOfTasks(
    const std::vector<TopicPartition>& partitions) const {
  std::vector<int32_t> numbers;
  for (const TopicPartition& partition : partitions) {
    if (partition.topic == topics_.tasks) {
      numbers.push_back(partition.partition);
    }
  }
  return numbers;
}

}  // namespace newsmill
