#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "core/flow/handler.h"
#include "fetcher/fetch_loop.h"
#include "fetcher/hosts/host_log.h"
#include "fetcher/room.h"

namespace newsmill {

// Where the fleet's memory of hosts lies.
struct FleetMemory {
  Bus& bus;  // outlives the handler
  HostLogOptions options;
  // As FetchSurroundings says.
  int64_t (*generation)(int64_t rule_revision) = nullptr;
};

// FetchTask -> FetchedPage. The worker's thread only hands deliveries over; a
// thread of the handler's own runs the FetchLoop and settles them.
//
// With a fleet's memory, a partition has no room before what is known of its
// hosts was read; without one each process begins and ends knowing nothing.
class FetchHandler : public Handler {
 public:
  // Asks over libcurl. kBadConfiguration for what cannot be worked with. The
  // catalogue, the topics and the clock outlive the handler.
  static Result<std::unique_ptr<FetchHandler>> Create(
      const FetcherConfig& config, const SiteCatalogue& sites,
      const Topics& topics, const Clock& clock,
      const std::optional<FleetMemory>& memory = std::nullopt);

  FetchHandler(const FetcherConfig& config, const SiteCatalogue& sites,
               const Topics& topics, const Clock& clock,
               std::unique_ptr<HttpClient> http,
               const std::optional<FleetMemory>& memory = std::nullopt);
  // Ends the thread; what it has in hand is handed back.
  ~FetchHandler() override;

  // Lets tasks wait there for their host; before Attach.
  void WaitOn(std::unique_ptr<BacklogLog> log) {
    backlog_log_ = std::move(log);
  }

  // Writes every attempt there; before Attach.
  void LogTo(std::unique_ptr<AttemptLog> log) { attempts_ = std::move(log); }

  void Attach(WorkerPort& port) override;
  void Recall(const TopicPartition& partition,
              const SidePosition& side) override;
  std::optional<SidePosition> SideOf(
      const TopicPartition& partition) const override;
  void Durable(const TopicPartition& partition, int64_t offset) override;
  bool HasMore() const override;
  Result<Offsets> Assigned(
      const std::vector<TopicPartition>& partitions) override;
  void Revoked(const std::vector<TopicPartition>& partitions,
               bool lost) override;
  void Handle(Delivery delivery) override;
  bool HasRoom(const TopicPartition& partition) const override;
  void Tick(Instant now) override;
  void Drain() override;
  std::string NotReadyBecause() const override;

 private:
  // What the worker's thread asks of the loop's, in order.
  struct Assign {
    std::vector<int32_t> partitions;
    std::vector<v1::HostState> states;  // of the one partition
    std::vector<v1::SeenPage> seen;     // likewise
    std::vector<v1::PlannedRevisit> revisits;
  };
  struct Listen {
    std::vector<v1::Order> orders;
    std::vector<std::string> died = {};
  };
  struct Revoke {
    std::vector<int32_t> partitions;
    std::shared_ptr<std::promise<void>> done;
  };
  struct Take {
    Delivery delivery;
    Room::Place place;
  };
  struct BeginDrain {};
  struct End {};
  using Order = std::variant<Assign, Listen, Revoke, Take, BeginDrain, End>;

  void OpenMemory();
  void OnTaken(TakenPartition taken);
  void OnFenced(int32_t partition, uint64_t take);

  void Give(Order order);
  void GiveLocked(Order order);  // the caller holds mutex_
  std::vector<Order> TakeOrders();
  void Run();
  // Whether the thread goes on.
  bool Obey(FetchLoop& loop, Order order);
  void Publish(FetchLoop& loop);
  // Where the former owner of the partition left its backlog.
  SidePosition LeftBy(int32_t partition) const;
  void PublishPositions(FetchLoop& loop);  // with mutex_ held
  std::vector<int32_t> PartitionsOfTasks(
      const std::vector<TopicPartition>& partitions) const;

  const FetcherConfig config_;
  const SiteCatalogue& sites_;
  const Topics& topics_;
  const Clock& clock_;
  Room room_;
  std::set<int32_t> owned_;                   // of the worker's thread
  std::map<int32_t, SidePosition> recalled_;  // likewise

  std::unique_ptr<HttpClient> http_;  // until Attach; then the loop's
  HttpClient* waker_ = nullptr;       // the same; lives as long as the thread
  std::unique_ptr<BacklogLog> backlog_log_;  // until Attach; then the loop's
  std::unique_ptr<AttemptLog> attempts_;     // the loop's thread writes
  WorkerPort* port_ = nullptr;

  mutable std::mutex mutex_;
  std::vector<Order> orders_;  // guarded by mutex_
  bool ended_ = false;         // guarded by mutex_: the last order was given
  std::string own_fault_;      // guarded by mutex_
  // Taken on, and what is known of their hosts is being read: by which take.
  std::map<int32_t, uint64_t> opening_;  // guarded by mutex_
  std::map<int32_t, uint64_t> takes_;    // guarded by mutex_
  // Of the backlog: how far each partition is, what became durable since, and
  // whether tasks wait. The loop obeys: what it will know is not told yet.
  std::map<int32_t, SidePosition> positions_;         // guarded by mutex_
  std::vector<std::pair<int32_t, int64_t>> durable_;  // guarded by mutex_
  bool has_more_ = false;                             // guarded by mutex_
  bool obeying_ = false;                              // guarded by mutex_
  Instant published_{};                               // of the loop's thread
  std::thread thread_;
  // Ends before what its events speak to, and after the loop that saves.
  const std::optional<FleetMemory> memory_;
  std::unique_ptr<HostLog> host_log_;
};

// How an HTTP client is made for this configuration.
Result<std::unique_ptr<HttpClient>> NewHttpClient(const FetcherConfig& config);

}  // namespace newsmill
