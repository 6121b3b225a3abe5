#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/bus/bus.h"
#include "core/bus/kafka/client.h"

namespace newsmill::kafka {

// A transactional producer; one Write is one transaction. The broker fences
// whoever had the transactional ID before.
class KafkaFencedProducer : public FencedProducer {
 public:
  // `config` outlives the producer.
  static Result<std::unique_ptr<FencedProducer>> Create(
      const BusConfig& config, const FencedProducerOptions& options);

  Result<void> Write(const std::vector<Record>& records) override;

 private:
  explicit KafkaFencedProducer(const FencedProducerOptions& options)
      : options_(options) {}

  Result<void> WriteOnce(const std::vector<Record>& records, Instant give_up);
  Result<void> Produce(const Record& record);
  // Repeats `call` while it may be repeated; takes its error.
  template <typename Call>
  Result<void> Repeat(const char* doing, Instant give_up, Call call);
  // Translates, and remembers what is for good.
  Error Judge(const rd_kafka_error_t& error, const char* doing);
  Result<void> Abort(Instant give_up);

  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message,
                         void* opaque);

  struct Context : ConnectionState {
    rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  };

  const FencedProducerOptions options_;
  Context context_;
  ClientHandle client_;
  // Of a commit that got no answer in time: ended before anything else.
  bool committing_ = false;
  bool aborting_ = false;
  std::optional<Error> broken_;  // for good
};

}  // namespace newsmill::kafka
