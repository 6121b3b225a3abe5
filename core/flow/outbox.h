#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/flow/backoff.h"

namespace newsmill {

// Appends the outputs of deliveries and says when all outputs of one are
// durable. What the log does not take now is tried again, with growing delay,
// for as long as it needs: a log that is away is nobody's failure. Used by one
// thread.
class Outbox {
 public:
  // One parcel: all outputs of one delivery.
  using Ticket = uint64_t;

  struct Refused {
    Ticket ticket = 0;
    Error error;  // final: kTooLarge, kNotFound, kInvalidArgument
  };
  struct Report {
    std::vector<Ticket> durable;
    std::vector<Refused> refused;
  };

  Outbox(Bus& bus, ProducerOptions options, const Clock& clock);
  ~Outbox();

  Result<void> Open();

  // `records` is not empty.
  Ticket Send(std::vector<Record> records);

  // What became of parcels since the last call; sends again what is due.
  Report Collect();

  // Waits for the log's answers; what is to be sent again is not waited for.
  void Flush(Duration timeout);

  bool empty() const { return parcels_.empty(); }
  // Records wait to be sent again: flushing does not help them.
  bool failed() const { return !failed_.empty(); }
  // The log did not take a record and has not taken it since: no new work may
  // start.
  bool stalled() const { return !failed_.empty() || !sent_again_.empty(); }
  // So much waits for acknowledgement that no new work should start.
  bool full() const;

 private:
  using Place = std::pair<Ticket, size_t>;  // parcel, index of the record

  struct Parcel {
    std::vector<Record> records;  // kept until durable, to be sent again
    size_t pending = 0;
    std::optional<Error> refused;
  };

  // Filled from the producer's thread, which may outlive the outbox.
  struct Answers {
    std::mutex mutex;
    std::vector<std::pair<Place, std::optional<Error>>> settled;  // guarded
  };

  void Produce(const Place& place);
  void OnAnswer(const Place& place, const std::optional<Error>& error,
                Report& report);
  void OnFailure(const Place& place, const Error& error);
  void SendAgain();

  Bus& bus_;
  const ProducerOptions options_;
  const Clock& clock_;
  const std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  std::unique_ptr<Producer> producer_;
  std::map<Ticket, Parcel> parcels_;
  Ticket last_ticket_ = 0;
  size_t bytes_ = 0;  // of records that are not durable yet

  Backoff backoff_;
  std::set<Place> failed_;
  std::set<Place> sent_again_;  // and not answered yet
  Instant send_again_at_{};
  bool producer_broken_ = false;
};

}  // namespace newsmill
