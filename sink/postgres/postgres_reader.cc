#include "sink/postgres/postgres_reader.h"

#include <fmt/format.h>

#include "sink/postgres/connection.h"
#include "sink/postgres/postgres_migrator.h"
#include "sink/sql_reader.h"

namespace newsmill::postgres {
namespace {

// Answers questions on a connection that is opened again when it was lost.
class PostgresQueries final : public sql::Queries {
 public:
  explicit PostgresQueries(ConnectionOptions options)
      : options_(std::move(options)) {}

  Result<void> Connect() {
    if (connection_ != nullptr && !connection_->broken()) return {};
    depth_ = 0;
    auto connection = Connection::Open(options_);
    if (!connection) return connection.error();
    connection_ = std::move(*connection);
    return {};
  }
  Connection& connection() { return *connection_; }

  Result<void> Query(
      const std::string& text, const std::vector<sql::Value>& values,
      const std::function<bool(const sql::Row&)>& visit) override;
  std::string TimeText(const std::string& column) const override {
    return postgres::TimeText(column);
  }

 private:
  Result<void> Walk(const std::string& text,
                    const std::vector<sql::Value>& values,
                    const std::function<bool(const sql::Row&)>& visit);

  ConnectionOptions options_;
  std::unique_ptr<Connection> connection_;
  int depth_ = 0;  // a visitor may ask a question of its own
};

Result<void> PostgresQueries::Query(
    const std::string& text, const std::vector<sql::Value>& values,
    const std::function<bool(const sql::Row&)>& visit) {
  Result<void> step = Connect();
  if (!step) return step;
  if (depth_ == 0)
    step = connection_->Execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ"
        " READ ONLY");
  if (!step) return step;
  ++depth_;
  const Result<void> walked = Walk(text, values, visit);
  --depth_;
  if (depth_ > 0 || connection_->broken()) return walked;
  const Result<void> ended = connection_->Execute("ROLLBACK");
  return walked ? ended : walked;
}

Result<void> PostgresQueries::Walk(
    const std::string& text, const std::vector<sql::Value>& values,
    const std::function<bool(const sql::Row&)>& visit) {
  const std::string cursor = fmt::format("walk_{}", depth_);
  const auto declared = connection_->Ask(
      fmt::format("DECLARE {} NO SCROLL CURSOR FOR {}", cursor, text), values);
  if (!declared) return declared.error();
  bool more = true;
  while (more) {
    const auto rows =
        connection_->Ask(fmt::format("FETCH 200 FROM {}", cursor), {});
    if (!rows) return rows.error();
    more = !rows->empty();
    for (const sql::Row& row : *rows) {
      if (visit(row)) continue;
      more = false;
      break;
    }
  }
  return connection_->Execute("CLOSE " + cursor);
}

}  // namespace

Result<std::unique_ptr<StoreReader>> OpenReader(const SinkConfig& config) {
  ConnectionOptions options;
  options.url = config.url;
  options.schema = config.schema;
  options.tcp_user_timeout = config.session_timeout;
  options.application_name = "newsmill reader";
  options.patience = std::chrono::minutes(10);  // a question may take its time
  auto queries = std::make_unique<PostgresQueries>(std::move(options));
  Result<void> step = queries->Connect();
  if (!step) return step.error();
  step = CheckSchemaForReading(queries->connection(), config.schema);
  if (!step) return step.error();
  return sql::NewSqlReader(std::move(queries));
}

}  // namespace newsmill::postgres
