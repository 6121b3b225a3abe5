#include "core/bus/kafka/kafka_bus.h"

#include <utility>

#include "core/bus/kafka/client.h"
#include "core/bus/kafka/kafka_admin.h"
#include "core/bus/kafka/kafka_consumer.h"
#include "core/bus/kafka/kafka_fenced_producer.h"
#include "core/bus/kafka/kafka_producer.h"

namespace newsmill::kafka {
namespace {

constexpr Duration kOpenTimeout = std::chrono::seconds(5);

class KafkaBus : public Bus {
 public:
  static Result<std::unique_ptr<Bus>> Open(const BusConfig& config) {
    std::unique_ptr<KafkaBus> bus(new KafkaBus(config));
    auto conf = MakeConf(bus->config_, {{"client.id", "newsmill"}},
                         {{"group.id", config.prefix + "admin"},
                          {"isolation.level", "read_committed"},
                          {"enable.auto.commit", "false"}},
                         bus->state_);
    if (!conf) return conf.error();
    auto client = MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
    if (!client) return client.error();
    bus->client_ = *std::move(client);
    const auto metadata = FetchMetadata(bus->client_.get(), bus->config_,
                                        bus->state_, kOpenTimeout);
    if (!metadata) return metadata.error();
    bus->admin_ = std::make_unique<KafkaAdmin>(bus->config_, bus->state_,
                                               bus->client_.get());
    return std::unique_ptr<Bus>(std::move(bus));
  }

  Result<std::unique_ptr<Consumer>> NewConsumer(
      const ConsumerOptions& options) override {
    return KafkaConsumer::Create(config_, client_.get(), options);
  }

  Result<std::unique_ptr<Producer>> NewProducer(
      const ProducerOptions& options) override {
    auto producer = KafkaProducer::Create(config_, client_.get(), options);
    if (!producer) return producer.error();
    return std::unique_ptr<Producer>(*std::move(producer));
  }

  Result<std::unique_ptr<FencedProducer>> NewFencedProducer(
      const FencedProducerOptions& options) override {
    return KafkaFencedProducer::Create(config_, options);
  }

  Admin& admin() override { return *admin_; }

 private:
  explicit KafkaBus(const BusConfig& config) : config_(config) {}

  const BusConfig config_;
  ConnectionState state_;
  ClientHandle client_;
  std::unique_ptr<KafkaAdmin> admin_;
};

}  // namespace

Result<std::unique_ptr<Bus>> OpenKafkaBus(const BusConfig& config) {
  if (auto good = CheckProperties(config.kafka); !good) return good.error();
  return KafkaBus::Open(config);
}

}  // namespace newsmill::kafka
