#pragma once

#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/flow/handler.h"
#include "fetcher/fetch_loop.h"
#include "fetcher/room.h"

namespace newsmill {

// FetchTask -> FetchedPage. The worker's thread only hands deliveries over; a
// thread of the handler's own runs the FetchLoop and settles them.
class FetchHandler : public Handler {
 public:
  // Asks over libcurl. kBadConfiguration for what cannot be worked with. The
  // catalogue, the topics and the clock outlive the handler.
  static Result<std::unique_ptr<FetchHandler>> Create(
      const FetcherConfig& config, const SiteCatalogue& sites,
      const Topics& topics, const Clock& clock);

  FetchHandler(const FetcherConfig& config, const SiteCatalogue& sites,
               const Topics& topics, const Clock& clock,
               std::unique_ptr<HttpClient> http);
  // Ends the thread; what it has in hand is handed back.
  ~FetchHandler() override;

  void Attach(WorkerPort& port) override;
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
  using Order = std::variant<Assign, Revoke, Take, BeginDrain, End>;

  void Give(Order order);
  std::vector<Order> TakeOrders();
  void Run();
  // Whether the thread goes on.
  bool Obey(FetchLoop& loop, Order order);
  std::vector<int32_t> PartitionsOfTasks(
      const std::vector<TopicPartition>& partitions) const;

  const FetcherConfig config_;
  const SiteCatalogue& sites_;
  const Topics& topics_;
  const Clock& clock_;
  Room room_;
  std::set<int32_t> owned_;  // of the worker's thread

  std::unique_ptr<HttpClient> http_;  // until Attach; then the loop's
  HttpClient* waker_ = nullptr;       // the same; lives as long as the thread
  WorkerPort* port_ = nullptr;

  mutable std::mutex mutex_;
  std::vector<Order> orders_;  // guarded by mutex_
  std::string own_fault_;      // guarded by mutex_
  std::thread thread_;
};

// How an HTTP client is made for this configuration.
Result<std::unique_ptr<HttpClient>> NewHttpClient(const FetcherConfig& config);

}  // namespace newsmill
