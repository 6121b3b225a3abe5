#include "tests/e2e/services.h"

#include "tests/support/process/child_process.h"

namespace newsmill::e2e {

Result<std::unique_ptr<Services>> Services::Start() {
  auto services = std::make_unique<Services>();
  auto broker = testing::KafkaBroker::Start();
  if (!broker) return broker.error();
  services->broker_ = std::move(*broker);
  auto postgres = testing::PostgresCluster::Start();
  if (!postgres) return postgres.error();
  services->postgres_ = std::move(*postgres);
  return services;
}

std::string Services::LogSettings(const std::string& name) const {
  return "[log]\nbackend = \"kafka\"\nprefix = \"" + name +
         ".\"\nsession_timeout = \"6s\"\n\n[kafka]\n\"bootstrap.servers\" = "
         "\"" +
         broker_->bootstrap() + "\"\n";
}

SinkConfig Services::StoreOf(const std::string& name) const {
  SinkConfig store;
  store.backend = "postgres";
  store.url = postgres_->url();
  store.schema = name;
  return store;
}

Result<void> Services::Put(const std::string& topic,
                           const std::string& lines) const {
  const auto done = process::RunToEnd(
      {.argv = {"kcat", "-P", "-b", broker_->bootstrap(), "-t", topic},
       .input = lines},
      std::chrono::seconds(120));
  if (!done) return done.error();
  if (!done->status.Succeeded()) {
    return Error{Code::kUnavailable, "kcat: " + done->errors};
  }
  return {};
}

}  // namespace newsmill::e2e
