#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "sink/config.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/postgres/postgres_cluster.h"
#include "tests/support/tcp_proxy.h"

namespace newsmill::e2e {

// A real broker and a real database for the tests of one binary.
class Services {
 public:
  static Result<std::unique_ptr<Services>> Start();
  // Both reached over a proxy by who asks for it: `bootstrap_over_proxy` and
  // `url_over_proxy`. Everybody else comes to them directly.
  static Result<std::unique_ptr<Services>> StartBehindProxies();

  // [log] and [kafka] under a prefix of their own, and a schema likewise: two
  // names are two crawlers.
  std::string LogSettings(const std::string& name) const;
  SinkConfig StoreOf(const std::string& name) const;

  testing::KafkaBroker& broker() { return *broker_; }
  testing::PostgresCluster& postgres() { return *postgres_; }
  testing::TcpProxy& broker_proxy() { return *broker_proxy_; }
  testing::TcpProxy& postgres_proxy() { return *postgres_proxy_; }
  std::string bootstrap_over_proxy() const;
  std::string url_over_proxy() const;

  // Appends lines to a topic with kcat, as plain text without keys, each with
  // this header ("name=value") where one is given.
  Result<void> Put(const std::string& topic, const std::string& lines,
                   const std::string& header = "") const;

 private:
  std::unique_ptr<testing::TcpProxy> broker_proxy_, postgres_proxy_;
  std::unique_ptr<testing::KafkaBroker> broker_;
  std::unique_ptr<testing::PostgresCluster> postgres_;
};

}  // namespace newsmill::e2e
