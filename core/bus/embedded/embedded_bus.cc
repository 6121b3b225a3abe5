#include "core/bus/embedded/embedded_bus.h"

#include <utility>

#include "core/bus/embedded/embedded_admin.h"
#include "core/bus/embedded/embedded_consumer.h"
#include "core/bus/embedded/embedded_fenced_producer.h"
#include "core/bus/embedded/embedded_producer.h"
#include "core/bus/embedded/log_file.h"
#include "core/bus/embedded/retention.h"

namespace newsmill::embedded {
namespace {

class EmbeddedBus : public Bus {
 public:
  EmbeddedBus(std::unique_ptr<LogFile> log, std::unique_ptr<Connection> reader)
      : log_(std::move(log)),
        admin_(*log_, std::move(reader)),
        retention_(*log_) {}

  Result<std::unique_ptr<Consumer>> NewConsumer(
      const ConsumerOptions& options) override {
    return EmbeddedConsumer::Create(*log_, options);
  }

  Result<std::unique_ptr<Producer>> NewProducer(
      const ProducerOptions& /*options*/) override {
    return std::unique_ptr<Producer>(EmbeddedProducer::Create(*log_, {}));
  }

  Result<std::unique_ptr<FencedProducer>> NewFencedProducer(
      const FencedProducerOptions& options) override {
    return EmbeddedFencedProducer::Create(*log_, options);
  }

  Admin& admin() override { return admin_; }

 private:
  const std::unique_ptr<LogFile> log_;
  EmbeddedAdmin admin_;
  RetentionThread retention_;
};

}  // namespace

Result<std::unique_ptr<Bus>> OpenEmbeddedBus(const BusConfig& config) {
  auto log = LogFile::Open(config.data_dir);
  if (!log) return log.error();
  auto reader = (*log)->OpenReader();
  if (!reader) return reader.error();
  return std::unique_ptr<Bus>(
      std::make_unique<EmbeddedBus>(*std::move(log), *std::move(reader)));
}

}  // namespace newsmill::embedded
