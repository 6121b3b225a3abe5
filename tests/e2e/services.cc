#include "tests/e2e/services.h"

#include <utility>

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

Result<std::unique_ptr<Services>> Services::StartBehindProxies() {
  auto services = std::make_unique<Services>();
  // The broker must be told where its proxy stands, and is not there before.
  auto proxy = testing::TcpProxy::Start("/nowhere");
  if (!proxy) return proxy.error();
  services->broker_proxy_ = std::move(*proxy);
  auto broker =
      testing::KafkaBroker::StartBehind(services->broker_proxy_->port());
  if (!broker) return broker.error();
  services->broker_ = std::move(*broker);
  services->broker_proxy_->SetServer(
      std::to_string(services->broker_->proxied_port()));
  auto postgres = testing::PostgresCluster::Start();
  if (!postgres) return postgres.error();
  services->postgres_ = std::move(*postgres);
  proxy = testing::TcpProxy::Start(services->postgres_->socket());
  if (!proxy) return proxy.error();
  services->postgres_proxy_ = std::move(*proxy);
  return services;
}

std::string Services::bootstrap_over_proxy() const {
  return "127.0.0.1:" + std::to_string(broker_proxy_->port());
}

std::string Services::url_over_proxy() const {
  return testing::PostgresCluster::UrlOver(postgres_proxy_->port());
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

Result<void> Services::Put(const std::string& topic, const std::string& lines,
                           const std::string& header) const {
  std::vector<std::string> argv = {"kcat", "-P", "-b", broker_->bootstrap(),
                                   "-t",   topic};
  if (!header.empty()) argv.insert(argv.end(), {"-H", header});
  const auto done = process::RunToEnd({.argv = std::move(argv), .input = lines},
                                      std::chrono::seconds(120));
  if (!done) return done.error();
  // It tells of a record that was not taken, and may end well in spite.
  if (!done->status.Succeeded() ||
      done->errors.find("Delivery failed") != std::string::npos) {
    return Error{Code::kUnavailable, "kcat: " + done->errors};
  }
  return {};
}

}  // namespace newsmill::e2e
